"""The codebook: every table and column of a campaign, with type and meaning, made from the tables' own definitions."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from agoranomos.errors import Finding

FORMAT = 1


def codebook(tables: Path) -> dict[str, Any]:
    """What the Parquet files in `tables` say of themselves; raises `Finding` for a file that cannot be read."""
    described = [_table(path) for path in sorted(tables.glob("*.parquet"))]
    return {"version": FORMAT, "tables": described}


def codebook_json(books: Sequence[tuple[str, dict[str, Any]]]) -> bytes:
    """The codebook for programs; `books` has one for each campaign, by its place in the package."""
    return json.dumps({place or ".": book for place, book in books}, indent=1, sort_keys=True).encode() + b"\n"


def codebook_page(books: Sequence[tuple[str, dict[str, Any]]]) -> bytes:
    """The codebook for readers, as Markdown."""
    lines = ["# Codebook", "", _INTRODUCTION, ""]
    for place, book in books:
        if len(books) > 1:
            lines += [f"# {place}", ""]
        for table in book["tables"]:
            lines += [f"## {table['table']}", "", f"`{table['file']}`: {table['rows']:,} rows.", ""]
            lines += ["| column | type | meaning |", "|---|---|---|"]
            lines += [f"| `{c['name']}` | {c['type']} | {_cell(c['meaning'])} |" for c in table["columns"]]
            lines.append("")
    return "\n".join(lines).encode()


def _table(path: Path) -> dict[str, Any]:
    try:
        file = pq.ParquetFile(path)
        schema, rows = file.schema_arrow, file.metadata.num_rows
    except (OSError, ValueError) as error:
        raise Finding(f"{path} is no table that can be read: {error}") from None
    said = {key.decode(): value.decode() for key, value in (schema.metadata or {}).items()}
    return {
        "file": f"tables/{path.name}",
        "table": said.get("agora_table", path.stem),
        "version": said.get("agora_version", ""),
        "rows": rows,
        "columns": [
            {
                "name": field.name,
                "type": str(field.type),
                "meaning": ((field.metadata or {}).get(b"meaning") or b"").decode(),
            }
            for field in schema
        ],
    }


def _cell(text: str) -> str:
    return text.replace("|", "\\|")


_INTRODUCTION = (
    "Every table is derived from the signed logs and can be built again from them. Quantities, prices and money are in "
    "the market's natural units; what is undefined is null. Rows are ordered by arm, seed, round and seat. A seed in "
    "two arms is a pair: the same roster, costs and draws."
)
