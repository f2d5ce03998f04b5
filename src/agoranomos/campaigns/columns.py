"""The columns of one table while it is filled, row by row."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pyarrow as pa

from agoranomos.campaigns.tables import Table


class Columns:
    """The columns of one table while it is filled."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self._values: dict[str, list[Any]] = {column.name: [] for column in table.columns}

    def add(self, **values: Any) -> None:
        """One row; what is not given is null."""
        for name, column in self._values.items():
            column.append(values.get(name))

    def appenders(self) -> tuple[Callable[[Any], None], ...]:
        """The append methods in the order of the columns, for tables with many rows."""
        return tuple(column.append for column in self._values.values())

    def arrow(self) -> Any:
        """The rows so far, as an Arrow table; the columns are empty again afterwards."""
        filled = pa.table(self._values, schema=self.table.schema)
        for column in self._values.values():
            column.clear()
        return filled
