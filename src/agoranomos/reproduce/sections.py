"""What a study says: sections of text, tables of estimates beside published numbers, and figures."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from agoranomos.analysis.export_findings import plain
from agoranomos.statistics import Interval


@dataclass(frozen=True, slots=True)
class Value:
    """One number of ours, with the bounds of its interval; `n` counts what they rest on, `reason` why one is missing.

    `form` is how it is shown: a number of decimals, `%`, or `p` for a probability under a null hypothesis, which is no
    estimate and has no interval.
    """

    point: float
    low: float = math.nan
    high: float = math.nan
    n: int = 0
    reason: str = ""
    form: str = "2"

    @property
    def text(self) -> str:
        """As readers see it: `1.82 (1.63 to 2.01)`."""
        if not math.isfinite(self.point):
            return "–"
        if self.form == "p":
            return _probability(self.point)
        shown = self._shown(self.point)
        if not math.isfinite(self.low):
            return f"{shown} (no interval)" if self.reason else shown
        return f"{shown} ({self._shown(self.low)} to {self._shown(self.high)})"

    def _shown(self, number: float) -> str:
        if not math.isfinite(number):
            return "unbounded"
        if self.form == "%":
            return f"{number:.1%}".replace("-", "−")
        shown = f"{number:,.{int(self.form)}f}".replace("-", "−")
        return shown.lstrip("−") if not shown.strip("−0.,") else shown


def value_of(found: Interval, form: str = "2") -> Value:
    """An interval as a value."""
    return Value(found.point, found.low, found.high, found.n, found.reason, form)


def _probability(p: float) -> str:
    return f"{p:.2e}" if 0 < p < 0.001 else f"{p:.4f}".rstrip("0").rstrip(".") or "0"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell: ours (None where the table has no such), and what was published beside it, with its mark."""

    here: Value | None = None
    published: str = ""
    mark: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table: `columns` head the cells of every row; a row is its label and as many cells."""

    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell, ...]], ...]
    note: str = ""

    def texts(self) -> list[str]:
        """Our number in each cell as readers see it, in the order of `long`; empty where there is none."""
        return ["" if cell.here is None else cell.here.text for _, cells in self.rows for cell in cells]

    def long(self) -> list[dict[str, Any]]:
        """One row a cell, as plain values; what is undefined is empty."""
        return [
            {
                "row": label,
                "column": column,
                "here": None if cell.here is None else plain(cell.here.point),
                "low": None if cell.here is None else plain(cell.here.low),
                "high": None if cell.here is None else plain(cell.here.high),
                "n": None if cell.here is None else cell.here.n,
                "reason": "" if cell.here is None else cell.here.reason,
                "published": cell.published,
                "mark": cell.mark,
            }
            for label, cells in self.rows
            for column, cell in zip(self.columns, cells, strict=True)
        ]


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure: the name of its file, its SVG, what the marks and intervals are, and what it shows in words."""

    name: str
    svg: str
    caption: str
    alternative: str


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, paragraphs, tables and figures, in this order."""

    title: str
    paragraphs: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()
    figures: tuple[Figure, ...] = ()


@dataclass(frozen=True, slots=True)
class Findings:
    """All that a study says. `warning` stands before everything else: what was run with what."""

    paper: str
    title: str
    warning: tuple[str, ...]
    sections: tuple[Section, ...]

    @property
    def tables(self) -> tuple[Table, ...]:
        """All tables, in order."""
        return tuple(table for section in self.sections for table in section.tables)

    @property
    def figures(self) -> tuple[Figure, ...]:
        """All figures, in order."""
        return tuple(figure for section in self.sections for figure in section.figures)

    def as_json(self) -> dict[str, Any]:
        """Everything but the figures as plain JSON values."""
        return {
            "version": 1,
            "paper": self.paper,
            "run_with": list(self.warning),
            "tables": {
                table.name: {
                    "title": table.title,
                    "note": table.note,
                    "cells": [cell | {"text": text} for cell, text in zip(table.long(), table.texts(), strict=True)],
                }
                for table in self.tables
            },
        }


def as_csv(rows: Sequence[dict[str, Any]]) -> str:
    """Rows as CSV text; the first row names the columns."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]) if rows else ["row"], lineterminator="\n")
    writer.writeheader()
    writer.writerows({key: "" if value is None else value for key, value in row.items()} for row in rows)
    return text.getvalue()


def rows_of(pairs: Iterable[tuple[str, Iterable[Cell]]]) -> tuple[tuple[str, tuple[Cell, ...]], ...]:
    """Rows from labels and cells."""
    return tuple((label, tuple(cells)) for label, cells in pairs)
