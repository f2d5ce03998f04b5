"""Delta over two parameters: values, JSON and a heat map."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np

from agoranomos.learning.q_learning import Floats
from agoranomos.reproduce.calvano import CalvanoResult, Progress

Cell: TypeAlias = Callable[[float, float, Progress | None], CalvanoResult]


@dataclass(frozen=True, eq=False)
class GainMap:
    """Mean Delta [rows, columns] over the sessions of each cell.

    `margin` is the half width of its 95% interval (NaN where there is no spread to estimate one from), `net` the mean
    of Delta after fines, `converged` the share of sessions that converged.
    """

    title: str
    row_name: str
    column_name: str
    rows: tuple[float, ...]
    columns: tuple[float, ...]
    gain: Floats
    margin: Floats
    net: Floats
    converged: Floats
    sessions: int


def gain_map(
    title: str,
    rows: tuple[str, Sequence[float]],
    columns: tuple[str, Sequence[float]],
    cell: Cell,
    sessions: int,
    progress: Progress | None = None,
) -> GainMap:
    """The map of what `cell(row value, column value, progress)` finds; names stand before the values."""
    shape = len(rows[1]), len(columns[1])
    gain, margin, net, converged = (np.empty(shape) for _ in range(4))
    of = gain.size * sessions
    for place in np.ndindex(shape):
        before = (place[0] * shape[1] + place[1]) * sessions
        heard = None if progress is None else partial(_from, progress, before, of)
        found = cell(rows[1][place[0]], columns[1][place[1]], heard)
        gain[place], margin[place] = found.gain.point, found.gain.high - found.gain.point
        net[place], converged[place] = found.net.point, found.converged / found.sessions
    return GainMap(
        title, rows[0], columns[0], tuple(rows[1]), tuple(columns[1]), gain, margin, net, converged, sessions
    )


def _from(progress: Progress, before: int, of: int, done: int, _: int) -> None:
    progress(before + done, of)


def map_as_json(found: GainMap) -> dict[str, Any]:
    """The map as plain JSON values."""
    return {
        "title": found.title,
        "rows": {"name": found.row_name, "values": list(found.rows)},
        "columns": {"name": found.column_name, "values": list(found.columns)},
        "profit_gain": found.gain.tolist(),
        "margin": [[None if np.isnan(one) else one for one in row] for row in found.margin.tolist()],
        "profit_gain_after_fines": found.net.tolist(),
        "share_converged": found.converged.tolist(),
        "sessions_a_cell": found.sessions,
    }


def draw_map(maps: Sequence[GainMap], path: Path) -> None:
    """Draw the maps side by side, on one scale, into a PNG or SVG file."""
    from matplotlib.figure import Figure

    from agoranomos.workspace.figure_file import save_figure

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
    save_figure(figure, path)
