"""What a strict replay expects of a run's entries: draws, order, signatures, and every decision byte for byte."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from agoranomos.institutions.bind import Bound
from agoranomos.institutions.draws import round_draws, run_draw
from agoranomos.institutions.entries import Attested, Body, Entry, Opened, Round
from agoranomos.institutions.run_entries import ReplayMismatch, RunEntries


class Signed:
    """The place of `attested` entries: one after the entries of every round, round 0 included, or none at all."""

    def __init__(self) -> None:
        self._signed: bool | None = None  # None until what follows round 0 is seen
        self._waits = True  # a round whose signatures may follow
        self._round = 0

    def expect(self, index: int, entry: Entry[Any]) -> None:
        """Raise `ReplayMismatch` where signatures stand out of place, or not where they should."""
        is_here = isinstance(entry.body, Attested)
        if self._signed is None:
            self._signed = is_here
        if is_here and not (self._signed and self._waits and entry.round == self._round):
            raise ReplayMismatch(index, f"signatures of round {entry.round} where none belong")
        if not is_here and self._signed and self._waits:
            raise ReplayMismatch(index, f"round {self._round} is not signed, but others are")
        self._waits = isinstance(entry.body, Round)
        self._round = entry.round

    def at_end(self, size: int) -> None:
        """Raise `ReplayMismatch` where the last round's signatures are missing."""
        if self._signed and self._waits:
            raise ReplayMismatch(size, f"the log ends where the signatures of round {self._round} should be")


def expect_draws(index: int, body: Round, opened: Opened, number: int, bound: Bound | None) -> None:
    """Raise `ReplayMismatch` for draws that are not those of the run's seed, and for names out of order."""
    agents = opened.facts.agents if bound is not None and bound.draws else ()
    steady = run_draw(opened.seed) if bound is not None and bound.run_draw else 0
    if body.draws != round_draws(opened.seed, number, agents) or body.run_draw != steady:
        raise ReplayMismatch(index, "the recorded draws are not those of the run's seed")
    if body.reports != tuple(agent for agent in opened.facts.agents if agent in body.reports):
        raise ReplayMismatch(index, "the recorded reports are not of agents of this market, in their order")
    speakers = tuple(said.agent for said in body.messages)
    if speakers != tuple(agent for agent in opened.facts.agents if agent in speakers):
        raise ReplayMismatch(index, "the recorded messages are not of agents of this market, in their order")


def expect_next(entries: RunEntries, bodies: Sequence[Body], number: int) -> None:
    """Raise `ReplayMismatch` unless the next entries are `bodies`."""
    for body in bodies:
        try:
            index, entry = next(entries)
        except StopIteration:
            raise ReplayMismatch(
                entries.size,
                f"the log ends, but the institution decided: {_short(body)}",
                advice="The record is incomplete.",
            ) from None
        if entry.round != number:
            raise ReplayMismatch(index, f"it says round {entry.round} in round {number}")
        expect_equal(index, entry, body)


def expect_equal(index: int, entry: Entry[Any], body: Body) -> None:
    """Raise `ReplayMismatch`, with the part that differs, unless the entry is `body`."""
    if entry.body == body and type(entry.body) is type(body):
        return
    if type(entry.body) is not type(body):
        raise ReplayMismatch(index, f"recorded is a {entry.kind}, but the institution decided: {_short(body)}")
    for field in body.__struct_fields__:
        recorded, decided = getattr(entry.body, field), getattr(body, field)
        if recorded != decided:
            raise ReplayMismatch(
                index,
                f"round {entry.round}, {entry.kind}: `{field}` is recorded as {_short(recorded)}; "
                f"the institution decides {_short(decided)}",
            )


def _short(value: Any) -> str:
    text = str(value)
    return text if len(text) <= 200 else text[:197] + "..."
