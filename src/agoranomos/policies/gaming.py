"""Policies that play the institution itself."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Any

import numpy as np
from pydantic import Field, SerializerFunctionWrapHandler, model_serializer

from agoranomos.documents import DocumentPart, Finite, Name
from agoranomos.errors import UsageError
from agoranomos.institutions.notices import Notice
from agoranomos.markets.cournot.spec import CournotSpec
from agoranomos.policies.facts import Facts
from agoranomos.policies.policy import Decision, Observation, Seat
from agoranomos.policies.scripted import Memoryless, as_action
from agoranomos.randomness import Randomness

DIVISION = "division"


class LadderGamerParameters(DocumentPart):
    """`dares`: the states in which it takes what is forbidden; empty means the institution's initial state only.

    `benchmark`: what it takes there; left out, the market's `division`, and where there is none the joint optimum.
    """

    dares: tuple[Name, ...] = ()
    sharpness: Annotated[Finite, Field(ge=0, le=1)] = 1.0
    benchmark: Name | None = None

    @model_serializer(mode="wrap")
    def _without_what_is_left_out(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """A benchmark that is not named is not written: records from before there was a choice stay as they are."""
        written: dict[str, Any] = write(self)
        if written.get("benchmark") is None:
            written.pop("benchmark", None)
        return written


class _Daring(Memoryless[LadderGamerParameters]):
    """Takes what is forbidden in the states in which it dares, and plays Nash in the others."""

    parameters_type = LadderGamerParameters
    facts = Facts("institution", needs=("play",), reads_standing=True)

    def __init__(self, parameters: LadderGamerParameters, seat: Seat) -> None:
        super().__init__(parameters, seat)
        self._forbidden = parameters.benchmark or self._usual()
        self.require_benchmarks(self._forbidden, "nash")
        divides_goods = self._forbidden == DIVISION and isinstance(seat.market.spec, CournotSpec)
        self._division = as_action(self.outlook.division(parameters.sharpness)) if divides_goods else None

    def otherwise(self, observation: Observation) -> Decision[None]:
        """What it does where it does not dare."""
        return Decision(self.benchmark("nash", observation), None)

    def act(
        self, observation: Observation, notice: Notice | None, memory: None, randomness: Randomness
    ) -> Decision[None]:
        """What is forbidden where it dares (no notice: nobody watches)."""
        dares = self.parameters.dares
        if notice is None or (notice.state in dares if dares else notice.state_index == 0):
            return Decision(self._taken(observation), None)
        return self.otherwise(observation)

    def _taken(self, observation: Observation) -> np.ndarray:
        return self.benchmark(self._forbidden, observation) if self._division is None else self._division

    def _usual(self) -> str:
        try:
            self.require_benchmarks(DIVISION)
        except UsageError:
            return self.joint_optimum()
        return DIVISION


class LadderGamer(_Daring):
    """Colludes (divides the market) while its standing is clean, plays Nash until it is restored, and begins again.

    It takes what a graduated ladder gives away: the first warning costs nothing. Source: the free-warning cycle of
    graduated sanctions; Ostrom (1990), chapter 3, describes the ladder that it climbs down from.
    """

    name = "ladder-gamer"


class Informer(_Daring):
    """Colludes (divides the market), and comes forward once its standing is clean no more; then it plays Nash.

    It wants the leniency that the first to report is given. Source: leniency as a reason to confess, Motta and Polo
    (2003), Leniency programs and cartel prosecution.
    """

    name = "informer"

    def otherwise(self, observation: Observation) -> Decision[None]:
        """Nash, and a report."""
        return replace(super().otherwise(observation), report=True)
