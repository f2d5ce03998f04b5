"""The caption of a table or figure: what it shows, which interval, then what all captions of the campaign end with."""

from __future__ import annotations

from typing import Any

from agoranomos.analysis.canvas import Drawing
from agoranomos.analysis.papers.provenance import Provenance
from agoranomos.analysis.papers.table import Table


def caption_of(shown: Table | Drawing, provenance: Provenance) -> str:
    """The caption as one paragraph."""
    if isinstance(shown, Drawing):  # its own caption says what its bands and bars are
        return f"{shown.caption} {provenance.sentence}"
    parts = (f"{shown.title}.", shown.about, f"Interval: {shown.interval}.", provenance.sentence)
    return " ".join(part for part in parts if part)


def captions_json(
    figures: list[tuple[Drawing, list[str]]], tables: list[tuple[Table, list[str]]], provenance: Provenance
) -> dict[str, Any]:
    """Every caption with its parts; the lists are the files of each, from the folder of the report on."""
    return {
        "version": 1,
        **provenance.as_json(),
        "figures": {
            drawing.name: {
                "caption": caption_of(drawing, provenance),
                "interval": drawing.interval,
                "alternative": drawing.alternative,
                "columns": drawing.columns,
                "files": files,
            }
            for drawing, files in figures
        },
        "tables": {
            table.name: {
                "caption": caption_of(table, provenance),
                "title": table.title,
                "interval": table.interval,
                "files": files,
            }
            for table, files in tables
        },
    }
