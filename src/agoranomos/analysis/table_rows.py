"""Rows of a table, by their numbers: of one that is in memory, or of a file of which a row group is held at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pyarrow import parquet

from agoranomos.errors import MachineError

RunKey: TypeAlias = tuple[str, int]
Places: TypeAlias = NDArray[np.int64]

REBUILT = "Tables are derived from the logs: the same `agora run` command writes them again."


class Rows(Protocol):
    """One table."""

    def between(self, start: int, stop: int) -> Any:
        """The rows from `start` up to `stop`, as an Arrow table."""
        ...

    def run_keys(self) -> Iterator[Any]:
        """The columns `arm` and `seed`, part after part."""
        ...


@dataclass(frozen=True, slots=True)
class HeldRows:
    """A table that is in memory."""

    table: Any

    def between(self, start: int, stop: int) -> Any:
        """A view of the rows."""
        return self.table.slice(start, stop - start)

    def run_keys(self) -> Iterator[Any]:
        """One part."""
        yield self.table.select(["arm", "seed"])


class FileRows:
    """A Parquet file of which some columns are read, a row group at a time; what `schema` has besides them is null.

    Raises `MachineError` where the file cannot be read.
    """

    def __init__(self, path: Path, schema: Any, columns: Sequence[str]) -> None:
        self._path = path
        try:
            self._file = parquet.ParquetFile(path)
        except (OSError, pa.ArrowException) as error:
            raise unreadable_table(path, error) from error
        there = self._file.schema_arrow.names
        self._columns = [name for name in columns if name in there]
        self._absent = [schema.field(name) for name in columns if name not in there]
        groups = [self._file.metadata.row_group(index).num_rows for index in range(self._file.num_row_groups)]
        self._starts = np.concatenate(([0], np.cumsum(groups, dtype=np.int64)))
        self._empty = pa.schema([schema.field(name) for name in self._columns]).empty_table()
        self._held: tuple[int, Any] = (-1, None)

    def between(self, start: int, stop: int) -> Any:
        """The rows from `start` up to `stop`; the last row group of them is kept for who asks next."""
        parts = [self._empty]
        first = int(np.searchsorted(self._starts, start, side="right")) - 1
        for group in range(first, len(self._starts) - 1):
            offset = int(self._starts[group])
            if offset >= stop:
                break
            inside = max(start - offset, 0)
            parts.append(self._group(group).slice(inside, stop - offset - inside))
        rows = pa.concat_tables(parts) if len(parts) != 2 else parts[1]
        for field in self._absent:
            rows = rows.append_column(field, pa.nulls(rows.num_rows, field.type))
        return rows

    def run_keys(self) -> Iterator[Any]:
        """A part a row group."""
        for group in range(len(self._starts) - 1):
            yield self._read(group, ["arm", "seed"])

    def _group(self, group: int) -> Any:
        if self._held[0] != group:
            self._held = group, self._read(group, self._columns)
        return self._held[1]

    def _read(self, group: int, columns: list[str]) -> Any:
        try:
            return self._file.read_row_group(group, columns=columns, use_threads=False)
        except (OSError, pa.ArrowException) as error:
            raise unreadable_table(self._path, error) from error


def unreadable_table(path: Path, error: Exception) -> MachineError:
    """What to raise for a table that is missing, or is none."""
    return MachineError(f"cannot read {path}: {str(error).splitlines()[0]}", advice=REBUILT)


@dataclass(frozen=True, slots=True)
class Spans:
    """Where each run's rows lie in one table: first row and number of rows, (runs,), in the order of the runs."""

    start: Places
    length: Places


def spans(rows: Rows, order: Mapping[RunKey, int]) -> Spans:
    """The spans of the runs that `order` numbers; rows of others are passed over.

    Raises `MachineError` when the rows of a run lie apart: they are ordered by arm and seed.
    """
    start, length = np.zeros(len(order), np.int64), np.zeros(len(order), np.int64)
    offset, last = 0, -1
    for part in rows.run_keys():
        if not part.num_rows:
            continue
        for key, first, count in _stretches(part):
            run = order.get(key, -1)
            if run < 0:
                last = run
                continue
            if run == last:
                length[run] += count  # it goes on from the part before
            elif length[run]:
                raise MachineError("the rows of a table are not ordered by arm and seed", advice=REBUILT)
            else:
                start[run], length[run] = offset + first, count
            last = run
        offset += part.num_rows
    return Spans(start, length)


def _stretches(part: Any) -> Iterator[tuple[RunKey, int, int]]:
    """Rows one after another that are of one run: whose, the first one, and how many."""
    arms = pc.dictionary_encode(part["arm"].combine_chunks())
    if isinstance(arms, pa.ChunkedArray):
        arms = arms.combine_chunks()
    names, codes = arms.dictionary.to_pylist(), arms.indices.to_numpy()
    seeds = part["seed"].to_numpy()
    starts = np.flatnonzero(np.concatenate(([True], (codes[1:] != codes[:-1]) | (seeds[1:] != seeds[:-1]))))
    lengths = np.diff(np.append(starts, len(codes)))
    for first, count in zip(starts.tolist(), lengths.tolist(), strict=True):
        yield (names[codes[first]], int(seeds[first])), first, count
