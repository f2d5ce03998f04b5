"""The rows of a table in long format, one firm, good and round each, as they were read and before they are arranged."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agoranomos.errors import DocumentError
from agoranomos.institutions.panel import Whole
from agoranomos.markets.facts import SCALE
from agoranomos.randomness import MAX_EXACT_INTEGER

LARGEST = MAX_EXACT_INTEGER / SCALE
"""The largest number that is recorded exactly in millionths."""

_TRUE, _FALSE = {"1", "true", "yes"}, {"0", "false", "no"}


@dataclass(frozen=True, slots=True)
class Labels:
    """A column of names: `codes` [rows] index into `names`, which are in the order of their first appearance."""

    codes: Whole
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PanelRows:
    """What a table says, row by row; quantities and prices in millionths. `place(row)` says where row 0, 1, .. lies."""

    file: str
    place: Callable[[int], str]
    column: dict[str, str]
    firm: Labels
    good: Labels
    round: Whole
    quantity_e6: Whole
    price_e6: Whole
    reported: NDArray[np.bool_] | None = None

    def fault(self, row: int, role: str, message: str, advice: str = "") -> DocumentError:
        """The error about one cell."""
        return DocumentError(f"column {self.column[role]!r}: {message}", place=self.place(row), advice=advice)


@dataclass(slots=True)
class LabelColumn:
    """Collects a column of names."""

    _codes: list[Whole] = field(default_factory=list)
    _known: dict[str, int] = field(default_factory=dict)

    def add(self, names: Sequence[str]) -> None:
        """More of the column."""
        known = self._known
        self._codes.append(np.array([known.setdefault(name, len(known)) for name in names], dtype=np.int64))

    def labels(self) -> Labels:
        """The whole column."""
        return Labels(np.concatenate(self._codes) if self._codes else np.zeros(0, np.int64), tuple(self._known))


def first_bad_number(values: NDArray[np.float64]) -> int | None:
    """The index of the first value that is no number, below zero, or too large; None where all are good."""
    bad = ~((values >= 0.0) & (values <= LARGEST))
    return int(bad.argmax()) if bad.any() else None


def first_bad_round(values: NDArray[np.float64]) -> int | None:
    """The index of the first value that is no whole number, or too large to count with; None where all are good."""
    bad = ~((np.abs(values) <= MAX_EXACT_INTEGER // 2) & (values == np.rint(values)))
    return int(bad.argmax()) if bad.any() else None


def why_bad(value: float, role: str) -> str:
    """What is wrong with a number, in words."""
    if math.isnan(value):
        return "it is missing"
    if role == "round":
        return f"{value:g} is no whole number" if abs(value) < LARGEST else f"{value:g} is too large"
    return (
        f"{value:g} is negative" if value < 0 else f"{value:g} is too large: at most {LARGEST:.3g} is recorded exactly"
    )


def in_millionths(values: NDArray[np.float64]) -> Whole:
    """The values in millionths, rounded half to even as `to_e6` does."""
    return np.rint(values * SCALE).astype(np.int64)


def as_flag(text: Any) -> bool | None:
    """A cell that says yes or no; None where it says neither."""
    word = str(text).strip().lower().removesuffix(".0")
    return True if word in _TRUE else False if word in _FALSE else None
