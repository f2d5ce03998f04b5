"""Which institution wraps the market in which round, and what begins anew when one is replaced by another.

A run lives under one institution, or under several after each other. The one in force judges every round of its phase,
the last one included: that round's cases and sanctions stand. Then the next one begins as its file begins, with its
initial standings and no evidence: what the one before had ordered for later rounds (a suspension that still runs, a
notice that nobody has read) ends with it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agoranomos.errors import UsageError
from agoranomos.institutions.bind import Bound, worded
from agoranomos.institutions.entries import Body, Round, Switched
from agoranomos.institutions.judge import first_notices, initial_standings
from agoranomos.institutions.judgement import Judgement, Standing
from agoranomos.institutions.notices import Notice


@dataclass(frozen=True, slots=True)
class Phase:
    """From `first_round` on this institution wraps the market; None: none does."""

    first_round: int
    bound: Bound | None

    @property
    def name(self) -> str:
        """The institution's name; empty where there is none."""
        return "" if self.bound is None else self.bound.institution.name

    @property
    def semantic_sha256(self) -> str:
        """The institution's semantic digest; empty where there is none."""
        return "" if self.bound is None else self.bound.institution.semantic_sha256


@dataclass(frozen=True, slots=True)
class Begun:
    """An institution as it begins: where agents stand, what they hold, and the entries that record it."""

    bound: Bound | None
    standings: tuple[Standing, ...]
    notices: tuple[Notice, ...]
    bodies: tuple[Body, ...]


@dataclass(frozen=True, slots=True)
class Schedule:
    """The phases of a run, in order; the first begins with round 1. Made by `schedule_of`."""

    phases: tuple[Phase, ...]

    @property
    def first(self) -> Bound | None:
        """The institution of round 1; None where there is none."""
        return self.phases[0].bound

    @property
    def switches(self) -> tuple[Phase, ...]:
        """The phases after the first."""
        return self.phases[1:]

    @property
    def governed(self) -> bool:
        """Whether there is an institution in any phase."""
        return any(phase.bound is not None for phase in self.phases)

    def at(self, round_number: int) -> Bound | None:
        """The institution that judges the round."""
        return [phase for phase in self.phases if phase.first_round <= round_number][-1].bound

    def worded(self, seed: int) -> Schedule:
        """The same, with every institution in the words that the run with this seed has."""
        if all(phase.bound is None or len(phase.bound.institution.wordings) < 2 for phase in self.phases):
            return self
        return Schedule(
            tuple(
                Phase(phase.first_round, None if phase.bound is None else worded(phase.bound, seed))
                for phase in self.phases
            )
        )

    def begun(self) -> Begun | None:
        """The first institution as it begins; None where the run begins without one."""
        return None if self.first is None else _begun(self.phases[0], ())

    def begun_after(self, round_number: int) -> Begun | None:
        """What begins when this round is over; None where all stays as it is."""
        for phase in self.switches:
            if phase.first_round == round_number + 1:
                switched = Switched(phase.first_round, phase.name, phase.semantic_sha256)
                return _begun(phase, (switched,))
        return None

    def __str__(self) -> str:
        """Such as `none, cournot-antitrust from round 11, none from round 21`; empty where there is none at all."""
        return in_words(self.phases[0].name, [(phase.first_round, phase.name) for phase in self.switches])


def schedule_of(first: Bound | None, switches: Mapping[int, Bound | None] | None = None) -> Schedule:
    """The schedule that begins with `first` and goes on as `switches` says, by round.

    Raises `UsageError` for a switch before round 2.
    """
    later = sorted((switches or {}).items())
    if later and later[0][0] < 2:
        raise UsageError(
            f"an institution cannot be replaced in round {later[0][0]}", advice="Name the one that the run begins with."
        )
    return Schedule((Phase(1, first), *(Phase(number, bound) for number, bound in later)))


def in_words(first: str, switches: Sequence[tuple[int, str]]) -> str:
    """The names of a run's institutions with the rounds from which they hold; no name stands for none."""
    if not switches:
        return first
    return ", ".join([first or "none", *(f"{name or 'none'} from round {number}" for number, name in switches)])


def round_bodies(body: Round, judgement: Judgement | None, begun: Begun | None = None) -> list[Body]:
    """The entries of one round in their order: the round, then transitions, sanctions and notices.

    Where an institution begins with the next round, its notices stand in the place of those that nobody will read.
    """
    decided: tuple[Body, ...] = ()
    if judgement is not None:
        decided = (*judgement.transitions, *judgement.sanctions, *judgement.announced)
    if begun is not None:
        return [body, *decided, *begun.bodies]
    return [body, *decided, *(judgement.issued if judgement is not None else ())]


def _begun(phase: Phase, before: tuple[Body, ...]) -> Begun:
    if phase.bound is None:
        return Begun(None, (), (), before)
    first = first_notices(phase.bound, initial_standings(phase.bound), phase.first_round)
    return Begun(phase.bound, first.standings, first.notices, (*before, *first.issued))
