"""What every edge would do on its own: in which rounds it is asked for, which gate denies it, when it is open.

`judge` stops at the first edge that it may cross. To see the others, it judges the same standings again under the same
institution with its lines in another order: for each place among a state's edges once, the edge there put first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from agoranomos.institutions.bind import Bound
from agoranomos.institutions.checker.layout import Layout, Rows
from agoranomos.institutions.checker.space import Space
from agoranomos.institutions.checker.stepping import AT_ONCE, Stepper
from agoranomos.institutions.checker.walks import Mask
from agoranomos.institutions.guards import GuardFault
from agoranomos.institutions.institution import Edge

OPEN, UNASKED = 0, -1
"""What became of a request: the edge was open; the edge was not asked for. Others are the codes of `Stepped`."""


@dataclass(frozen=True)
class Requests:
    """For the edge at place `rank` among those that leave a standing's state, what became of a request in each round.

    `outcome` int8[n, i, ranks]: 0 open, -1 not asked for, 1 denied by its cooldown, 2 + k by its k-th condition.
    """

    space: Space
    outcome: npt.NDArray[np.int8]
    ranks: dict[int, int]

    def standings(self, edge: int) -> Mask:
        """bool[n]: the judged standings in the state that the edge leaves."""
        spec = self.space.edges[edge].spec
        at = self.space.layout.states.index(spec.source)
        return np.asarray((self.space.state == at) & self.space.explored)

    def of(self, edge: int) -> npt.NDArray[np.int8]:
        """int8[m, i]: what became of requests of the edge, in the standings of its state."""
        return self.outcome[self.standings(edge), :, self.ranks[edge]]

    def first(self, edge: int, wanted: Mask) -> tuple[int, int]:
        """The first standing and circumstance of those `wanted` (bool[m, i], in the standings of the edge's state)."""
        row, which = np.argwhere(wanted)[0]
        return int(np.flatnonzero(self.standings(edge))[row]), int(which)


def requests(space: Space, stepper_for: Callable[[Bound, Layout], Stepper]) -> Requests:
    """Judge every explored standing once for each place among its state's edges."""
    leaving = {
        state: [place for place, edge in enumerate(space.edges) if edge.spec.source == state]
        for state in space.layout.states
    }
    ranks = {place: rank for places in leaving.values() for rank, place in enumerate(places)}
    width = max((len(places) for places in leaving.values()), default=0)
    circumstances = len(space.circumstances)
    outcome = np.full((space.size, circumstances, width), UNASKED, np.int8)
    degree = np.array([len(leaving[state]) for state in space.layout.states])
    for rank in range(width):
        order = _order(leaving, rank, len(space.edges))
        bound, layout = _reordered(space.bound, space.layout, order)
        stepper = stepper_for(bound, layout)
        wanted = np.flatnonzero((degree[space.state] > rank) & space.explored)
        front = np.array([leaving[state][rank] if len(leaving[state]) > rank else -1 for state in space.layout.states])
        portion = max(1, AT_ONCE // circumstances)
        for start in range(0, len(wanted), portion):
            part = wanted[start : start + portion]
            outcome[part, :, rank] = _outcomes(space, stepper, part, front, order)
    return Requests(space, outcome, ranks)


def _outcomes(space: Space, stepper: Stepper, part: Rows, front: Rows, order: list[int]) -> npt.NDArray[np.int8]:
    width = len(space.circumstances)
    place_in = np.argsort(np.array(order))  # from the file's order to the one that was judged
    mine = place_in[np.repeat(front[space.state[part]], width)]
    rows, which = np.repeat(space.rows[part], width, axis=0), np.tile(np.arange(width), len(part))
    return _judged(stepper, rows, which, mine).reshape(len(part), width)


def _judged(stepper: Stepper, rows: Rows, which: Rows, mine: Rows) -> npt.NDArray[np.int8]:
    """What became of requests of the edges `mine`, one a row.

    A guard that has no answer where the file's order never asks it counts as not asking; halving finds such rows.
    """
    try:
        stepped = stepper.step(rows, which)
    except GuardFault:
        if len(rows) == 1:
            return np.full(1, UNASKED, np.int8)
        half = len(rows) // 2
        parts = (slice(None, half), slice(half, None))
        return np.concatenate([_judged(stepper, rows[part], which[part], mine[part]) for part in parts])
    denied = stepped.blocked[np.arange(len(mine)), mine]
    return np.where(stepped.edge == mine, OPEN, np.where(denied > 0, denied, UNASKED)).astype(np.int8)


def _order(leaving: dict[str, list[int]], rank: int, edges: int) -> list[int]:
    """All edges, those at `rank` among their state's first."""
    front = [places[rank] for places in leaving.values() if len(places) > rank]
    return front + [place for place in range(edges) if place not in set(front)]


def _reordered(bound: Bound, layout: Layout, order: list[int]) -> tuple[Bound, Layout]:
    """The same institution with its edges in another order, and rows that mean the same."""
    institution = bound.institution
    old = list(institution.edges)
    new = [replace(old[place], index=index) for index, place in enumerate(order)]
    manifest = institution.manifest.model_copy(update={"transitions": tuple(edge.spec for edge in new)})
    edges_from: dict[str, tuple[Edge, ...]] = {
        state: tuple(edge for edge in new if edge.spec.source == state) for state in institution.states
    }
    moved = {old[place].index: index for index, place in enumerate(order)}
    told = replace(institution, manifest=manifest, edges_from=edges_from)
    rebound = replace(bound, institution=told, fines={moved[index]: fine for index, fine in bound.fines.items()})
    cooling = tuple(new[moved[edge.index]] for edge in layout.cooling)
    return rebound, replace(layout, bound=rebound, cooling=cooling)
