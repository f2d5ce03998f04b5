"""Outside data as a panel: what every firm sold of every good in every round, and at which prices."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Whole: TypeAlias = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class ColumnNames:
    """What the columns of a table are called; `reported` is looked for only where it is named."""

    firm: str = "firm"
    good: str = "good"
    round: str = "round"
    quantity: str = "quantity"
    price: str = "price"
    reported: str = ""

    def roles(self) -> dict[str, str]:
        """The columns that are read, by what they hold."""
        names = {
            "firm": self.firm,
            "good": self.good,
            "round": self.round,
            "quantity": self.quantity,
            "price": self.price,
        }
        return {**names, "reported": self.reported} if self.reported else names


@dataclass(frozen=True, slots=True, eq=False)
class Panel:
    """T rounds of N firms and M goods, in millionths: `quantity_e6` [T, N, M], `price_e6` [T, M].

    `first` is what the table calls its first round; the others follow one by one. `reported` [T, N] tells who came
    forward, where the table says so.
    """

    agents: tuple[str, ...]
    goods: tuple[str, ...]
    first: int
    quantity_e6: Whole
    price_e6: Whole
    reported: NDArray[np.bool_] | None = None

    @property
    def rounds(self) -> int:
        """How many rounds there are."""
        return len(self.price_e6)
