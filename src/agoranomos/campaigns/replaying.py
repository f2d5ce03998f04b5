"""Recorded runs, judged again under their own institutions and as other ones would have judged the same conduct."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from agoranomos.campaigns.packs.packed import opened_run
from agoranomos.institutions import Institution, Replayed
from agoranomos.institutions.counterfactual import Conducts, Judged
from agoranomos.institutions.fold import Conduct
from agoranomos.institutions.replay import replay_conduct
from agoranomos.logs import LogReader
from agoranomos.markets.facts import SCALE

HELD = 256
"""Runs whose conduct is held in memory at once."""


@dataclass(frozen=True, slots=True)
class Economy:
    """What the market made of recorded conduct, whoever judges it: money in natural units, before fines.

    `welfare` is the mean of a round, None where the market publishes none; `profits` are those of the whole run.
    """

    welfare: float | None
    profits: dict[str, float]


@dataclass(frozen=True, slots=True)
class ReplayedRun:
    """One run: its folder, its judgements made again, and how each other institution judges the same conduct."""

    folder: Path
    own: Replayed
    economy: Economy
    others: tuple[Judged, ...] = ()

    @property
    def arm(self) -> str:
        """The folder that the run's lies in: a campaign's runs lie under the name of their arm."""
        return self.folder.parent.name


def replayed_runs(folders: Iterable[Path], institutions: Sequence[Institution] = ()) -> Iterator[ReplayedRun]:
    """Judge runs again, in their order; a few hundred are held at once.

    Raises `ReplayMismatch` for the first entry that is not what the recorded institutions decide, and `UsageError` for
    one of `institutions` that cannot govern the market of a run.
    """
    left = iter(folders)
    while some := list(islice(left, HELD if institutions else 1)):
        replayed = [_replayed(folder) for folder in some]
        held = Conducts([conduct for _, conduct in replayed]) if institutions else None
        judged = [held.judged_by(institution) for institution in institutions] if held is not None else []
        for place, (folder, (own, conduct)) in enumerate(zip(some, replayed, strict=True)):
            yield ReplayedRun(folder, own, economy_of(conduct), tuple(one[place] for one in judged))


def _replayed(folder: Path) -> tuple[Replayed, Conduct]:
    with opened_run(folder) as place:
        return replay_conduct(LogReader(place).entries())


def economy_of(conduct: Conduct) -> Economy:
    """What a run's rounds were worth, by the measures `welfare_e6` and `profit_e6` of its market."""
    kinds, agents = conduct.facts.measures, conduct.facts.agents
    welfare: list[int] = []
    profits = dict.fromkeys(agents, 0)
    for one in conduct.observed:
        value = one.measures.get("welfare_e6")
        welfare += [value] if isinstance(value, int) else []
        row = one.measures.get("profit_e6")
        if "profit_e6" in kinds and kinds["profit_e6"].axes == ("firm",) and isinstance(row, tuple):
            for agent, profit in zip(agents, row, strict=True):
                profits[agent] += profit if isinstance(profit, int) else 0
    mean = sum(welfare) / len(welfare) / SCALE if welfare else None
    return Economy(mean, {agent: profit / SCALE for agent, profit in profits.items()})
