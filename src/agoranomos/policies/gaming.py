"""Policies that play the institution itself."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated

from pydantic import Field

from agoranomos.documents import DocumentPart, Finite, Name
from agoranomos.institutions.notices import Notice
from agoranomos.policies.policy import Decision, Observation, Seat
from agoranomos.policies.scripted import Memoryless, play
from agoranomos.randomness import Randomness


class LadderGamerParameters(DocumentPart):
    """`dares`: the states in which it divides the market; empty means the institution's initial state only."""

    dares: tuple[Name, ...] = ()
    sharpness: Annotated[Finite, Field(ge=0, le=1)] = 1.0


class _Daring(Memoryless[LadderGamerParameters]):
    """Divides the market in the states in which it dares, and does something else in the others."""

    parameters_type = LadderGamerParameters

    def __init__(self, parameters: LadderGamerParameters, seat: Seat) -> None:
        super().__init__(parameters, seat)
        self._divide = play(self.outlook.division(parameters.sharpness))
        self._otherwise = self.otherwise()

    def otherwise(self) -> Decision[None]:
        """What it does where it does not dare."""
        return play(self.outlook.nash_quantities)

    def act(
        self, observation: Observation, notice: Notice | None, memory: None, randomness: Randomness
    ) -> Decision[None]:
        """Division where it dares (no notice: nobody watches)."""
        dares = self.parameters.dares
        if notice is None or (notice.state in dares if dares else notice.state_index == 0):
            return self._divide
        return self._otherwise


class LadderGamer(_Daring):
    """Divides the market while its standing is clean, plays Nash until it is restored, and begins again.

    It takes what a graduated ladder gives away: the first warning costs nothing. Source: the free-warning cycle of
    graduated sanctions; Ostrom (1990), chapter 3, describes the ladder that it climbs down from.
    """

    name = "ladder-gamer"


class Informer(_Daring):
    """Divides the market, and comes forward as soon as its standing is clean no more; then it plays Nash.

    It wants the leniency that the first to report is given. Source: leniency as a reason to confess, Motta and Polo
    (2003), Leniency programs and cartel prosecution.
    """

    name = "informer"

    def otherwise(self) -> Decision[None]:
        """Nash, and a report."""
        return replace(super().otherwise(), report=True)
