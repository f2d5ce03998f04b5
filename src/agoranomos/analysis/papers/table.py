"""A table as a value: what each cell shows, and the numbers behind it, before it is LaTeX, Markdown or CSV."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from agoranomos.analysis.export_findings import plain
from agoranomos.analysis.intervals import Bounded
from agoranomos.analysis.words import MISSING, number, p_value, percent, places, signed

Plain: TypeAlias = "str | int | float | None"


@dataclass(frozen=True, slots=True)
class Cell:
    """`shown`, with `below` it an interval or a remark. `values` have all digits, by the ending of the CSV's column."""

    shown: str = ""
    below: str = ""
    values: tuple[tuple[str, Plain], ...] = (("", None),)


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its name in CSV, its heading, its cells, and whether they are numbers, which stand flush right."""

    name: str
    heading: str
    cells: Sequence[Cell]
    is_number: bool = True


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a title, what there is to know of it, and the interval that it shows, in words."""

    name: str
    title: str
    about: str
    interval: str
    columns: tuple[Column, ...]

    @property
    def rows(self) -> list[tuple[Cell, ...]]:
        """The cells, row by row."""
        return list(zip(*(column.cells for column in self.columns), strict=True))


def texts(name: str, heading: str, values: Iterable[str]) -> Column:
    """A column of words."""
    return Column(name, heading, tuple(Cell(text, values=(("", text),)) for text in values), is_number=False)


def counts(name: str, heading: str, values: Iterable[int]) -> Column:
    """A column of whole numbers."""
    return Column(name, heading, tuple(Cell(number(value, 0), values=(("", value),)) for value in values))


def amounts(
    name: str, heading: str, values: Iterable[float], digits: int | None = None, *, below: Sequence[str] = ()
) -> Column:
    """A column of numbers without intervals, all with as many decimals; `below` may stand a remark for each."""
    listed = [float(value) for value in values]
    shown = _digits(listed) if digits is None else digits
    remarks = below or [""] * len(listed)
    return Column(
        name,
        heading,
        tuple(
            Cell(number(value, shown), remark, (("", plain(value)),))
            for value, remark in zip(listed, remarks, strict=True)
        ),
    )


def p_values(name: str, heading: str, values: Iterable[float]) -> Column:
    """A column of values of p."""
    return Column(name, heading, tuple(Cell(p_value(p), values=(("", plain(p)),)) for p in values))


def shares(name: str, heading: str, values: Iterable[float], digits: int = 0) -> Column:
    """A column of shares as percentages; CSV holds them as numbers from 0 to 1."""
    return Column(name, heading, tuple(Cell(percent(value, digits), values=(("", plain(value)),)) for value in values))


def intervals(
    name: str,
    heading: str,
    found: Iterable[Bounded | None],
    digits: int | None = None,
    *,
    form: str = "number",
    counted: bool = True,
) -> Column:
    """A column of points with their bounds below. `form` is `number`, `signed` or `percent` (of shares).

    Decimals are the same in the whole column: `digits`, or as many as its smallest amount needs. With `counted` the CSV
    has how many units each rests on, which is no one number for what rests on two samples.
    """
    listed = list(found)
    points = [one.point for one in listed if one is not None]
    shown = (0 if form == "percent" else _digits(points)) if digits is None else digits
    return Column(name, heading, tuple(_interval(one, shown, form, counted) for one in listed))


def _interval(found: Bounded | None, digits: int, form: str, counted: bool) -> Cell:
    if found is None:
        return Cell(MISSING)
    write = {"number": number, "signed": signed, "percent": percent}[form]
    bound = percent if form == "percent" else number
    below = ""
    if math.isfinite(found.low):
        below = f"{bound(found.low, digits)} to {bound(found.high, digits)}"
    elif found.n > 1:
        below = "no spread" if "equal" in found.reason or not found.reason else "no interval"
    values = (("", found.point), ("_low", found.low), ("_high", found.high))
    units = (("_n", found.n),) if counted else ()
    return Cell(write(found.point, digits), below, (*((end, plain(value)) for end, value in values), *units))


def _digits(points: Iterable[float]) -> int:
    """Decimals that show four digits or so of the smallest of these amounts."""
    return places(min((abs(point) for point in points if math.isfinite(point) and point), default=0.0))
