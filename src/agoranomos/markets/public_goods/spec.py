"""The specification of a public goods game: what a YAML file of `kind: market`, `type: public-goods` says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from agoranomos.documents import DocumentPart, Name
from agoranomos.markets.facts import SCALE
from agoranomos.markets.market_spec import MarketSpec
from agoranomos.markets.written import Names
from agoranomos.randomness import MAX_EXACT_INTEGER

MAX_MEMBERS = 64
EXACT = 1e-9


class Punishment(DocumentPart):
    """The second stage: up to `most` points against each other member; one costs `cost`, and the punished `effect`.

    Source: Fehr and Gaechter (2002), Altruistic punishment in humans, Nature 415: at most 10 points, 1 and 3.
    """

    most: Annotated[float, Field(ge=0.001, le=1_000_000)] = 10.0
    cost: Annotated[float, Field(gt=0, le=1_000_000)] = 1.0
    effect: Annotated[float, Field(gt=0, le=1_000_000)] = 3.0


class PublicGoodsSpec(MarketSpec):
    """N members contribute to a good from which each draws `mpcr` times the total of all contributions.

    `members` may be a number or names; `endowment` one number for all or one each. With `punishment` every contribution
    stage is followed by a punishment stage; each stage is a round, so two rounds make a period.
    The defaults are the groups of Fehr and Gaechter (2002) without punishment.
    """

    type: Literal["public-goods"] = "public-goods"
    name: Name = "public-goods"
    rounds: Annotated[int, Field(ge=1, le=1_000_000_000)] = 20
    members: Annotated[Names, Field(min_length=2, max_length=MAX_MEMBERS)]
    good: Name = "project"
    endowment: tuple[Annotated[float, Field(ge=0.001, le=1_000_000_000)], ...]
    mpcr: Annotated[float, Field(gt=0, le=1000)] = 0.4
    punishment: Punishment | None = None

    @model_validator(mode="before")
    @classmethod
    def _fill_in(cls, data: Any) -> Any:
        if not isinstance(data, Mapping):
            return data
        filled = {"members": 4, "endowment": 20.0, **data}
        if type(filled["members"]) is int:
            filled["members"] = tuple(f"member_{i + 1}" for i in range(min(max(filled["members"], 0), MAX_MEMBERS + 1)))
        if isinstance(filled["endowment"], (int, float)) and not isinstance(filled["endowment"], bool):
            count = len(filled["members"]) if isinstance(filled["members"], (list, tuple)) else 1
            filled["endowment"] = (filled["endowment"],) * count
        return filled

    @model_validator(mode="after")
    def _holds_together(self) -> PublicGoodsSpec:
        count = len(self.members)
        if len(self.endowment) != count:
            raise ValueError(f"{len(self.endowment)} endowments for {count} members")
        if abs(self.mpcr - 1.0) < EXACT:
            raise ValueError("at an mpcr of 1 a contribution costs nothing: every profile is an equilibrium")
        if abs(self.mpcr * count - 1.0) < EXACT:
            raise ValueError(
                f"an mpcr of {self.mpcr} among {count} members gives back what is contributed: there is no optimum"
            )
        fines = self.punishment
        most = max(self.mpcr, 1.0) * sum(self.endowment)
        if fines is not None:
            most = max(most, (count - 1) * fines.most * max(fines.cost + fines.effect, 1.0))
        if count * most * SCALE > MAX_EXACT_INTEGER:
            raise ValueError(
                f"values up to {count * most:.3g} could not be recorded exactly in millionths "
                f"(at most {MAX_EXACT_INTEGER / SCALE:.3g}); choose larger units"
            )
        return self
