"""Reads a panel from Parquet; every error names row and column."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agoranomos.errors import DocumentError
from agoranomos.institutions.panel import ColumnNames
from agoranomos.institutions.panel_csv import find_column
from agoranomos.institutions.panel_rows import (
    Labels,
    PanelRows,
    as_flag,
    first_bad_number,
    first_bad_round,
    in_millionths,
    why_bad,
)


def read_parquet(path: Path, names: ColumnNames) -> PanelRows:
    """The rows of a Parquet file; raises `DocumentError` for a file or a column that is none of the sort."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    roles = names.roles()
    try:
        titles = pq.read_schema(path).names
        for role, name in roles.items():
            find_column(titles, name, role, str(path))
        table = pq.read_table(path, columns=list(dict.fromkeys(roles.values())), partitioning=None)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise DocumentError(f"not a Parquet file that can be read: {error}", place=str(path)) from None
    if table.num_rows == 0:
        raise DocumentError("the table has no rows", place=str(path))
    reader = _Columns(path, roles, table)
    return PanelRows(
        str(path),
        reader.place,
        roles,
        reader.labels("firm"),
        reader.labels("good"),
        reader.numbers("round").astype(np.int64),
        in_millionths(reader.numbers("quantity")),
        in_millionths(reader.numbers("price")),
        reader.flags() if "reported" in roles else None,
    )


class _Columns:
    def __init__(self, path: Path, roles: dict[str, str], table: Any) -> None:
        self._path = path
        self._roles = roles
        self._table = table

    def place(self, row: int) -> str:
        return f"{self._path}, row {row + 1}"

    def labels(self, role: str) -> Labels:
        """A column of names; numbers are names too."""
        import pyarrow as pa
        import pyarrow.compute as pc

        column = self._whole(role)
        self._refuse_missing(column, role)
        try:
            encoded = pc.utf8_trim_whitespace(column.cast(pa.string())).dictionary_encode()
        except pa.ArrowException:
            raise self._wrong_type(role, column, "names") from None
        return Labels(encoded.indices.to_numpy().astype(np.int64), tuple(encoded.dictionary.to_pylist()))

    def numbers(self, role: str) -> NDArray[np.float64]:
        """A column of numbers; text is read as such where all of it is."""
        import pyarrow as pa

        column = self._whole(role)
        self._refuse_missing(column, role)
        if not _holds_numbers(column.type):
            raise self._wrong_type(role, column, "numbers")
        try:
            values: NDArray[np.float64] = column.cast(pa.float64(), safe=False).to_numpy(zero_copy_only=False)
        except pa.ArrowException:
            raise self._no_number(role, column) from None
        bad = first_bad_round(values) if role == "round" else first_bad_number(values)
        if bad is not None:
            raise self._fault(bad, role, why_bad(float(values[bad]), role))
        return values

    def flags(self) -> NDArray[np.bool_]:
        """The column that says who came forward."""
        column = self._whole("reported")
        self._refuse_missing(column, "reported")
        cells = column.to_pylist()
        flags = [as_flag(cell) for cell in cells]
        if None in flags:
            bad = flags.index(None)
            raise self._fault(bad, "reported", f"{cells[bad]!r} is neither yes nor no")
        return np.array(flags, dtype=np.bool_)

    def _whole(self, role: str) -> Any:
        import pyarrow as pa

        column = self._table.column(self._roles[role]).combine_chunks()
        column = column.combine_chunks() if isinstance(column, pa.ChunkedArray) else column
        return column.dictionary_decode() if pa.types.is_dictionary(column.type) else column

    def _refuse_missing(self, column: Any, role: str) -> None:
        if column.null_count:
            row = int(np.flatnonzero(column.is_null().to_numpy(zero_copy_only=False))[0])
            raise self._fault(row, role, "it is missing")

    def _no_number(self, role: str, column: Any) -> DocumentError:
        for row, cell in enumerate(column.to_pylist()):
            try:
                float(cell)
            except ValueError:
                return self._fault(row, role, f"{cell!r} is no number")
        return DocumentError(f"column {self._roles[role]!r} holds what is no number", place=str(self._path))

    def _wrong_type(self, role: str, column: Any, expected: str) -> DocumentError:
        return DocumentError(
            f"column {self._roles[role]!r} holds values of type {column.type}; {expected} were expected",
            place=str(self._path),
        )

    def _fault(self, row: int, role: str, message: str) -> DocumentError:
        return DocumentError(f"column {self._roles[role]!r}: {message}", place=self.place(row))


def _holds_numbers(kind: Any) -> bool:
    import pyarrow as pa

    types = pa.types
    return bool(
        types.is_integer(kind)
        or types.is_floating(kind)
        or types.is_decimal(kind)
        or types.is_string(kind)
        or types.is_large_string(kind)
    )
