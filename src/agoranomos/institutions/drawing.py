"""Draws an institution: states in a row by severity, arcs to harsher states above, arcs back below.

An arc leaves its state straight, runs level at a height of its own, and arrives straight. Ports on a state are ordered
so that arcs of one side do not cross there, and a label stands where no other arc passes. The drawing depends on the
manifest alone: the same file gives the same bytes.
"""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass, replace

from agoranomos.institutions.edge_words import gates_of, is_escalation, printable, sanctions_in_force, timing_of
from agoranomos.institutions.institution import Institution
from agoranomos.institutions.manifest import Transition
from agoranomos.institutions.severity import by_severity

LETTER = 6.1
"""Width of an average letter of a label in pixels, for the room that it is given."""
LINE = 14
"""Height of a line of a label."""
GAP = 130
"""Between two states."""
PORT = 22
"""Between two arcs at a state."""
LOOP = 48
"""Between the two ends of an arc that returns to its own state."""
LETTERS = 26
"""In a line of a label."""
LOWEST, CLEARANCE = 26, 16
"""Height of the lowest arc over the states, and between a label and the arc above it."""
LEAST_WIDTH, HEIGHT, MARGIN, HEAD, FOOT = 130, 56, 36, 84, 64


@dataclass(frozen=True)
class Box:
    """A state: its corner, size, name and label."""

    x: float
    y: float
    width: float
    height: float
    name: str
    label: str
    first: bool = False


@dataclass(frozen=True)
class Arc:
    """An edge: straight out from the row at `start`, level at `height` from it, straight back in at `end`.

    `edge` is its name in logs, `RULE:from->to`; `side` is -1 above the row and 1 below it; `row` is the edge of the
    states that the arc touches.
    """

    edge: str
    kind: str
    start: float
    end: float
    row: float
    height: float
    side: int


@dataclass(frozen=True)
class Label:
    """Lines of text on an edge, each with its style, centred on `x`; `y` is the first baseline."""

    edge: str
    x: float
    y: float
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Drawing:
    """An institution's graph, laid out: all lengths in pixels, the y axis points down."""

    name: str
    title: str
    subtitle: str
    width: float
    height: float
    boxes: tuple[Box, ...]
    arcs: tuple[Arc, ...]
    labels: tuple[Label, ...]


@dataclass(frozen=True)
class Laid:
    """One edge in its place: ports, height of its level part, middle of its label. States are counted by severity."""

    key: str
    kind: str
    lines: tuple[tuple[str, str], ...]
    source: int
    target: int
    index: int
    start: float = 0.0
    end: float = 0.0
    height: float = 0.0
    middle: float = 0.0

    @property
    def rank(self) -> tuple[int, int]:
        """Short arcs lie nearest to the states."""
        return abs(self.target - self.source), self.index

    @property
    def width(self) -> float:
        """Of the label."""
        return max(len(text) for _, text in self.lines) * LETTER + 10

    @property
    def top(self) -> float:
        """Where the label ends, away from the states."""
        return self.height + 6 + LINE * len(self.lines)


def drawn(institution: Institution) -> Drawing:
    """The institution's graph, laid out; texts are on one line each, control characters written out."""
    order = by_severity(institution)
    edges = [_edge(institution, edge.spec, order, edge.index) for edge in institution.edges]
    above = [edge for edge in edges if edge.target >= edge.source]
    below = [edge for edge in edges if edge.target < edge.source]
    widths = [_width(institution, state, index, above, below) for index, state in enumerate(order)]
    centers = [MARGIN + sum(widths[:index]) + GAP * index + width / 2 for index, width in enumerate(widths)]
    above, below = laid_out(above, centers), laid_out(below, centers)
    left = min([edge.middle - edge.width / 2 for edge in (*above, *below)], default=MARGIN)
    shift = max(MARGIN - left, 0.0)
    row = HEAD + max([edge.top for edge in above], default=0.0)
    right = max([centers[-1] + widths[-1] / 2, *(edge.middle + edge.width / 2 for edge in (*above, *below))])
    states = institution.manifest.states
    name = printable(institution.name)
    return Drawing(
        name=name,
        title=name,
        subtitle=printable(institution.manifest.title),
        width=max(right + shift, 500) + MARGIN,
        height=row + HEIGHT + max([edge.top for edge in below], default=0.0) + FOOT,
        boxes=tuple(
            Box(
                x=centers[index] + shift - widths[index] / 2,
                y=row,
                width=widths[index],
                height=HEIGHT,
                name=printable(state),
                label=printable(states[state].label),
                first=state == institution.manifest.initial,
            )
            for index, state in enumerate(order)
        ),
        arcs=(
            *(_arc(edge, shift, row, -1) for edge in above),
            *(_arc(edge, shift, row + HEIGHT, 1) for edge in below),
        ),
        labels=(
            *(Label(edge.key, edge.middle + shift, row - edge.top + LINE - 2, edge.lines) for edge in above),
            *(
                Label(edge.key, edge.middle + shift, row + HEIGHT + edge.height + LINE + 1, edge.lines)
                for edge in below
            ),
        ),
    )


