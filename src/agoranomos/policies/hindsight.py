"""What learners share that count what each entry of their menu would have earned."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

import numpy as np

from agoranomos.institutions.notices import Notice
from agoranomos.policies.on_menu import MenuParameters, OnMenu, fine_of
from agoranomos.policies.policy import Decision, Observation
from agoranomos.randomness import Randomness


class HindsightParameters(MenuParameters):
    """`by_standing`: statistics are kept apart by the own state in the institution."""

    by_standing: bool = False


@dataclass(frozen=True, slots=True)
class Tally:
    """Sums over `rounds` seen rounds: what each entry would have earned [K], and what was earned; no fines in them.

    `uses` [K] counts how often each entry was played, `fines` [K] what was taken after it.
    """

    would: tuple[float, ...]
    uses: tuple[int, ...]
    fines: tuple[float, ...]
    earned: float = 0.0
    rounds: int = 0

    @classmethod
    def empty(cls, places: int) -> Tally:
        """Nothing seen yet."""
        return cls((0.0,) * places, (0,) * places, (0.0,) * places)

    def net(self) -> list[float]:
        """What each entry would have earned in the average round, less the mean fine that it drew when played, [K]."""
        rounds = max(self.rounds, 1)
        return [
            would / rounds - fine / max(uses, 1)
            for would, fine, uses in zip(self.would, self.fines, self.uses, strict=True)
        ]

    def regrets(self) -> list[float]:
        """How much more than it did each entry would have brought in the average round, fines counted, [K]."""
        rounds = max(self.rounds, 1)
        brought = (self.earned - sum(self.fines)) / rounds
        return [value - brought for value in self.net()]

    def seen(self, place: int, replies: Sequence[float], payoff: float) -> Tally:
        """After one more round in which `place` was played."""
        would = tuple([total + reply for total, reply in zip(self.would, replies, strict=True)])
        uses = (*self.uses[:place], self.uses[place] + 1, *self.uses[place + 1 :])
        return replace(self, would=would, uses=uses, earned=self.earned + payoff, rounds=self.rounds + 1)

    def fined(self, place: int, fine: float) -> Tally:
        """After a fine for what was done at `place`."""
        return replace(self, fines=(*self.fines[:place], self.fines[place] + fine, *self.fines[place + 1 :]))


@dataclass(frozen=True, slots=True)
class Hindsight:
    """One tally a standing, and the last decision: its `place`, the standing it was taken in, and its round.

    `round` is -1 before the first decision; `pending` until the round that it was taken for has been counted.
    """

    tallies: tuple[Tally, ...]
    place: int = 0
    standing: int = 0
    round: int = -1
    pending: bool = False

    @property
    def tally(self) -> Tally:
        """The tally of the standing in which the last decision was taken."""
        return self.tallies[self.standing]

    def with_tally(self, tally: Tally) -> Hindsight:
        """With another tally in the place of the last decision's."""
        changed = (*self.tallies[: self.standing], tally, *self.tallies[self.standing + 1 :])
        return replace(self, tallies=changed)


HindsightParametersT = TypeVar("HindsightParametersT", bound=HindsightParameters)


class InHindsight(OnMenu[HindsightParametersT, Hindsight]):
    """Counts what each entry of its menu would have earned in every round seen, and chooses by that.

    A fine is counted against the entry that it followed: its mean fine per use is taken off what it would have earned.
    """

    @abstractmethod
    def choose(self, tally: Tally, last: int, randomness: Randomness) -> int:
        """The place to play next, after at least one round that was seen; `last` was played last."""

    def start(self) -> Hindsight:
        """Nothing seen in the first standing; others are added when they are first met."""
        return Hindsight((Tally.empty(self.places),))

    def act(
        self, observation: Observation, notice: Notice | None, memory: Hindsight, randomness: Randomness
    ) -> Decision[Hindsight]:
        """Count the last round, then choose; the start until a round has been seen in this standing."""
        known = self._counted(observation, notice, memory)
        standing = notice.state_index if notice is not None and self.parameters.by_standing else 0
        tallies = known.tallies
        while standing >= len(tallies):
            tallies += (Tally.empty(self.places),)
        tally = tallies[standing]
        if tally.rounds:
            place = self.choose(tally, known.place, randomness)
        else:
            place = self.first_place(observation, randomness)
        now = int(observation["round"][0])
        return Decision(self.menu[place], Hindsight(tallies, place, standing, now, pending=True))

    def missed(self, observation: Observation, notice: Notice | None, memory: Hindsight) -> Hindsight:
        """Count the last round and its fine also while it is not asked."""
        return self._counted(observation, notice, memory)

    def _counted(self, observation: Observation, notice: Notice | None, memory: Hindsight) -> Hindsight:
        if memory.round < 0:
            return memory
        place, tally = memory.place, memory.tally
        if memory.pending:
            seen = self.seen(observation)
            if seen is not None:
                index = self.seat.index
                place = self.nearest(seen[index])
                replies = self.game.replies(index, seen).tolist()
                tally = tally.seen(place, replies, float(np.asarray(self.game.payoffs(seen))[index]))
        fine = fine_of(notice)
        if fine:
            tally = tally.fined(place, fine)
        if tally is memory.tally:
            return replace(memory, pending=False) if memory.pending else memory
        return replace(memory.with_tally(tally), place=place, pending=False)
