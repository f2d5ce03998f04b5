"""The forms of demand that a price market's file may choose; what they mean is in `demand`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from agoranomos.documents import DocumentPart, Finite

Positive = Annotated[float, Field(gt=0)]


class LogitDemand(DocumentPart):
    """Differentiated goods: `s_i = e^((a_i - p_i) / mu) / (e^(a_0 / mu) + sum_j e^((a_j - p_j) / mu))`.

    `quality` is a_i (one number for all firms or one each), `outside` a_0, `size` the number of consumers.
    """

    form: Literal["logit"] = "logit"
    quality: tuple[Finite, ...] = (2.0, 2.0)
    outside: Finite = 0.0
    mu: Annotated[float, Field(gt=0)] = 0.25
    size: Positive = 1.0

    @model_validator(mode="before")
    @classmethod
    def _spread(cls, data: Any) -> Any:
        one = data.get("quality") if isinstance(data, Mapping) else None
        return {**data, "quality": (one,)} if isinstance(one, (int, float)) and not isinstance(one, bool) else data


class HotellingDemand(DocumentPart):
    """Consumers along a line with two firms at its ends, or around a circle with more (Salop): t, v, how many."""

    form: Literal["hotelling"]
    transport_cost: Positive = 1.0
    reservation: Positive = 4.0
    size: Positive = 1.0


class HomogeneousDemand(DocumentPart):
    """Identical goods: all buy from the cheapest, `D(p) = max(0, intercept - slope p)`; ties share equally."""

    form: Literal["homogeneous"]
    intercept: Positive = 6.0
    slope: Positive = 1.0

    @property
    def size(self) -> float:
        """What demand shocks multiply: 1, the demand curve as it is."""
        return 1.0


Demand = Annotated[LogitDemand | HotellingDemand | HomogeneousDemand, Field(discriminator="form")]
