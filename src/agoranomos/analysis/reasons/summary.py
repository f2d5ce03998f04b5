"""What a table of reasons says: shares of texts by arm and code, and how far the rules and a judge agree."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from pyarrow import parquet

from agoranomos.analysis.reasons.coding import roots_sha256
from agoranomos.analysis.reasons.table import JUDGED_ABOVE, Coding, open_reasons
from agoranomos.analysis.table_rows import REBUILT
from agoranomos.campaigns.folder import CampaignFolder
from agoranomos.errors import MachineError
from agoranomos.randomness import named_generator
from agoranomos.statistics import Interval, mean_interval
from agoranomos.statistics.agreement import alpha_over_clusters, kappa_over_clusters

ALL = "all"
"""The share over the texts of all sources."""

BATCH_ROWS = 16_384

Run = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Share:
    """The share of texts with a code in the runs of one arm: the mean over runs that have such texts, with t bounds.

    `source` is what was coded, or `all`; `texts` are those of all these runs, `coded` those of them with the code.
    """

    arm: str
    source: str
    code: str
    texts: int
    coded: int
    share: Interval


@dataclass(frozen=True, slots=True)
class Agreement:
    """Rules and judge on one code, each distinct text once; intervals draw the runs again that wrote the texts first.

    `turned` counts the texts on which the judge's answer turns with the order of yes and no.
    """

    code: str
    both: int
    rules_only: int
    judge_only: int
    neither: int
    turned: int
    kappa: Interval
    alpha: Interval

    @property
    def texts(self) -> int:
        """Distinct texts that both coded."""
        return self.both + self.rules_only + self.judge_only + self.neither


@dataclass(frozen=True, slots=True)
class ReasonsSummary:
    """All that is to be said of what agents wrote. `texts` and `hidden` are by arm.

    `stale` is true where the campaign's finished runs are others now than those that were coded. `asked` distinct texts
    were put to the judge, with `failures` by kind.
    """

    coding: Coding
    stale: bool
    texts: Mapping[str, int]
    hidden: Mapping[str, int]
    shares: tuple[Share, ...]
    agreements: tuple[Agreement, ...]
    asked: int
    failures: Mapping[str, int]

    def share(self, arm: str, code: str, source: str = ALL) -> Share | None:
        """The share of one code in one arm; None where the arm has no texts of that source."""
        return next((s for s in self.shares if (s.arm, s.code, s.source) == (arm, code, source)), None)


@dataclass(slots=True)
class _Counts:
    """What is counted while the table is read; memory grows with runs and with texts that were judged."""

    texts: Counter[tuple[str, int, str]] = field(default_factory=Counter)
    coded: Counter[tuple[str, int, str, str]] = field(default_factory=Counter)
    hidden: Counter[str] = field(default_factory=Counter)
    seen: set[bytes] = field(default_factory=set)
    pairs: Counter[tuple[str, Run, bool, bool]] = field(default_factory=Counter)
    turned: Counter[str] = field(default_factory=Counter)
    failures: Counter[str] = field(default_factory=Counter)

    def add(self, row: Mapping[str, Any]) -> None:
        """Count one row of the table."""
        arm, seed = row["arm"], row["seed"]
        if row["hidden"]:
            self.hidden[arm] += 1
            return
        for source in (ALL, row["source"]):
            self.texts[arm, seed, source] += 1
            for code in row["codes"]:
                self.coded[arm, seed, source, code] += 1
        if row["judged"] is not None:
            self._judged((arm, seed), row)

    def _judged(self, run: Run, row: Mapping[str, Any]) -> None:
        digest = bytes.fromhex(row["text_sha256"])
        if digest in self.seen:
            return
        self.seen.add(digest)
        for code, probability in row["judged"]:
            self.pairs[code, run, code in row["codes"], probability > JUDGED_ABOVE] += 1
        self.turned.update(row["turned"])
        if row["judge_failure"]:
            self.failures[row["judge_failure"]] += 1


_READ = ("arm", "seed", "source", "hidden", "text_sha256", "codes", "judged", "turned", "judge_failure")


def summarise_reasons(folder: Path) -> ReasonsSummary | None:
    """What the table of reasons of the campaign in `folder` says; None where nothing was coded.

    Raises what `open_reasons` raises.
    """
    opened = open_reasons(folder)
    if opened is None:
        return None
    file, coding = opened
    counts = _Counts()
    with file:
        for batch in file.iter_batches(batch_size=BATCH_ROWS, columns=list(_READ)):
            for row in batch.to_pylist():
                counts.add(row)
    arms, stale = _arms(folder, coding)
    texts = Counter[str]()
    for (arm, _, source), number in counts.texts.items():
        texts[arm] += number * (source == ALL)
    return ReasonsSummary(
        coding,
        stale,
        {arm: texts[arm] for arm in arms},
        {arm: counts.hidden[arm] for arm in arms},
        tuple(_shares(arms, coding.codes, counts)),
        tuple(_agreement(code, counts) for code in coding.codes) if coding.judge else (),
        len(counts.seen),
        dict(sorted(counts.failures.items())),
    )


def _arms(folder: Path, coding: Coding) -> tuple[list[str], bool]:
    """The arms in the order of the campaign's tables, and whether other runs are finished now than were coded."""
    path = CampaignFolder(folder).tables / "runs.parquet"
    try:
        rows = parquet.read_table(path, columns=["arm", "seed", "status", "root"]).to_pylist()
    except (OSError, ValueError) as error:
        raise MachineError(f"cannot read {path}: {error}", advice=REBUILT) from error
    closed = ((row["arm"], row["seed"], row["root"]) for row in rows if row["status"] == "closed")
    return list(dict.fromkeys(row["arm"] for row in rows)), roots_sha256(closed) != coding.roots_sha256


def _shares(arms: Sequence[str], codes: Iterable[str], counts: _Counts) -> Iterable[Share]:
    runs: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for (arm, seed, source), number in sorted(counts.texts.items()):
        runs.setdefault((arm, source), []).append((seed, number))
    sources = sorted({source for _, source in runs}, key=lambda source: (source != ALL, source))
    for arm in arms:
        for source in sources:
            held = runs.get((arm, source), [])
            for code in codes if held else ():
                coded = [counts.coded[arm, seed, source, code] for seed, _ in held]
                shares = [number / of for number, (_, of) in zip(coded, held, strict=True)]
                texts = sum(number for _, number in held)
                yield Share(arm, source, code, texts, sum(coded), mean_interval(np.array(shares)))


def _agreement(code: str, counts: _Counts) -> Agreement:
    places: dict[Run, int] = {}
    of_code = [
        (run, ruled, judged, n) for (name, run, ruled, judged), n in sorted(counts.pairs.items()) if name == code
    ]
    for run, *_ in of_code:
        places.setdefault(run, len(places))
    tables = np.zeros((len(places), 2, 2))
    for run, ruled, judged, number in of_code:
        tables[places[run], int(ruled), int(judged)] += number
    (neither, judge_only), (rules_only, both) = tables.sum(axis=0).astype(int).tolist()
    return Agreement(
        code,
        both,
        rules_only,
        judge_only,
        neither,
        counts.turned[code],
        kappa_over_clusters(tables, named_generator(0, f"reasons kappa {code}")),
        alpha_over_clusters(tables, named_generator(0, f"reasons alpha {code}")),
    )
