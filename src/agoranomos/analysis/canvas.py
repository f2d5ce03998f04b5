"""How a figure becomes an SVG element of a page, an SVG file, and a PDF file: the same bytes for the same figure.

Only Figure objects are used: no pyplot, no state that outlives a call.
"""

from __future__ import annotations

import html
import io
import re
from dataclasses import dataclass, field
from typing import Any

import matplotlib as mpl
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

from agoranomos.analysis.style import DASHES, INK, REGIME_COLOURS, STYLE, TWO_COLUMNS


@dataclass(frozen=True, slots=True)
class Drawing:
    """A figure: its SVG element, a caption that says what the marks and intervals are, and its alternative text.

    `interval` says which interval it shows, in a few words. `figure` is what was drawn, at the size of print.
    """

    name: str
    svg: str
    caption: str
    alternative: str
    interval: str
    figure: Figure = field(repr=False, compare=False)

    @property
    def columns(self) -> int:
        """How many columns of a page of two it takes."""
        return 2 if self.figure.get_figwidth() > TWO_COLUMNS / 2 else 1

    def svg_file(self, description: str) -> str:
        """The figure as a file of its own, black on white, with its alternative text and a description."""
        head = self.svg.index(">") + 1
        about = f"<title>{html.escape(self.alternative)}</title>\n <desc>{html.escape(description)}</desc>"
        ground = '<rect width="100%" height="100%" fill="#ffffff"/>'
        drawn = self.svg[head:].replace("currentColor", "#000000")
        return f'<?xml version="1.0" encoding="utf-8"?>\n{self.svg[:head]}\n {about}\n {ground}{drawn}'

    def pdf(self) -> bytes:
        """The figure as a PDF of one page, with its fonts as TrueType."""
        file = io.BytesIO()
        self.figure.set_layout_engine("none")  # everything has its place since the SVG was written
        with mpl.rc_context({"pdf.fonttype": 42, "text.parse_math": False}):
            self.figure.savefig(
                file,
                format="pdf",
                metadata={"Title": self.alternative, "CreationDate": None, "Creator": None, "Producer": None},
            )
        return file.getvalue()


def svg_of(figure: Figure, name: str) -> str:
    """The figure as one SVG element: the same bytes for the same figure, ids of its own, the page's colours."""
    text = io.StringIO()
    engine = figure.get_layout_engine()
    if engine is not None:
        engine.execute(figure)  # ticks follow the size of their axes, and the size of axes the room that ticks take
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


__all__ = ["DASHES", "INK", "REGIME_COLOURS", "STYLE", "Drawing", "svg_of"]
