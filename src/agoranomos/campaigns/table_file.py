"""Writes a campaign's tables: rows go to disk in groups, and each file takes its place as a whole at the end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from agoranomos.campaigns.tables import Table
from agoranomos.errors import MachineError

GROUP_ROWS = 65_536
"""A row group is written as soon as it has so many rows: a table takes the memory of one group, however long it is."""


class TableFile:
    """One table while it is written. Rows are kept until they fill a group; the groups follow from the rows alone."""

    def __init__(self, folder: Path, table: Table) -> None:
        self._schema = table.schema
        self._path = folder / f"{table.name}.parquet"
        self._temporary = self._path.with_suffix(".new")
        self._waiting: list[Any] = []
        with self._explained():
            folder.mkdir(parents=True, exist_ok=True)
            self._writer = pq.ParquetWriter(self._temporary, self._schema, compression="zstd")

    def add(self, rows: Any) -> None:
        """Take in an Arrow table of rows; raises `MachineError` when the disk does not take them."""
        if rows.num_rows:
            self._waiting.append(rows)
        if sum(part.num_rows for part in self._waiting) >= GROUP_ROWS:
            self._write()

    def end(self) -> None:
        """Write what is left; the file is complete, and not in its place yet."""
        self._write()
        with self._explained():
            self._writer.close()

    def publish(self) -> None:
        """Put the file in place of the one before."""
        with self._explained():
            self._temporary.replace(self._path)

    def discard(self) -> None:
        """Give up: the file before stays."""
        with suppress(OSError, pa.ArrowException):
            self._writer.close()
        with suppress(OSError):
            self._temporary.unlink(missing_ok=True)

    def _write(self) -> None:
        if not self._waiting:
            return
        group = pa.concat_tables(self._waiting).combine_chunks()
        self._waiting.clear()
        with self._explained():
            self._writer.write_table(group, row_group_size=max(group.num_rows, 1))

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise MachineError(
                f"cannot write {self._path}: {error.strerror or error}",
                advice="The logs are untouched: free some space, and the same command writes the tables from them.",
            ) from error


@contextmanager
def table_files(folder: Path, tables: Sequence[Table]) -> Iterator[dict[str, TableFile]]:
    """Files to fill, by the tables' names; they take their places together when the block ends well."""
    files: dict[str, TableFile] = {}
    try:
        for table in tables:
            files[table.name] = TableFile(folder, table)
        yield files
        for file in files.values():
            file.end()
        for file in files.values():
            file.publish()
    except BaseException:
        for file in files.values():
            file.discard()
        raise
