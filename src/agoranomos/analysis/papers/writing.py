"""Writes the figures and tables of a report: each figure is drawn once, each file replaced whole."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from agoranomos.analysis.canvas import Drawing
from agoranomos.analysis.papers.captions import caption_of, captions_json
from agoranomos.analysis.papers.data import data
from agoranomos.analysis.papers.latex import figure_tex, latex
from agoranomos.analysis.papers.markdown import markdown
from agoranomos.analysis.papers.provenance import Provenance
from agoranomos.analysis.papers.table import Table

FIGURES, TABLES = "figures", "tables"
OF_A_FIGURE = ("svg", "pdf", "tex")
OF_A_TABLE = ("tex", "md", "csv")


@dataclass(frozen=True, slots=True)
class Written:
    """The files of figures, those of tables, and the file with all captions."""

    figures: tuple[Path, ...]
    tables: tuple[Path, ...]
    captions: Path


def write_papers(folder: Path, drawings: Sequence[Drawing], tables: Sequence[Table], provenance: Provenance) -> Written:
    """Write `figures/NAME.{svg,pdf,tex}`, `tables/NAME.{tex,md,csv}` and `captions.json` in the report's folder.

    The same report gives the same bytes. Raises `OSError` where the folder cannot be written.
    """
    figures: list[tuple[Drawing, list[str]]] = []
    listed: list[tuple[Table, list[str]]] = []
    for drawing in drawings:
        caption = caption_of(drawing, provenance)
        contents = (
            drawing.svg_file(caption).encode(),
            drawing.pdf(),
            figure_tex(drawing.name, caption, drawing.columns).encode(),
        )
        names = [f"{FIGURES}/{drawing.name}.{ending}" for ending in OF_A_FIGURE]
        for name, content in zip(names, contents, strict=True):
            replace(folder / name, content)
        figures.append((drawing, names))
    for table in tables:
        caption = caption_of(table, provenance)
        names = [f"{TABLES}/{table.name}.{ending}" for ending in OF_A_TABLE]
        for name, text in zip(names, (latex(table, caption), markdown(table, caption), data(table)), strict=True):
            replace(folder / name, text.encode())
        listed.append((table, names))
    told = json.dumps(captions_json(figures, listed, provenance), indent=1, ensure_ascii=False) + "\n"
    replace(folder / "captions.json", told.encode())
    return Written(
        tuple(folder / name for _, names in figures for name in names),
        tuple(folder / name for _, names in listed for name in names),
        folder / "captions.json",
    )


def replace(path: Path, content: bytes) -> None:
    """Write the file as a whole: whoever reads sees the old one or the new one. Raises `OSError`."""
    path.parent.mkdir(exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    partial.write_bytes(content)
    partial.replace(path)
