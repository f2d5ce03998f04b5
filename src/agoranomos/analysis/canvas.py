"""What every figure of a report shares: colours, dashes, style, and how it becomes SVG text.

Colours are those of Okabe and Ito (2008), told apart by people with any colour vision, and lines differ in their
dashes too. Text and axes take the colour of the page (`currentColor`), so a figure reads on light and dark ground.
Only Figure objects are used: no pyplot, no state that outlives a call.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

REGIME_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
DASHES: tuple[Any, ...] = ("-", (0, (5, 2)), (0, (1.5, 1.5)), (0, (7, 2, 1.5, 2)), (0, (3, 1)), (0, (1, 3)))

INK = "#123456"
"""Stands for the page's own text colour until the SVG is written."""

STYLE: Any = {
    "svg.fonttype": "none",
    "font.family": ["sans-serif"],
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 9.0,
    "text.color": INK,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.linewidth": 0.6,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 9.5,
    "axes.titlelocation": "left",
    "axes.titleweight": "bold",
    "xtick.color": INK,
    "ytick.color": INK,
    "xtick.major.width": 0.6,
    "ytick.major.width": 0.6,
    "legend.frameon": False,
    "text.parse_math": False,
}


@dataclass(frozen=True, slots=True)
class Drawing:
    """A figure: its SVG element, a caption that says what the marks and intervals are, and its alternative text."""

    svg: str
    caption: str
    alternative: str


def regime_handles(regimes: Sequence[str]) -> list[Any]:
    """The entries of a legend, a line a regime."""
    return [
        Line2D(
            [], [], color=REGIME_COLOURS[i % len(REGIME_COLOURS)], linestyle=DASHES[i % len(DASHES)], linewidth=1.8,
            label=regime,
        )
        for i, regime in enumerate(regimes)
    ]  # fmt: skip


def svg_of(figure: Figure, name: str) -> str:
    """The figure as one SVG element: the same bytes for the same figure, ids of its own, the page's colours."""
    text = io.StringIO()
    figure.patch.set_visible(False)
    for axes in figure.axes:
        axes.patch.set_visible(False)
    with mpl.rc_context({"svg.hashsalt": name}):
        canvas: Any = FigureCanvasSVG(figure)
        canvas.print_svg(text, metadata={"Date": None, "Creator": None, "Format": None, "Type": None})
    svg = text.getvalue()
    svg = svg[svg.index("<svg") :].replace(INK, "currentColor")
    # Several figures share one page, where every id must be one of a kind.
    return re.sub(r'(\bid="|xlink:href="#|url\(#)', rf"\g<1>{name}-", svg)
