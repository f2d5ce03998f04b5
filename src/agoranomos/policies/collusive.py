"""Policies that restrict output, in the ways that differ for who watches them."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from agoranomos.documents import DocumentPart, Finite
from agoranomos.institutions.notices import Notice
from agoranomos.policies.facts import Facts
from agoranomos.policies.policy import Decision, Observation, Seat
from agoranomos.policies.scripted import Memoryless, NoParameters, play
from agoranomos.randomness import Randomness

Sharpness = Annotated[Finite, Field(ge=0, le=1)]
"""The part of a good's output that its specialists make; in the papers' duopoly 1 is 60/0, 0.9 54/6 and 0.8 48/12."""


class DividerParameters(DocumentPart):
    """`sharpness`: the part of each good's output that its specialists make, 1 for a full division."""

    sharpness: Sharpness = 1.0


class Divider(Memoryless[DividerParameters]):
    """Divides the goods: each firm makes its own at the division's total output, and leaves the rest to the others.

    Source: market division between language models, Lin et al. (2024), arXiv 2410.00031.
    """

    name = "divider"
    parameters_type = DividerParameters
    facts = Facts("collusion", needs=("cournot",))

    def __init__(self, parameters: DividerParameters, seat: Seat) -> None:
        super().__init__(parameters, seat)
        self._decision = play(self.outlook.division(parameters.sharpness))

    def act(
        self, observation: Observation, notice: Notice | None, memory: None, randomness: Randomness
    ) -> Decision[None]:
        """Its part of the division, always."""
        return self._decision


class NashShareCartel(Memoryless[NoParameters]):
    """Cuts total output to the monopoly's and keeps each firm's Nash share, so that no share looks unusual.

    A cartel that concentration measures cannot see: HHI and CV are those of Nash play, prices are the monopoly's.
    Source: the quota cartel of Stigler (1964), A Theory of Oligopoly, with Nash shares as quotas.
    """

    name = "nash-share-cartel"
    parameters_type = NoParameters
    facts = Facts("collusion", needs=("cournot",))

    def __init__(self, parameters: NoParameters, seat: Seat) -> None:
        super().__init__(parameters, seat)
        self._decision = play(self.outlook.nash_share_cartel())

    def act(
        self, observation: Observation, notice: Notice | None, memory: None, randomness: Randomness
    ) -> Decision[None]:
        """Its quota, always."""
        return self._decision


class ParkedDividerParameters(DocumentPart):
    """`price_elevation`: where prices are parked, 0 at Nash and 1 at the joint monopoly."""

    price_elevation: Annotated[Finite, Field(ge=0, le=1)] = 0.499
    sharpness: Sharpness = 1.0


class ParkedDivider(Memoryless[ParkedDividerParameters]):
    """Divides the goods but makes enough to hold each price just under a threshold that it knows.

    Parked at 0.499 in the papers' duopoly it earns 23% over Nash, because the division saves costs. Source: Goodhart's
    law in cartel screens; Harrington (2008), Detecting Cartels, on cartels that adapt to the screen.
    """

    name = "parked-divider"
    parameters_type = ParkedDividerParameters
    facts = Facts("collusion", needs=("cournot",))

    def __init__(self, parameters: ParkedDividerParameters, seat: Seat) -> None:
        super().__init__(parameters, seat)
        totals = self.outlook.totals_at(parameters.price_elevation)
        self._decision = play(self.outlook.division(parameters.sharpness, totals))

    def act(
        self, observation: Observation, notice: Notice | None, memory: None, randomness: Randomness
    ) -> Decision[None]:
        """Its part of the parked division, always."""
        return self._decision
