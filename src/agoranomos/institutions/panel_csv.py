"""Reads a panel from CSV, in pieces, so that a million rows need little memory; every error names line and column."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from agoranomos.errors import DocumentError, UsageError, nearest
from agoranomos.institutions.panel import ColumnNames
from agoranomos.institutions.panel_rows import (
    LabelColumn,
    PanelRows,
    as_flag,
    first_bad_number,
    first_bad_round,
    in_millionths,
    why_bad,
)

PIECE = 50_000
SEPARATORS = ",;\t"
_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}


@dataclass(frozen=True, slots=True)
class CsvForm:
    """How a CSV file is written; what is empty is found out. `decimal_comma` reads 38,18 as 38.18."""

    encoding: str = ""
    decimal_comma: bool = False


def read_csv(path: Path, names: ColumnNames, form: CsvForm) -> tuple[PanelRows, tuple[str, ...]]:
    """The rows of a CSV file, and notes on how it was read. Raises `DocumentError` with line and column."""
    encoding, notes = _encoding(path, form.encoding)
    try:
        with path.open(encoding=encoding, newline="") as file:
            return _Reader(path, names, form).read(file), notes
    except UnicodeError as error:
        raise DocumentError(
            f"not {encoding} text: {error}", place=str(path), advice="Name the encoding with --encoding."
        ) from None


def _encoding(path: Path, asked: str) -> tuple[str, tuple[str, ...]]:
    """The encoding asked for, or that of the byte order mark, or UTF-8, or else Windows-1252, with a note."""
    if asked:
        try:
            codecs.lookup(asked)
            "".encode(asked)
        except (LookupError, TypeError, ValueError):
            raise UsageError(f"unknown encoding {asked!r}", advice="Such as utf-8, utf-16, cp1252, latin-1.") from None
        return asked, ()
    decoder = codecs.getincrementaldecoder("utf-8")()
    with path.open("rb") as file:
        head = file.read(4)
        for mark, name in _MARKS.items():
            if head.startswith(mark):
                return name, ()
        file.seek(0)
        try:
            while piece := file.read(1 << 20):
                decoder.decode(piece)
            decoder.decode(b"", final=True)
        except UnicodeDecodeError:
            return "cp1252", ("it is not UTF-8 and was read as Windows-1252; --encoding says otherwise",)
    return "utf-8", ()


class _Reader:
    def __init__(self, path: Path, names: ColumnNames, form: CsvForm) -> None:
        self._path = path
        self._names = names
        self._form = form
        self._lines: list[NDArray[np.int64]] = []

    def read(self, file: IO[str]) -> PanelRows:
        head = file.readline()
        separator = max(SEPARATORS, key=head.count)
        file.seek(0)
        rows = csv.reader(file, delimiter=separator, strict=True)
        numbered = self._numbered(rows)
        header = next(numbered, None)
        if header is None:
            raise DocumentError("the table is empty", place=str(self._path))
        places = self._columns(header[1])
        firm, good = LabelColumn(), LabelColumn()
        round_: list[NDArray[np.int64]] = []
        quantity: list[NDArray[np.int64]] = []
        price: list[NDArray[np.int64]] = []
        reported: list[NDArray[np.bool_]] = []
        while piece := list(islice(numbered, PIECE)):
            self._refuse_ragged(piece, len(header[1]))
            lines = [line for line, _ in piece]
            cells = list(zip(*[row for _, row in piece], strict=True))
            self._lines.append(np.array(lines, dtype=np.int64))
            firm.add(self._texts(cells[places["firm"]], lines, "firm"))
            good.add(self._texts(cells[places["good"]], lines, "good"))
            round_.append(self._numbers(cells[places["round"]], lines, "round").astype(np.int64))
            quantity.append(in_millionths(self._numbers(cells[places["quantity"]], lines, "quantity")))
            price.append(in_millionths(self._numbers(cells[places["price"]], lines, "price")))
            if "reported" in places:
                reported.append(self._flags(cells[places["reported"]], lines))
        if not round_:
            raise DocumentError("the table has a header and no rows", place=str(self._path))
        lines_of = np.concatenate(self._lines)
        return PanelRows(
            str(self._path),
            lambda row: f"{self._path}:{lines_of[row]}",
            self._names.roles(),
            firm.labels(),
            good.labels(),
            np.concatenate(round_),
            np.concatenate(quantity),
            np.concatenate(price),
            np.concatenate(reported) if reported else None,
        )

    def _numbered(self, reader: Any) -> Iterator[tuple[int, list[str]]]:
        """Rows with the line on which each ends; empty lines are passed over."""
        while True:
            try:
                row = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise DocumentError(f"not CSV: {error}", place=self._at(reader.line_num)) from None
            if row:
                yield reader.line_num, row

    def _columns(self, header: Sequence[str]) -> dict[str, int]:
        titles = [title.strip() for title in header]
        return {role: find_column(titles, name, role, str(self._path)) for role, name in self._names.roles().items()}

    def _at(self, line: int) -> str:
        return f"{self._path}:{line}"

    def _refuse_ragged(self, piece: Sequence[tuple[int, list[str]]], width: int) -> None:
        for line, row in piece:
            if len(row) != width:
                cells = "1 cell" if len(row) == 1 else f"{len(row)} cells"
                advice = ""
                if len(row) > width and not self._form.decimal_comma:
                    advice = "Numbers with a decimal comma need another separator (;) or quotes, and --decimal-comma."
                raise DocumentError(f"{cells} in a table of {width} columns", place=self._at(line), advice=advice)

    def _texts(self, cells: Sequence[str], lines: Sequence[int], role: str) -> list[str]:
        texts = [cell.strip() for cell in cells]
        if not all(texts):
            raise self._fault(lines[texts.index("")], role, "it is missing")
        return texts

    def _numbers(self, cells: Sequence[str], lines: Sequence[int], role: str) -> NDArray[np.float64]:
        texts = [cell.replace(",", ".") for cell in cells] if self._form.decimal_comma else cells
        try:
            values = np.array(list(map(float, texts)))
            if "_" in "".join(texts):  # Python's own grouping of digits, which no table means
                raise ValueError
        except ValueError:
            raise self._no_number(cells, texts, lines, role) from None
        bad = first_bad_round(values) if role == "round" else first_bad_number(values)
        if bad is not None:
            raise self._fault(lines[bad], role, why_bad(float(values[bad]), role))
        return values

    def _no_number(self, cells: Sequence[str], texts: Sequence[str], lines: Sequence[int], role: str) -> DocumentError:
        for cell, text, line in zip(cells, texts, lines, strict=True):
            if not text.strip():
                return self._fault(line, role, "it is missing", "Write 0 for what a firm did not make.")
            try:
                float(text)
                if "_" not in text:
                    continue
            except ValueError:
                pass
            comma = "," in cell and not self._form.decimal_comma
            return self._fault(line, role, f"{cell!r} is no number", "--decimal-comma reads 1,5 as 1.5." * comma)
        raise AssertionError("some cell is no number")  # pragma: no cover

    def _flags(self, cells: Sequence[str], lines: Sequence[int]) -> NDArray[np.bool_]:
        flags = [as_flag(cell) for cell in cells]
        if None in flags:
            bad = flags.index(None)
            raise self._fault(lines[bad], "reported", f"{cells[bad]!r} is neither yes nor no", "Write 1 or 0.")
        return np.array(flags, dtype=np.bool_)

    def _fault(self, line: int, role: str, message: str, advice: str = "") -> DocumentError:
        name = self._names.roles()[role]
        return DocumentError(f"column {name!r}: {message}", place=self._at(line), advice=advice)


def find_column(titles: Sequence[str], name: str, role: str, place: str) -> int:
    """Which of the columns is called `name`; raises `DocumentError` where none is, or two are."""
    found = [k for k, title in enumerate(titles) if title == name]
    if len(found) == 1:
        return found[0]
    if found:
        raise DocumentError(f"{len(found)} columns are called {name!r}", place=place)
    option = "--reported" if role == "reported" else f"--{role}"
    advice = " ".join(part for part in (nearest(name, titles), f"{option} NAME gives the column's name.") if part)
    raise DocumentError(f"there is no column {name!r}, for the {role}", place=place, advice=advice)
