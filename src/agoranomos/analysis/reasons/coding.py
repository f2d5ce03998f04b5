"""Codes what agents wrote in all finished runs of a campaign, a run at a time, into the table `reasons`."""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from agoranomos.analysis.reasons.codebook import Codebook
from agoranomos.analysis.reasons.drawing import drawn_texts
from agoranomos.analysis.reasons.judging import Judge, Judgement, describe
from agoranomos.analysis.reasons.table import Coding, reasons_file, reasons_table
from agoranomos.analysis.reasons.written import Text, texts_of_run
from agoranomos.campaigns.columns import Columns
from agoranomos.campaigns.folder import CampaignFolder
from agoranomos.campaigns.ledger import read_ledger
from agoranomos.campaigns.ledger_entries import Head
from agoranomos.campaigns.packs.packed import opened_run
from agoranomos.campaigns.table_file import table_files
from agoranomos.errors import Finding, MachineError, UsageError
from agoranomos.logs import LogReader, Verifier

BATCH_TEXTS = 256
"""Texts that are coded at once, and that a judge is asked about at once."""

Told = Callable[[int, int], None]
"""Told from time to time how many texts are coded, and how many runs of the campaign were read to the end."""


@dataclass(frozen=True, slots=True)
class ClosedRun:
    """One finished run: where its log lies or would lie, and the state in which the ledger closed it."""

    arm: str
    seed: int
    place: Path
    head: Head


@dataclass(frozen=True, slots=True)
class Coded:
    """What was done: texts that were coded, and replies that are withheld."""

    path: Path
    coding: Coding
    texts: int
    hidden: int


def code_campaign(
    folder: Path,
    trusted: Sequence[Verifier],
    codebook: Codebook,
    judge: Judge | None = None,
    *,
    limit: int | None = None,
    seed: int = 0,
    tell: Told = lambda texts, runs: None,
) -> Coded:
    """Write `tables/reasons.parquet` of the campaign in `folder` anew, from the logs of its finished runs.

    The ledger is verified under `trusted`, and each log is held to the ledger's head. The judge is asked about every
    text, or about `limit` distinct ones, drawn by `seed`. Memory is that of a batch of texts and of the ledger's
    history. Raises `UsageError` where no run is finished or another process is at it, `Finding` where a log is not what
    the ledger says, `Stop` where the judge can answer no more; the table from before stays then, and the same call goes
    on with what the call store has.
    """
    campaign = CampaignFolder(folder)
    runs = closed_runs(campaign, trusted)
    if not runs:
        raise UsageError(f"{folder} holds no finished run", advice="agora run NAME finishes them; then code again.")
    asked = _asked_about(runs, limit, seed) if judge is not None else frozenset()
    coding = Coding(
        codebook.edition,
        codebook.sha256,
        {name: code.about for name, code in codebook.codes.items()},
        len(runs),
        roots_sha256((run.arm, run.seed, run.head.root) for run in runs),
        *((judge.name, describe(judge.identity), limit, seed) if judge is not None else ()),
    )
    table = reasons_table(coding)
    rows, texts, hidden = Columns(table), 0, 0
    with _alone(campaign.tables), table_files(campaign.tables, (table,)) as files:
        found = _texts(runs)
        while batch := list(islice(found, BATCH_TEXTS)):
            said = judge.judge(_for_judge(batch, asked)) if judge is not None else {}
            for _, run, digest, text in batch:
                rows.add(arm=run.arm, seed=run.seed, **_row(text, digest, codebook, said.get(digest)))
                texts += text.text is not None
                hidden += text.text is None
            files[table.name].add(rows.arrow())
            tell(texts, batch[-1][0])
    return Coded(reasons_file(folder), coding, texts, hidden)


def closed_runs(campaign: CampaignFolder, trusted: Sequence[Verifier]) -> list[ClosedRun]:
    """The finished runs in the order of the campaign's tables: arms as planned, then seeds."""
    plan = campaign.read_plan()
    history, _ = read_ledger(campaign.ledger, trusted)
    found = []
    for arm in plan["arms"]:
        for seed in sorted(plan["seeds"]):
            attempts = history.of(arm["name"], seed)
            if attempts and attempts[-1].closed is not None:
                place = campaign.run(arm["name"], seed)
                found.append(ClosedRun(arm["name"], seed, place, attempts[-1].closed.head))
    return found


def roots_sha256(runs: Iterator[tuple[str, int, str]]) -> str:
    """One digest of runs and the roots of their logs, in hex: another one where a run was added or played anew."""
    digest = hashlib.sha256()
    for arm, seed, root in runs:
        digest.update(f"{arm}/{seed} {root}\n".encode())
    return digest.hexdigest()


_Found = tuple[int, ClosedRun, str, Text]


def _texts(runs: Sequence[ClosedRun]) -> Iterator[_Found]:
    """Every text with its run, the run's place among all, and the text's digest (empty where it is hidden)."""
    for number, run in enumerate(runs):
        with opened_run(run.place) as place:
            reader = LogReader(place)
            checkpoint = reader.checkpoint
            if (checkpoint.size, checkpoint.root.hex()) != (run.head.size, run.head.root):
                raise Finding(
                    f"{run.place} is not the log that the ledger closed", advice="Run: agora log verify on it."
                )
            for text in texts_of_run(reader.entries(), reader.blob):
                digest = "" if text.text is None else hashlib.sha256(text.text.encode()).hexdigest()
                yield number, run, digest, text


def _asked_about(runs: Sequence[ClosedRun], limit: int | None, seed: int) -> frozenset[str] | None:
    """The texts that a judge is asked about; None for all."""
    if limit is None:
        return None
    return drawn_texts((digest for _, _, digest, _ in _texts(runs) if digest), limit, seed)


def _for_judge(batch: Sequence[_Found], asked: frozenset[str] | None) -> dict[str, str]:
    return {
        digest: text.text
        for _, _, digest, text in batch
        if text.text is not None and (asked is None or digest in asked)
    }


def _row(text: Text, digest: str, codebook: Codebook, said: Judgement | None) -> dict[str, Any]:
    codes = codebook.code(text.text) if text.text is not None else {}
    return {
        "round": text.round,
        "agent": text.agent,
        "attempt": text.attempt,
        "source": text.source,
        "hidden": text.text is None,
        "text_sha256": digest,
        "codes": [name for name in codebook.codes if name in codes],
        "sentences": [codes[name] for name in codebook.codes if name in codes],
        "judged": None if said is None else list(said.probabilities.items()),
        "turned": [] if said is None else list(said.turned),
        "judge_failure": "" if said is None else said.failure,
    }


@contextmanager
def _alone(tables: Path) -> Iterator[None]:
    """Hold the table against a second process that would write it."""
    path = tables / ".reasons.lock"
    try:
        tables.mkdir(parents=True, exist_ok=True)
        file = path.open("a")
    except OSError as error:
        raise MachineError(f"cannot write {path}: {error.strerror}") from error
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UsageError(
                f"another `agora code` is at work in {tables.parent}", advice="Wait for it to end, or stop it."
            ) from None
        yield
