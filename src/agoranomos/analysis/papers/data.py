"""A table as CSV: all digits of what it shows, one column a number."""

from __future__ import annotations

import csv
import io

from agoranomos.analysis.papers.table import Table


def data(table: Table) -> str:
    """The rows, with `NAME`, `NAME_low` and `NAME_high` of what has an interval; empty where undefined.

    `NAME_n` is how many units it rests on; what rests on two samples has both in its column `n`.
    """
    ends = [list(dict.fromkeys(end for cell in column.cells for end, _ in cell.values)) for column in table.columns]
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([column.name + end for column, known in zip(table.columns, ends, strict=True) for end in known])
    for row in table.rows:
        line: list[object] = []
        for cell, known in zip(row, ends, strict=True):
            values = dict(cell.values)
            line += ["" if values.get(end) is None else values[end] for end in known]
        writer.writerow(line)
    return text.getvalue()
