"""A small SVG writer: boxes, arcs and labels, escaped, the same bytes for the same drawing."""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

from agoranomos.institutions.drawing import LETTER, LINE, MARGIN, Arc, Box, Drawing, Label, drawn
from agoranomos.institutions.institution import Institution

# Vermilion and blue of Okabe and Ito's palette (2008), told apart by all common kinds of colour vision; ways back are
# dashed as well, for print. On dark pages both are lightened.
_STYLE = """\
text { font-family: "Helvetica Neue", Helvetica, Arial, "Liberation Sans", sans-serif; fill: #1f2328; }
.page { fill: #ffffff; }
.title { font-size: 17px; font-weight: 600; }
.about { font-size: 12px; fill: #57606a; }
.state { font-size: 14px; font-weight: 600; text-anchor: middle; }
.label { font-size: 10.5px; fill: #57606a; text-anchor: middle; letter-spacing: 0.4px; }
.box, .sample { fill: #f6f8fa; stroke: #57606a; stroke-width: 1.3; }
.first { stroke: #1f2328; stroke-width: 2.4; }
.event, .guard, .sanction { font-size: 11px; text-anchor: middle; }
.event { font-weight: 600; }
.guard { fill: #57606a; }
.sanction { fill: #b34700; }
.escalation { fill: none; stroke: #d55e00; stroke-width: 1.7; }
.restoration { fill: none; stroke: #0072b2; stroke-width: 1.7; stroke-dasharray: 6 3; }
.tip-escalation { fill: #d55e00; }
.tip-restoration { fill: #0072b2; }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3; }
.page { fill: #0d1117; }
.about, .label, .guard { fill: #9ea7b3; }
.box, .sample { fill: #161b22; stroke: #9ea7b3; }
.first { stroke: #e6edf3; }
.sanction { fill: #ff9d5c; }
.escalation { stroke: #f0813a; }
.restoration { stroke: #56b4e9; }
.tip-escalation { fill: #f0813a; }
.tip-restoration { fill: #56b4e9; }
}
"""


def as_svg(institution: Institution) -> str:
    """The institution's graph as an SVG document that reads on light and dark pages and in print."""
    return document(drawn(institution))


def document(drawing: Drawing) -> str:
    """The whole SVG document, with a legend in its last lines."""
    width, height = f"{drawing.width:.0f}", f"{drawing.height:.0f}"
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img"><title>{escape(drawing.title)}</title>',
        f"<style>{_STYLE}</style>",
        f"<defs>{_tip('escalation')}{_tip('restoration')}</defs>",
        f'<rect class="page" width="{width}" height="{height}"/>',
        f'<text class="title" x="{MARGIN:.0f}" y="32">{escape(drawing.title)}</text>',
        f'<text class="about" x="{MARGIN:.0f}" y="52">{escape(drawing.subtitle)}</text>',
        *map(_arc, drawing.arcs),
        *map(_label, drawing.labels),
        *map(_box, drawing.boxes),
        *_legend(MARGIN, drawing.height - 22),
    ]
    return "\n".join([*parts, "</svg>"]) + "\n"


def _tip(kind: str) -> str:
    return (
        f'<marker id="{kind}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="6.5" markerHeight="6.5" '
        f'orient="auto"><path d="M0 0.8 L10 5 L0 9.2 z" class="tip-{kind}"/></marker>'
    )


def _arc(arc: Arc) -> str:
    way = 1 if arc.end > arc.start else -1
    radius = min(10.0, arc.height, abs(arc.end - arc.start) / 2)
    level = arc.row + arc.side * arc.height
    near = level - arc.side * radius
    turn_out, turn_in = arc.start + way * radius, arc.end - way * radius
    d = (
        f"M{arc.start:.1f} {arc.row:.1f} V{near:.1f} Q{arc.start:.1f} {level:.1f} {turn_out:.1f} {level:.1f} "
        f"H{turn_in:.1f} Q{arc.end:.1f} {level:.1f} {arc.end:.1f} {near:.1f} V{arc.row:.1f}"
    )
    return f'<path class="{arc.kind}" marker-end="url(#{arc.kind})" d="{d}"/>'


def _label(label: Label) -> str:
    return "\n".join(
        f'<text class="{style}" x="{label.x:.1f}" y="{label.y + LINE * index:.1f}">{escape(text)}</text>'
        for index, (style, text) in enumerate(label.lines)
    )


def _box(box: Box) -> str:
    middle = box.x + box.width / 2
    return (
        f'<rect class="box{" first" if box.first else ""}" x="{box.x:.1f}" y="{box.y:.1f}" width="{box.width:.1f}" '
        f'height="{box.height:.1f}" rx="9"/>'
        f'<text class="state" x="{middle:.1f}" y="{box.y + 25:.1f}">{escape(box.name)}</text>'
        f'<text class="label" x="{middle:.1f}" y="{box.y + 43:.1f}">{escape(box.label)}</text>'
    )


def _legend(x: float, y: float) -> Sequence[str]:
    entries = (("escalation", "accusation or sanction"), ("restoration", "way back"))
    parts = []
    for kind, words in entries:
        parts.append(
            f'<line class="{kind}" x1="{x:.0f}" y1="{y - 4:.0f}" x2="{x + 34:.0f}" y2="{y - 4:.0f}" '
            f'marker-end="url(#{kind})"/><text class="about" x="{x + 42:.0f}" y="{y:.0f}">{words}</text>'
        )
        x += 62 + len(words) * LETTER
    parts.append(
        f'<rect class="sample first" x="{x:.0f}" y="{y - 11:.0f}" width="24" height="14" rx="4"/>'
        f'<text class="about" x="{x + 32:.0f}" y="{y:.0f}">where every agent begins</text>'
    )
    return parts
