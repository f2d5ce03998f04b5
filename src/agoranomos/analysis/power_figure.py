"""Power as a figure: the chance of finding an effect, over runs, a line an effect."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
from matplotlib.figure import Figure

from agoranomos.analysis.canvas import DASHES, INK, REGIME_COLOURS, STYLE

FIGURES = (".png", ".svg")


def draw_power(
    path: Path, rows: Sequence[tuple[int, Sequence[float]]], effects: Sequence[str], target: float, title: str
) -> None:
    """Write the figure of a table of chances, as `statistics.power.table` gives it; .png or .svg by the name."""
    runs = [n for n, _ in rows]
    with mpl.rc_context({**STYLE, "text.color": "black", "savefig.facecolor": "white", "svg.hashsalt": "power"}):
        figure = Figure(figsize=(6.4, 3.6), layout="constrained")
        axes = figure.subplots()
        axes.axhline(target, color="#8a94a0", linewidth=0.9, linestyle=(0, (2, 2)))
        for place, name in enumerate(effects):
            axes.plot(
                runs,
                [chances[place] for _, chances in rows],
                color=REGIME_COLOURS[place % len(REGIME_COLOURS)],
                linestyle=DASHES[place % len(DASHES)],
                linewidth=1.6,
                label=name,
            )
        axes.set(xlabel="runs an arm", ylabel="chance of finding it", ylim=(0, 1.02), title=title)
        axes.legend(loc="lower right")
        for text in figure.findobj(mpl.text.Text):
            if text.get_color() == INK:
                text.set_color("black")
        figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)
