"""Draws what two institutions make of the same conduct, play by play: fines, sanctions, rounds out of the market."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from agoranomos.errors import UsageError
from agoranomos.institutions.difference_outcomes import Compared
from agoranomos.workspace.figure_file import save_figure

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COLOURS = ("#0072B2", "#D55E00")
"""Blue and vermilion of Okabe and Ito (2008): told apart by people with any colour vision."""

KINDS = ("png", "svg", "pdf")
PANELS = (("fines", "fines, all agents"), ("sanctions", "sanctions"), ("suspended", "agent-rounds suspended"))


def draw_difference(path: Path, names: tuple[str, str], compared: Sequence[Compared]) -> None:
    """Write the figure to `path` (PNG, SVG or PDF by its ending); raises `UsageError` for another ending."""
    if path.suffix.lower().removeprefix(".") not in KINDS:
        raise UsageError(f"a figure is written as .png, .svg or .pdf; {path.name!r} is none of these")
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11.0, 1.6 + 0.24 * len(compared)), layout="constrained")
    panels = figure.subplots(1, len(PANELS), sharey=True, width_ratios=(2.0, 1.0, 1.0))
    for axes, (key, title) in zip(panels, PANELS, strict=True):
        _panel(axes, compared, key, names)
        axes.set_xlabel(title)
    panels[0].set_yticks(range(len(compared)), [one.play.about for one in compared], fontsize=8)
    panels[0].set_ylim(len(compared) - 0.5, -0.5)
    figure.legend(*panels[0].get_legend_handles_labels(), loc="outside upper left", ncols=2, frameon=False)
    save_figure(figure, path, dpi=160)


def _panel(axes: Axes, compared: Sequence[Compared], key: str, names: tuple[str, str]) -> None:
    """A row a play: what A draws, what B draws, and a line between the two."""
    rows = range(len(compared))
    before = [float(getattr(one.before, key)) for one in compared]
    after = [float(getattr(one.after, key)) for one in compared]
    axes.hlines(rows, before, after, color="#bbbbbb", linewidth=2, zorder=1)
    for values, marker, colour, letter, name in zip((before, after), "oD", COLOURS, "AB", names, strict=True):
        axes.scatter(
            values, rows, marker=marker, s=28, color=colour, zorder=2, clip_on=False, label=f"{letter}: {name}"
        )
    axes.set_xlim(left=0.0)
    axes.margins(x=0.08)
    axes.spines[["top", "right"]].set_visible(False)
    axes.grid(axis="x", color="#eeeeee")
