"""The one style of all figures: colours, dashes, markers, sizes of print.

Colours are those of M. Okabe and K. Ito, "Color Universal Design" (2008), which people with any colour vision tell
apart. Series differ in their dashes and markers too, so a figure can be read without colour. Text and axes are drawn in
`INK`: black in a file, the page's own text colour on a page.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from matplotlib.figure import Figure
from matplotlib.lines import Line2D

REGIME_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
DASHES: tuple[Any, ...] = ("-", (0, (5, 2)), (0, (1.5, 1.5)), (0, (7, 2, 1.5, 2)), (0, (3, 1)), (0, (1, 3)))
MARKERS = ("o", "s", "^", "D", "v", "P")

TIER_COLOURS = ("#e6edf3", "#f9dba8", "#f2a65a", "#d4622a", "#7f2704")
"""Tiers 0 to 4, from light to dark: their order shows in grey, too."""

INK = "#000001"
"""Black, but for a trace by which it is found again in an SVG, where it becomes the colour of the page's text."""

GREY = "#76818d"
"""Lines of reference: benchmarks, zero, margins."""

ONE_COLUMN = 3.5
"""Inches: a column of a page with two (89 mm)."""

TWO_COLUMNS = 7.2
"""Inches: the width of such a page's text (183 mm)."""

PAGE = 8.9
"""Inches: what a figure may be high for its caption to stay on the page."""

SMALL = 6.0
"""Points of the smallest text."""

PRINT: Any = {
    "svg.fonttype": "none",
    "pdf.fonttype": 42,
    "font.family": ["sans-serif"],
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 7.0,
    "text.color": INK,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 7.0,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.labelsize": 6.5,
    "ytick.labelsize": 6.5,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
    "legend.frameon": False,
    "legend.fontsize": 6.5,
    "legend.handlelength": 3.0,
    "text.parse_math": False,
}
"""At the size of print: nothing is scaled afterwards."""

STYLE: Any = {
    name: value for name, value in PRINT.items() if not name.endswith((".labelsize", ".size", ".fontsize"))
} | {
    "font.size": 9.0,
    "axes.titlesize": 9.5,
    "legend.handlelength": 2.0,
}
"""The same in letters of 9 points, for figures of 9.6 inches that are looked at on a screen."""

MARKS = 6
"""So many markers stand along a line, each line's in places of their own."""


def line_style(index: int, points: int = 0) -> dict[str, Any]:
    """Colour, dashes and marker of the series with this index, and where on a line of so many `points` these stand.

    After six series colours come again, with other dashes and hollow markers.
    """
    place, again = index % len(REGIME_COLOURS), index // len(REGIME_COLOURS)
    style: dict[str, Any] = {
        "color": REGIME_COLOURS[place],
        "linestyle": DASHES[(place + again) % len(DASHES)],
        "marker": MARKERS[(place + again) % len(MARKERS)],
        "markersize": 2.8,
        "markerfacecolor": "none" if again % 2 else REGIME_COLOURS[place],
        "markeredgewidth": 0.7,
        "linewidth": 1.2,
    }
    if points > MARKS:
        step = points / MARKS
        style["markevery"] = sorted({int(step * (k + (place + 0.5) / len(MARKERS))) for k in range(MARKS)})
    return style


def legend_handles(labels: Sequence[str]) -> list[Any]:
    """The entries of a legend, a line a series."""
    return [Line2D([], [], label=label, **line_style(index)) for index, label in enumerate(labels)]


def legend_columns(labels: Sequence[str], width: float, size: float = 6.5) -> int:
    """So many entries of a legend stand side by side in `width` inches, at letters of `size` points; at least one."""
    longest = max((len(label) for label in labels), default=1)
    entry = (0.62 * longest + 3.0 + 2.8) * size / 72  # letters of 0.62 em at most, the line, and the space between
    return max(1, min(len(labels), int(width / entry)))


def panel_grid(panels: int, height: float, across: int = 3) -> tuple[Figure, Any]:
    """A figure of so many panels, each `height` inches high, and its axes (rows, columns); spare ones are off.

    One panel takes one column of print, several take two.
    """
    columns = min(panels, across)
    rows = -(-panels // columns)
    size = (ONE_COLUMN, 2.5) if panels == 1 else (TWO_COLUMNS, 0.5 + rows * fitting(height, rows))
    figure = Figure(figsize=size, layout="constrained")
    axes = figure.subplots(rows, columns, squeeze=False)
    for spare in axes.flat[panels:]:
        spare.set_axis_off()
    return figure, axes


def fitting(height: float, rows: int) -> float:
    """The height of each of so many rows, in inches: less than `height` where a page could not hold them else."""
    return max(min(height, (PAGE - 0.5) / rows), 1.0)


def lowest(axes: Any, panels: int) -> list[Any]:
    """The panels that have none below them."""
    rows, columns = axes.shape
    return [
        axes[max(row for row in range(rows) if row * columns + column < panels), column] for column in range(columns)
    ]