def _arc(edge: Laid, shift: float, row: float, side: int) -> Arc:
    return Arc(edge.key, edge.kind, edge.start + shift, edge.end + shift, row, edge.height, side)


def _edge(institution: Institution, spec: Transition, order: Sequence[str], index: int) -> Laid:
    lines = [("event", spec.on)]
    for style, text in (
        ("guard", f"if {spec.when}" if spec.when else ""),
        ("guard", gates_of(spec)),
        ("sanction", sanctions_in_force(institution, spec)),
        ("guard", timing_of(spec)),
    ):
        lines += [(style, line) for line in textwrap.wrap(printable(text), LETTERS)]
    kind = "escalation" if is_escalation(institution, spec) else "restoration"
    return Laid(spec.key, kind, tuple(lines), order.index(spec.source), order.index(spec.target), index)


def _groups(edges: Sequence[Laid], state: int) -> tuple[list[Laid], list[Laid], list[Laid]]:
    """The edges at a state from left to right: to its left, the lowest first; loops; to its right, the lowest last."""
    here = sorted([edge for edge in edges if state in {edge.source, edge.target}], key=lambda edge: edge.rank)
    loops = [edge for edge in here if edge.source == edge.target]
    left = [edge for edge in here if min(edge.source, edge.target) < state]
    right = [edge for edge in here if max(edge.source, edge.target) > state]
    return left, loops, right[::-1]


def _loop_halves(loops: Sequence[Laid]) -> list[float]:
    """Half the distance between each loop's ends: it goes around the labels of those inside it."""
    halves: list[float] = []
    for place in range(len(loops)):
        inside = [halves[-1] + PORT / 2, *(loop.width / 2 + 6 for loop in loops[:place])] if place else [LOOP / 2]
        halves.append(max(inside))
    return halves


def _middle_room(loops: Sequence[Laid]) -> float:
    if not loops:
        return PORT / 2
    return max(2 * _loop_halves(loops)[-1] + PORT, *(loop.width + PORT for loop in loops))


def _width(institution: Institution, state: str, index: int, above: Sequence[Laid], below: Sequence[Laid]) -> float:
    label = institution.manifest.states[state].label
    rooms = []
    for edges in (above, below):
        left, loops, right = _groups(edges, index)
        rooms.append(PORT * (len(left) + len(right)) + _middle_room(loops) + 8)
    return max(LEAST_WIDTH, 9 * len(printable(state)) + 24, 8.5 * len(printable(label)) + 24, *rooms)


def laid_out(edges: Sequence[Laid], centers: Sequence[float]) -> list[Laid]:
    """The edges of one side with ports, heights and places for their labels."""
    ports = _ports(edges, centers)
    waiting = sorted((replace(e, start=ports[e.index][0], end=ports[e.index][1]) for e in edges), key=lambda e: e.rank)
    done: list[Laid] = []
    while waiting:
        edge = waiting.pop(0)
        passing = [x for other in waiting for x in (other.start, other.end)]
        edge = replace(edge, middle=_place_for_label(edge, passing))
        low, high = _extent(edge)
        under = [other.top + CLEARANCE for other in done if _extent(other)[0] < high and low < _extent(other)[1]]
        done.append(replace(edge, height=max([LOWEST, *under])))
    return done


def _ports(edges: Sequence[Laid], centers: Sequence[float]) -> dict[int, tuple[float, float]]:
    ends: dict[int, dict[int, float]] = {edge.index: {} for edge in edges}
    loops_at: dict[int, tuple[float, float]] = {}
    for state, center in enumerate(centers):
        left, loops, right = _groups(edges, state)
        room = _middle_room(loops)
        x = center - (PORT * (len(left) + len(right)) + room) / 2
        for place, edge in enumerate(left):
            ends[edge.index][state] = x + PORT * (place + 0.5)
        middle = x + PORT * len(left) + room / 2
        for half, edge in zip(_loop_halves(loops), loops, strict=True):
            loops_at[edge.index] = (middle + half, middle - half)
        for place, edge in enumerate(right):
            ends[edge.index][state] = middle + room / 2 + PORT * (place + 0.5)
    return loops_at | {
        edge.index: (ends[edge.index][edge.source], ends[edge.index][edge.target])
        for edge in edges
        if edge.source != edge.target
    }


def _place_for_label(edge: Laid, passing: Sequence[float]) -> float:
    """The middle of the arc, or the nearest place along it where fewest arcs pass through the label."""
    low, high = sorted((edge.start, edge.end))
    center, half = (low + high) / 2, edge.width / 2
    slack = max((high - low) / 2 - half, 0.0)
    offsets = sorted((8.0 * step for step in range(-int(slack / 8), int(slack / 8) + 1)), key=lambda o: (abs(o), o))
    crossed = [sum(abs(x - center - offset) < half for x in passing) for offset in offsets]
    return center + offsets[crossed.index(min(crossed))]


def _extent(edge: Laid) -> tuple[float, float]:
    low, high = sorted((edge.start, edge.end))
    return min(low, edge.middle - edge.width / 2) - 6, max(high, edge.middle + edge.width / 2) + 6
