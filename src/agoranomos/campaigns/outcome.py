"""The measure that a claim rests on, named before anything runs."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import StringConstraints

Outcome = (
    Literal[
        "price",
        "consumer_surplus",
        "surplus_ratio",
        "welfare",
        "profit",
        "price_elevation",
        "hhi_excess",
        "cv_excess",
        "tier",
    ]
    | Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,60}$")]
)
"""The measure that a campaign names, before it runs, as the one that its claim rests on.

One of every market's, or another that the campaign's markets publish; planning refuses one that a market has not.
"""

OUTCOMES = get_args(get_args(Outcome)[0])
"""The outcomes that every market has, though it may leave them undefined."""
