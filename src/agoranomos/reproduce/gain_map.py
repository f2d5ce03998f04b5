"""Delta over two parameters: values, JSON and a heat map."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from agoranomos.learning.q_learning import Floats


@dataclass(frozen=True, eq=False)
class GainMap:
    """Mean Delta [rows, columns] over the sessions of each cell, with the half width of its 95% interval.

    `margin` is NaN where there is no spread to estimate one from.
    """

    title: str
    row_name: str
    column_name: str
    rows: tuple[float, ...]
    columns: tuple[float, ...]
    gain: Floats
    margin: Floats
    sessions: int


def map_as_json(found: GainMap) -> dict[str, Any]:
    """The map as plain JSON values."""
    return {
        "title": found.title,
        "rows": {"name": found.row_name, "values": list(found.rows)},
        "columns": {"name": found.column_name, "values": list(found.columns)},
        "profit_gain": found.gain.tolist(),
        "margin": [[None if np.isnan(one) else one for one in row] for row in found.margin.tolist()],
        "sessions_a_cell": found.sessions,
    }


def draw_map(maps: Sequence[GainMap], path: Path) -> None:
    """Draw the maps side by side, on one scale, into a PNG or SVG file."""
    from matplotlib.figure import Figure

    from agoranomos.reproduce.calvano_export import save

    figure = Figure(figsize=(1.2 + 5.2 * len(maps), 4.4), layout="constrained")
    panels = figure.subplots(1, len(maps), squeeze=False)[0]
    low = min(0.0, *(float(one.gain.min()) for one in maps))
    high = max(1.0, *(float(one.gain.max()) for one in maps))
    for axes, one in zip(panels, maps, strict=True):
        image = axes.imshow(one.gain, origin="lower", aspect="auto", cmap="Reds", vmin=low, vmax=high)
        axes.set_xticks(range(len(one.columns)), [f"{value:g}" for value in one.columns])
        axes.set_yticks(range(len(one.rows)), [f"{value:g}" for value in one.rows])
        for (row, column), value in np.ndenumerate(one.gain):
            shade = "white" if value > low + 0.6 * (high - low) else "black"
            axes.text(column, row, f"{value:.2f}", ha="center", va="center", fontsize=8, color=shade)
        axes.set_xlabel(one.column_name)
        axes.set_ylabel(one.row_name)
        axes.set_title(one.title, fontsize=10)
    figure.colorbar(image, ax=list(panels), label="profit gain Delta")
    save(figure, path)
