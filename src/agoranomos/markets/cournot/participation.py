"""Who is in the market: firms that come and go at set rounds, or with the price."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

from pydantic import Discriminator, Field, Tag

from agoranomos.documents import DocumentPart
from agoranomos.markets.facts import SCALE

if TYPE_CHECKING:
    from agoranomos.markets.cournot.spec import CournotSpec

Bar = Annotated[float, Field(gt=0)]


class PriceAbove(DocumentPart):
    """A firm that is out comes in for the next round when some good's price was above `price_above`."""

    price_above: Bar


class PriceBelow(DocumentPart):
    """A firm that is in goes out for the next round when every good's price was below `price_below`."""

    price_below: Bar


def _tag(value: Any) -> str:
    return "price" if isinstance(value, Mapping | DocumentPart) else "round"


Entry: TypeAlias = Annotated[
    Annotated[int, Field(ge=1, strict=True), Tag("round")] | Annotated[PriceAbove, Tag("price")], Discriminator(_tag)
]
"""The first round that a firm is in, or the price that brings it in."""

Exit: TypeAlias = Annotated[
    Annotated[int, Field(ge=2, strict=True), Tag("round")] | Annotated[PriceBelow, Tag("price")], Discriminator(_tag)
]
"""The first round that a firm is out again, for good, or the price that drives it out."""


@dataclass(frozen=True, slots=True)
class Participation:
    """Who is in, and who has yet to come in at a set round, [N] each."""

    active: tuple[bool, ...]

    @classmethod
    def first(cls, spec: CournotSpec) -> Participation:
        """Round 1: everybody but those that come later or wait for a price."""
        entry = spec.entry or {}
        return cls(tuple(entry.get(firm, 1) == 1 for firm in spec.firms))

    def after(self, spec: CournotSpec, round_number: int, price: Sequence[float]) -> Participation:
        """Who is in in the round after `round_number`, which ended with the prices `price[M]` (see `price_e6`).

        Prices are compared in whole millionths, as they are recorded. A firm that a price drove out comes in again
        where a price brings it in, and never where it came in at a set round or was there from the first.
        """
        prices_e6 = [round(p * SCALE) for p in price]
        highest, coming = max(prices_e6), round_number + 1
        entry, leave = spec.entry or {}, spec.exit or {}
        following = list(self.active)
        for i, firm in enumerate(spec.firms):
            comes, goes = entry.get(firm), leave.get(firm)
            gone = isinstance(goes, int) and coming >= goes
            if self.active[i]:
                following[i] = not gone and not (isinstance(goes, PriceBelow) and highest < goes.price_below * SCALE)
            elif isinstance(comes, PriceAbove):
                following[i] = not gone and highest > comes.price_above * SCALE
            else:
                following[i] = comes == coming
        return Participation(tuple(following))


def contradiction(firm: str, comes: Entry | None, goes: Exit | None) -> str:
    """Why this firm cannot come and go like this; empty where it can."""
    if isinstance(comes, int) and isinstance(goes, int) and goes <= comes:
        return f"{firm} enters in round {comes} and leaves in round {goes}; it must enter first"
    if isinstance(comes, PriceAbove) and isinstance(goes, PriceBelow) and comes.price_above < goes.price_below:
        return (
            f"{firm} enters above a price of {comes.price_above:g} and leaves below {goes.price_below:g}: "
            "it would do both at once"
        )
    return ""
