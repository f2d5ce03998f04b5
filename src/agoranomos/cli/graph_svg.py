"""Draws an institution as an arc diagram: states in a row, in the order of the file, forward above, back below.

Edges that follow an accusation are red, the others green. The drawing depends on the manifest alone: the same file
gives the same bytes.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.sax.saxutils import escape

from agoranomos.cli.graph_show import sanction_of
from agoranomos.cli.terminal import visible
from agoranomos.institutions import Institution
from agoranomos.institutions.manifest import Transition

STEP = 290
BOX_WIDTH, BOX_HEIGHT = 150, 58
MARGIN = 60
LANE = 62
LETTER = 6.3
"""Width of an average letter of the labels, in pixels, for the room they are given."""

_STYLE = """\
text { font-family: "Helvetica Neue", Arial, sans-serif; fill: #222; }
.title { font-size: 17px; font-weight: 600; }
.about { font-size: 12px; fill: #555; }
.state { font-size: 14px; font-weight: 600; text-anchor: middle; }
.label { font-size: 11px; fill: #555; text-anchor: middle; }
.edge, .sanction { font-size: 11px; text-anchor: middle; stroke: #fff; stroke-width: 4px; paint-order: stroke; }
.sanction { fill: #a4312a; }
.accused { fill: none; stroke: #a4312a; stroke-width: 1.6; }
.free { fill: none; stroke: #2f6f4f; stroke-width: 1.6; }
.box { fill: #fff; stroke: #444; stroke-width: 1.5; }
.first { fill: #eef5f0; stroke-width: 2.5; }
"""


def draw(institution: Institution) -> str:
    """The institution's graph as an SVG document."""
    place = {state: index for index, state in enumerate(institution.states)}
    edges = [edge.spec for edge in institution.edges]
    above = _lanes([e for e in edges if place[e.target] >= place[e.source]], place)
    below = _lanes([e for e in edges if place[e.target] < place[e.source]], place)
    top = 90 + LANE * (1 + max((lane for _, lane in above), default=0))
    bottom = LANE * (1 + max((lane for _, lane in below), default=0))
    width = 2 * MARGIN + BOX_WIDTH + STEP * (len(place) - 1)
    height = top + BOX_HEIGHT + bottom + 40
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'role="img"><title>{_text(institution.name)}</title>',
        f"<style>{_STYLE}</style>",
        '<defs><marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" '
        'orient="auto-start-reverse"><path d="M0 0 L10 5 L0 10 z" fill="context-stroke"/></marker></defs>',
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
        f'<text class="title" x="{MARGIN}" y="34">{_text(institution.name)}</text>',
        f'<text class="about" x="{MARGIN}" y="54">{_text(institution.manifest.title)}</text>',
    ]
    accusing = {name for name, event in institution.manifest.events.items() if event.accuses is not None}
    arcs = [_Arc(spec, lane, place, top, upward=True) for spec, lane in above]
    arcs += [_Arc(spec, lane, place, top, upward=False) for spec, lane in below]
    parts += [arc.curve("accused" if arc.edge.on in accusing else "free") for arc in arcs]
    parts += [arc.words() for arc in arcs]  # on top of every curve
    parts += [_box(institution, state, index, top) for state, index in place.items()]
    return "\n".join([*parts, "</svg>"]) + "\n"


def _lanes(edges: Sequence[Transition], place: dict[str, int]) -> list[tuple[Transition, int]]:
    """A height for each edge, so that no two whose spans overlap share one; short edges lie nearest to the states."""
    taken: list[list[tuple[float, float]]] = []
    given = []
    for edge in sorted(edges, key=lambda e: (abs(place[e.target] - place[e.source]), place[e.source], place[e.target])):
        low, high = sorted((place[edge.source], place[edge.target]))
        middle, half = (low + high) / 2, max((high - low) / 2, _room(edge) / 2)
        span = middle - half, middle + half
        lane = next(
            (n for n, spans in enumerate(taken) if all(span[1] <= a or span[0] >= b for a, b in spans)), len(taken)
        )
        if lane == len(taken):
            taken.append([])
        taken[lane].append(span)
        given.append((edge, lane))
    return given


def _room(edge: Transition) -> float:
    """What the edge's words need, in steps between states."""
    return (max(len(line) for line in _words(edge)) * LETTER + 12) / STEP


def _words(edge: Transition) -> tuple[str, str]:
    condition = edge.on if not edge.when else f"{edge.on}, {edge.when}"
    return visible(condition), visible(sanction_of(edge))


class _Arc:
    """One edge: its curve, and its words at the curve's apex."""

    def __init__(self, edge: Transition, lane: int, place: dict[str, int], top: int, *, upward: bool) -> None:
        self.edge = edge
        source, target = place[edge.source], place[edge.target]
        # Arcs leave on the side they go to and arrive on the side they come from, so that their tips lie apart.
        shift = 0.5 if source == target else (target - source) / (abs(target - source) + 2)
        self.start = _center(source) + shift * BOX_WIDTH * 0.6
        self.end = _center(target) - shift * BOX_WIDTH * 0.6
        self.y = top if upward else top + BOX_HEIGHT
        self.reach = ((lane + 1) * LANE - 16) * (-1 if upward else 1)

    def curve(self, style: str) -> str:
        # A cubic curve reaches three quarters of the way to its control points.
        control = self.y + self.reach / 0.75
        path = f"M{self.start:.1f} {self.y} C{self.start:.1f} {control:.1f} {self.end:.1f} {control:.1f} {self.end:.1f}"
        return f'<path class="{style}" marker-end="url(#tip)" d="{path} {self.y}"/>'

    def words(self) -> str:
        lines = [(style, text) for style, text in zip(("edge", "sanction"), _words(self.edge), strict=True) if text]
        first = self.y + self.reach + (15 if self.reach > 0 else 7 - 13 * len(lines))
        middle = (self.start + self.end) / 2
        return "\n".join(
            f'<text class="{style}" x="{middle:.1f}" y="{first + 13 * index:.1f}">{_text(text)}</text>'
            for index, (style, text) in enumerate(lines)
        )


def _box(institution: Institution, state: str, index: int, top: int) -> str:
    x, center = _center(index) - BOX_WIDTH / 2, _center(index)
    first = " first" if state == institution.manifest.initial else ""
    return (
        f'<rect class="box{first}" x="{x:.1f}" y="{top}" width="{BOX_WIDTH}" height="{BOX_HEIGHT}" rx="9"/>'
        f'<text class="state" x="{center:.1f}" y="{top + 26}">{_text(state)}</text>'
        f'<text class="label" x="{center:.1f}" y="{top + 44}">{_text(institution.manifest.states[state].label)}</text>'
    )


def _center(index: int) -> float:
    return MARGIN + BOX_WIDTH / 2 + STEP * index


def _text(text: str) -> str:
    return escape(visible(text))
