"""Who may ask next: a few turns at once, handed out to lanes in a circle, each lane's own callers in order."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque


class Turns:
    """At most `width` callers have a turn at once; a turn that is given back goes to the next lane in the circle.

    A lane that begins to wait goes to the end of the circle, and so does one that was served and still waits. So while
    a caller stands first in its lane, every other lane is served at most once before it, however much waits there.
    Nobody polls: who waits is woken by the one who gives a turn back. All of it belongs to one event loop.
    """

    def __init__(self, width: int) -> None:
        if width < 1:
            raise ValueError(f"at least one must have a turn; found a width of {width}")
        self._free = width
        self._width = width
        self._waiting = 0
        self._ended: asyncio.Future[None] | None = None
        # Empty while a turn is free, and only lanes in which somebody waits: it grows with those, not with runs.
        self._circle: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()

    @property
    def taken(self) -> int:
        """Callers that have a turn."""
        return self._width - self._free

    @property
    def waiting(self) -> int:
        """Callers that wait for one."""
        return self._waiting

    def take_free(self) -> bool:
        """Whether the caller has a turn at once, which it must give back."""
        if not self._free:
            return False
        self._free -= 1
        return True

    async def take(self, lane: str) -> None:
        """Return when the caller has a turn, which it must give back. Cancelled, it has none."""
        if self.take_free():
            return
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._circle.setdefault(lane, deque()).append(mine)
        self._waiting += 1
        try:
            await mine
        except asyncio.CancelledError:
            if mine.cancelled():
                self._leave(lane, mine)
            else:  # The turn came, and then the cancellation, before the caller could run.
                self.give_back()
            raise

    def give_back(self) -> None:
        """A caller needs its turn no more."""
        while self._circle:
            lane, line = self._circle.popitem(last=False)
            served = self._first_alive(line)
            if line:
                self._circle[lane] = line
            if served is not None:
                served.set_result(None)
                return
        self._free += 1
        if self._ended is not None and not self.taken:
            self._ended.set_result(None)
            self._ended = None

    async def all_back(self) -> None:
        """Return when nobody has a turn."""
        while self.taken:
            if self._ended is None:
                self._ended = asyncio.get_running_loop().create_future()
            await asyncio.shield(self._ended)

    def _first_alive(self, line: deque[asyncio.Future[None]]) -> asyncio.Future[None] | None:
        """Take callers off the line until one still waits; one that was cancelled may not have run since."""
        while line:
            first = line.popleft()
            self._waiting -= 1
            if not first.done():
                return first
        return None

    def _leave(self, lane: str, mine: asyncio.Future[None]) -> None:
        line = self._circle.get(lane)
        if line is None or mine not in line:
            return  # Another one's turn went past it already.
        line.remove(mine)
        self._waiting -= 1
        if not line:
            del self._circle[lane]
