"""All standings that were reached, and what each circumstance makes of each: a graph in arrays."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from agoranomos.institutions.bind import Bound
from agoranomos.institutions.checker import walks
from agoranomos.institutions.checker.circumstances import Circumstance
from agoranomos.institutions.checker.layout import Layout, Rows
from agoranomos.institutions.checker.walks import NOWHERE, Mask
from agoranomos.institutions.institution import EXPIRY, Edge

_MOST_COMPARED = 600_000
"""Judged rounds of a space whose standings are compared with each other."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A guard that could not be decided: in which standing, under which circumstance, and what CEL says."""

    standing: int
    which: int
    message: str


@dataclass(frozen=True)
class Space:
    """`n` standings times `i` circumstances, as far as they were explored.

    `rows` int64[n, columns] as `layout` has them; `next` int32[n, i] the standing that follows (-1: not explored);
    `edge` int16[n, i] the edge that the agent crossed, by its place in the file (-1: none); `events` bool[n, i, v] what
    happened to it, in the order of the manifest. `parent` and `by` say from where and by which circumstance a standing
    was first reached, over a shortest way (-1 where play begins).
    """

    bound: Bound
    layout: Layout
    circumstances: tuple[Circumstance, ...]
    rows: Rows
    next: npt.NDArray[np.int32]
    edge: npt.NDArray[np.int16]
    events: Mask
    parent: npt.NDArray[np.int32]
    by: npt.NDArray[np.int32]
    complete: bool
    fault: Fault | None = None

    @property
    def size(self) -> int:
        """How many standings were reached."""
        return len(self.rows)

    @cached_property
    def edges(self) -> tuple[Edge, ...]:
        """The institution's edges in the order of the file."""
        return tuple(self.bound.institution.edges)

    @cached_property
    def state(self) -> Rows:
        """The state of each standing, as an index."""
        return self.layout.state_of(self.rows)

    @cached_property
    def explored(self) -> Mask:
        """Which standings were judged: all, unless a limit was met."""
        return np.asarray(self.next[:, 0] != NOWHERE) if self.size else np.zeros(0, bool)

    @cached_property
    def suspended(self) -> Mask:
        """In which standings the agent may not act."""
        return np.asarray(np.array(self.layout.limits)[self.layout.limit_of(self.rows)] == 0)

    @cached_property
    def limited(self) -> Mask:
        """In which standings the agent may not use all of its capacity."""
        return self.layout.limit_of(self.rows) > 0

    @cached_property
    def accused(self) -> Mask:
        """bool[n, i]: in which rounds an event accused the agent."""
        manifest = self.bound.institution.manifest
        accusing = [k for k, event in enumerate(manifest.events.values()) if event.accuses is not None]
        return np.asarray(self.events[:, :, accusing].any(axis=2))

    def happened(self, event: str) -> Mask:
        """bool[n, i]: where the event, or the end of the term, happened to the agent."""
        if event == EXPIRY:
            return np.repeat((self.layout.timer_of(self.rows) == 1)[:, None], len(self.circumstances), axis=1)
        return np.asarray(self.events[:, :, list(self.bound.institution.manifest.events).index(event)])

    def among(self, wanted: Mask) -> Mask:
        """`wanted` bool[edges] for each round's edge: bool[n, i], false where none was crossed."""
        return np.asarray(np.append(wanted, False)[self.edge], np.bool_)

    def way_to(self, standing: int) -> list[tuple[int, int]]:
        """Standings and circumstances from the beginning of play to `standing`, over a shortest way."""
        way: list[tuple[int, int]] = []
        while self.parent[standing] != NOWHERE:
            way.append((int(self.parent[standing]), int(self.by[standing])))
            standing = int(self.parent[standing])
        return way[::-1]

    def follow(self, standing: int, walk: list[int]) -> list[tuple[int, int]]:
        """Standings and circumstances of the play that begins at `standing` under the circumstances of `walk`."""
        way = []
        for which in walk:
            way.append((standing, which))
            standing = int(self.next[standing, which])
        return way

    @cached_property
    def distance(self) -> npt.NDArray[np.int32]:
        """Rounds of play that the shortest way to each standing takes."""
        found = np.zeros(self.size, np.int32)
        for standing in range(self.size):  # parents come first
            if self.parent[standing] != NOWHERE:
                found[standing] = found[self.parent[standing]] + 1
        return found

    def that_reach(self, target: Mask) -> Mask:
        """bool[n]: the standings from which one of `target` can be reached (in no rounds or more)."""
        return walks.that_reach(self.next, target, self.next != NOWHERE)

    @cached_property
    def classes(self) -> npt.NDArray[np.int64]:
        """The number of each standing's class: those of a class are alike in all that follows, under any circumstances.

        Alike are the state, the edge crossed, the accusation, and the counters that a fine climbs by where one falls.
        Of a space that is large or not complete every standing is a class of its own.
        """
        if not self.complete or self.next.size > _MOST_COMPARED:
            return np.arange(self.size)
        climbed = {edge.spec.fine.by for edge in self.edges if edge.spec.fine is not None and edge.spec.fine.by}
        names = [name for name, _, _ in self.bound.institution.counter_updates]
        fined = self.among(np.array([edge.spec.fine is not None for edge in self.edges], bool))
        counted = self.layout.counters_of(self.rows)[:, [names.index(name) for name in sorted(climbed)]]
        rungs = np.where(fined[:, :, None], counted[self.next], 0).reshape(self.size, -1)
        return walks.alike(self.next, np.column_stack([self.state, self.edge, self.accused, rungs]))
