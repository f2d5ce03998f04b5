"""What is kept for the person in a seat from round to round: every round, as the seat saw it."""

from __future__ import annotations

from dataclasses import dataclass, field

from agoranomos.policies.human.situation import PastRound, Seen
from agoranomos.policies.policy import Observation
from agoranomos.policies.prompted.memory import Notes
from agoranomos.policies.prompted.memory import Seen as SeenRound
from agoranomos.policies.shared import SharedRound
from agoranomos.scenarios import Exchange

ALL_ROUNDS = 1_000_000
"""A person may look back as far as they like."""


@dataclass(frozen=True, slots=True)
class Kept:
    """`notes` hold the rounds in numbers, `told` in a scenario's words; `asked` is the round under way in words.

    `shared` is what everybody wrote in it, where the scenario shows that; `notice` the text that was last shown.
    """

    notes: Notes = field(default_factory=Notes)
    told: tuple[Exchange, ...] = ()
    asked: Exchange | None = None
    shared: SharedRound | None = None
    notice: str = ""


def last_round(observation: Observation) -> int:
    """The number of rounds that are over."""
    return round(float(observation["round"][0]))


def past_rounds(notes: Notes, *, shows_profit: bool) -> tuple[PastRound, ...]:
    """The rounds in numbers, oldest first."""
    return tuple(_past(seen, shows_profit) for seen in notes.history)


def _past(seen: SeenRound, shows_profit: bool) -> PastRound:
    return PastRound(
        round=seen.round,
        suspended=seen.suspended,
        seen=tuple(Seen(name, tuple(float(value) for value in values)) for name, values in seen.seen),
        profit=seen.gross if shows_profit else None,
        fine=seen.fine,
        total=seen.cumulative_net if shows_profit else None,
    )
