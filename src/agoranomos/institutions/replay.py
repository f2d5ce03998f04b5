"""Replay: fold `judge` over a recorded run. Under its own institution every judgement must come out byte for byte."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from agoranomos.institutions.bind import bind
from agoranomos.institutions.entries import Attested, Closed, Entry, Opened, Round, Switched
from agoranomos.institutions.expected import Signed, expect_draws, expect_equal, expect_next
from agoranomos.institutions.fold import Conduct, Fold, Tally
from agoranomos.institutions.institution import Institution
from agoranomos.institutions.judgement import Observed
from agoranomos.institutions.recorded_schedule import recorded_schedule
from agoranomos.institutions.run_entries import ReplayMismatch, RunEntries, expect_round, opening_of
from agoranomos.institutions.schedule import schedule_of
from agoranomos.institutions.shapes import misshapen


@dataclass(frozen=True, slots=True)
class Replayed:
    """A run replayed: under `institution` (its name, or empty), how many rounds, and what it did to each agent.

    Where the institution was replaced, `institution` names all with the rounds from which they hold, and `switches`
    holds round, name and semantic digest of those after the first.

    `closed` tells whether the record ends with its `closed` entry; one that does not is of a run that died. `disturbed`
    counts the rounds of a counterfactual in which somebody sat out by the recorded institution's order.
    """

    institution: str
    semantic_sha256: str
    rounds: int
    entries: int
    closed: bool
    tallies: dict[str, Tally]
    states: dict[str, str]
    disturbed: int = 0
    switches: tuple[tuple[int, str, str], ...] = ()


def replay(lines: Iterable[bytes], institution: Institution | None = None) -> Replayed:
    """Judge a recorded run again: `lines` are its entries, oldest first.

    Without `institution`: under the recorded one, and every entry must be byte-equal; raises `ReplayMismatch` with the
    index of the first that is not. With one: a counterfactual, in which agents act as they did and the institution
    judges what it sees; actions that were limited under the recorded institution stay as they were recorded, and rounds
    in which it had suspended somebody are no evidence: a firm left alone is no offender. Draws that the recorded
    institution did not need are made from the recorded seed.
    """
    entries = RunEntries(lines)
    opened = opening_of(entries)
    own = recorded_schedule(opened)
    if institution is None:
        return _strict(entries, opened, Fold(own, opened, own=True))
    fold = Fold(schedule_of(bind(institution, opened.facts)), opened, own=False)
    fold.begin()
    _fold_rounds(entries, fold, opened, strict=False)
    return _replayed(fold, entries.size)


def replay_conduct(lines: Iterable[bytes]) -> tuple[Replayed, Conduct]:
    """Judge a recorded run again under its own institution, and give what other institutions can judge of it."""
    entries = RunEntries(lines)
    opened = opening_of(entries)
    observed: list[Observed] = []
    replayed = _strict(entries, opened, Fold(recorded_schedule(opened), opened, own=True, keep=observed.append))
    return replayed, Conduct(opened.facts, opened.seed, tuple(observed))


def _strict(entries: RunEntries, opened: Opened, fold: Fold) -> Replayed:
    expect_next(entries, fold.begin(), 0)
    _fold_rounds(entries, fold, opened, strict=True)
    return _replayed(fold, entries.size)


def _replayed(fold: Fold, size: int) -> Replayed:
    schedule = fold.schedule
    return Replayed(
        institution=str(schedule),
        semantic_sha256=schedule.phases[0].semantic_sha256,
        rounds=fold.rounds,
        entries=size,
        closed=fold.closed,
        tallies=fold.tallies,
        states=dict(zip(fold.agents, (standing.state for standing in fold.standings), strict=False)),
        disturbed=fold.disturbed,
        switches=tuple((phase.first_round, phase.name, phase.semantic_sha256) for phase in schedule.switches),
    )


def _fold_rounds(entries: RunEntries, fold: Fold, opened: Opened, strict: bool) -> None:
    signed = Signed()
    for index, entry in entries:
        body = entry.body
        if fold.closed:
            raise ReplayMismatch(index, "an entry after the run was closed")
        if strict:
            signed.expect(index, entry)
        if isinstance(body, Attested):
            continue  # Who signed is no matter of judgement: see `actor_check`.
        if isinstance(body, Round):
            expect_round(index, entry, fold.rounds + 1)
            _fold_round(entries, index, entry, fold, opened, strict)
        elif isinstance(body, Closed):
            if strict and {body.rounds, entry.round} != {fold.rounds}:
                raise ReplayMismatch(
                    index,
                    f"closed in round {entry.round} after {body.rounds} rounds, but {fold.rounds} are recorded",
                )
            fold.closed = True
        elif isinstance(body, Switched) and not strict:
            fold.all_are_free()
        elif strict or isinstance(body, Opened):
            raise ReplayMismatch(index, f"a {entry.kind} entry that the institution did not decide")
    if strict:
        signed.at_end(entries.size)


def _fold_round(entries: RunEntries, index: int, entry: Entry[Round], fold: Fold, opened: Opened, strict: bool) -> None:
    if fault := misshapen(opened.facts, entry.body.measures):
        raise ReplayMismatch(index, f"round {entry.round}: {fault}")
    if strict:
        expect_draws(index, entry.body, opened, entry.round, fold.bound)
    bodies = fold.round(entry.body, entry.round)
    if strict:
        expect_equal(index, entry, bodies[0])
        expect_next(entries, bodies[1:], entry.round)
