"""The specification of a threshold public goods game: what a YAML file of its `type` says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from agoranomos.documents import Name
from agoranomos.markets.facts import SCALE
from agoranomos.markets.market_spec import MarketSpec
from agoranomos.markets.written import Names
from agoranomos.randomness import MAX_EXACT_INTEGER

MAX_MEMBERS = 64
Factor = Annotated[float, Field(ge=0, le=1_000_000)]


class ThresholdPublicGoodsSpec(MarketSpec):
    """N members each contribute or not; the good is provided when at least `threshold` of them do.

    A round multiplies a member's capital by the factor of its case: `success_contributor`, `success_other`,
    `failure_contributor` or `failure_other`; its payoff is the change. With `compounding` the next round begins with
    what the last one left, else every round with `capital`. The defaults are the coordination game of arXiv
    2510.04860, in which success pays everybody alike; a cost that contributors bear in success too makes it a game of
    free riding.
    """

    type: Literal["threshold-public-goods"] = "threshold-public-goods"
    name: Name = "threshold-public-goods"
    rounds: Annotated[int, Field(ge=1, le=1_000_000_000)] = 20
    members: Annotated[Names, Field(min_length=1, max_length=MAX_MEMBERS)]
    good: Name = "project"
    threshold: Annotated[int, Field(ge=1)] = 4
    success_contributor: Factor = 1.2
    success_other: Factor = 1.2
    failure_contributor: Factor = 0.8
    failure_other: Factor = 1.0
    capital: Annotated[float, Field(ge=0.001, le=1_000_000_000)] = 1.0
    compounding: bool = False

    @model_validator(mode="before")
    @classmethod
    def _fill_in(cls, data: Any) -> Any:
        if not isinstance(data, Mapping):
            return data
        filled = {"members": 8, **data}
        if type(filled["members"]) is int:
            filled["members"] = tuple(f"member_{i + 1}" for i in range(min(max(filled["members"], 0), MAX_MEMBERS + 1)))
        return filled

    @property
    def gains(self) -> tuple[float, float, float]:
        """What contributing adds to one's factor when others fall short by two or more, by one, or by none.

        The second makes the good; the first and the third change nothing of it.
        """
        return (
            self.failure_contributor - self.failure_other,
            self.success_contributor - self.failure_other,
            self.success_contributor - self.success_other,
        )

    @property
    def largest_factor(self) -> float:
        """The greatest factor of the four."""
        return max(self.success_contributor, self.success_other, self.failure_contributor, self.failure_other)

    @model_validator(mode="after")
    def _holds_together(self) -> ThresholdPublicGoodsSpec:
        count = len(self.members)
        if self.threshold > count:
            raise ValueError(f"a threshold of {self.threshold} cannot be reached by {count} members")
        short, pivotal, spare = self.gains
        in_play = [pivotal] + [short] * (self.threshold >= 2) + [spare] * (self.threshold < count)
        if not any(in_play):
            raise ValueError("contributing changes nothing for its member, whatever the others do: there is no game")
        growth = max(self.largest_factor, 1.0)
        periods = self.rounds if self.compounding else 1
        try:
            most = self.capital * growth**periods * count
        except OverflowError:
            most = float("inf")
        if most * SCALE > MAX_EXACT_INTEGER:
            raise ValueError(
                f"capitals up to {most:.3g} could not be recorded exactly in millionths "
                f"(at most {MAX_EXACT_INTEGER / SCALE:.3g}); choose fewer rounds, smaller factors or larger units"
            )
        return self
