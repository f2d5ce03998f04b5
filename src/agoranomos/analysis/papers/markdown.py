"""A table as Markdown (GitHub's form, which pandoc reads too): text is set as it stands, whatever it holds."""

from __future__ import annotations

from agoranomos.analysis.papers.table import Cell, Table

ESCAPED = frozenset("\\`*_{}[]<>~|&#$!")


def md(text: str) -> str:
    """The text as Markdown sets it as it stands, in one line."""
    return "".join(f"\\{letter}" if letter in ESCAPED else letter for letter in " ".join(text.split()))


def markdown(table: Table, caption: str) -> str:
    """The caption, and the table below it; what LaTeX sets below a number stands in brackets after it."""
    head = "| " + " | ".join(md(column.heading) for column in table.columns) + " |"
    rule = "|" + "|".join("---:" if column.is_number else ":---" for column in table.columns) + "|"
    rows = ["| " + " | ".join(_shown(cell) for cell in row) + " |" for row in table.rows]
    return "\n".join([md(caption), "", head, rule, *rows]) + "\n"


def _shown(cell: Cell) -> str:
    return f"{md(cell.shown)} ({md(cell.below)})" if cell.below else md(cell.shown)
