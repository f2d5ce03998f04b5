"""Group commit: what many producers record at the same time shares one append, and one pair of syncs."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

MAX_ITEMS = 1024
"""Items that one commit takes."""

MAX_WAITING = 8 * MAX_ITEMS
"""Items that wait for a commit; a producer that brings more waits until there is room."""

ItemT = TypeVar("ItemT")


@dataclass(slots=True, eq=False)
class _Request(Generic[ItemT]):
    items: Sequence[ItemT]
    done: asyncio.Future[None]


class GroupCommit(Generic[ItemT]):
    """Hands items to `commit`, in a thread, in the order in which they were recorded.

    What one call of `record` brings is committed as a whole or not at all. `commit` keeps all that it is given or
    raises; after it raised, nothing is taken any more, and everybody who waits gets that error. It is for one event
    loop.
    """

    def __init__(
        self, commit: Callable[[Sequence[ItemT]], object], *, most: int = MAX_ITEMS, waiting: int = MAX_WAITING
    ) -> None:
        self._commit = commit
        self._most = most
        self._room = waiting
        self._queue: deque[_Request[ItemT]] = deque()
        self._waiting = 0
        self._left = asyncio.Event()
        self._door = asyncio.Lock()  # who waits for room is let in in turn
        self._task: asyncio.Task[None] | None = None
        self._error: BaseException | None = None

    async def record(self, *items: ItemT) -> None:
        """Return when the items are kept; raises what `commit` raised.

        A caller that is cancelled while its items still wait takes them back; when their commit is under way, they are
        kept although nobody waits for it.
        """
        async with self._door:
            while self._error is None and self._waiting and self._waiting + len(items) > self._room:
                self._left.clear()
                await self._left.wait()
            if self._error is not None:
                raise self._error
            request = _Request(items, asyncio.get_running_loop().create_future())
            self._queue.append(request)
            self._waiting += len(items)
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._drain())
        try:
            await request.done
        except asyncio.CancelledError:
            if request in self._queue:
                self._queue.remove(request)
                self._waiting -= len(items)
                self._left.set()
            raise

    async def idle(self) -> None:
        """Return when nothing waits and no commit is under way."""
        while self._task is not None and not self._task.done():
            await asyncio.wait([self._task])

    async def _drain(self) -> None:
        while self._queue:
            batch = self._take()
            try:
                await asyncio.to_thread(self._commit, [item for request in batch for item in request.items])
            except BaseException as error:
                # Whatever it was, nobody may wait for ever for what takes no more.
                self._error = error
                batch += self._queue
                self._queue.clear()
                self._waiting = 0
            self._left.set()
            for request in batch:
                if request.done.done():  # it was cancelled meanwhile
                    continue
                if self._error is None:
                    request.done.set_result(None)
                else:
                    request.done.set_exception(self._error)

    def _take(self) -> list[_Request[ItemT]]:
        """The next requests that one commit takes: at least one, whatever its size."""
        batch = [self._queue.popleft()]
        count = len(batch[0].items)
        while self._queue and count + len(self._queue[0].items) <= self._most:
            batch.append(self._queue.popleft())
            count += len(batch[-1].items)
        self._waiting -= count
        return batch
