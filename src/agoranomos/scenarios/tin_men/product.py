"""What can be bought: a product with a price, ratings and a margin, or with the utilities that it brings."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from agoranomos.documents import DocumentPart, Finite, Name

MOST_RATING = 10
"""Ratings are whole numbers from 0 (worst) to this (best)."""

Label = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9]{0,19}$")]
Rating = Annotated[int, Field(ge=0, le=MOST_RATING)]
Money = Annotated[Finite, Field(ge=0, le=1_000_000)]


class Product(DocumentPart):
    """One line of the menu: `name` is one word, an identifier or an invented name.

    Its utilities follow from `price`, `ratings` and `margin`, or are written out: `customer` and `company`. Then price
    and ratings are for words alone.
    """

    name: Label
    price: Money = 0.0
    ratings: dict[Name, Rating] = Field(default_factory=dict)
    margin: Annotated[Finite, Field(ge=0, le=1_000_000)] | None = None
    customer: Annotated[Finite, Field(ge=-1, le=1)] | None = None
    company: Annotated[Finite, Field(ge=0, le=1)] | None = None

    @property
    def direct(self) -> bool:
        """Whether its utilities are written out."""
        return self.customer is not None and self.company is not None
