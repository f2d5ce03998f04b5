"""Values that take time to make, kept as long as what they were made from stands as it did."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from concurrent.futures import Future
from pathlib import Path
from typing import Generic, TypeVar

Value = TypeVar("Value")

Stamp = tuple[tuple[int, int, int] | None, ...]
"""Time of the last change (ns), length and inode of each file; None of one that is not there."""


def stamp_of(paths: Iterable[Path]) -> Stamp:
    """The stamp of files and folders as they stand now."""
    return tuple(_stamp(path) for path in paths)


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


class Kept(Generic[Value]):
    """The newest values by key, at most `most` of them, and at most `octets` as `weigh` counts them.

    A value is made once, whoever asks meanwhile; one that could not be made is not kept. Threads may share it.
    """

    def __init__(self, most: int, *, octets: int | None = None, weigh: Callable[[Value], int] = lambda _: 0) -> None:
        self._most = most
        self._octets = octets
        self._weigh = weigh
        self._lock = threading.Lock()
        self._held: OrderedDict[Hashable, tuple[Hashable, Future[Value]]] = OrderedDict()

    def get(self, key: Hashable, stamp: Hashable, make: Callable[[], Value]) -> Value:
        """The value of `key`, made anew where its stamp is another than before; raises what `make` raises."""
        with self._lock:
            found = self._held.get(key)
            if found is not None and found[0] == stamp:
                self._held.move_to_end(key)
                future, mine = found[1], False
            else:
                future, mine = Future(), True
                self._held[key] = stamp, future
                self._held.move_to_end(key)
        if mine:
            self._make(key, future, make)
        return future.result()

    def held(self, key: Hashable, stamp: Hashable) -> Value | None:
        """The value of `key`, if it is kept and has this stamp."""
        with self._lock:
            found = self._held.get(key)
        return found[1].result() if found is not None and found[0] == stamp and found[1].done() else None

    def _make(self, key: Hashable, future: Future[Value], make: Callable[[], Value]) -> None:
        try:
            value = make()
        except BaseException as error:
            with self._lock:
                if self._held.get(key, (None, None))[1] is future:
                    del self._held[key]
            future.set_exception(error)
            return
        future.set_result(value)
        with self._lock:
            self._let_go()

    def _let_go(self) -> None:
        """Forget the oldest values that are too many or too long; those that are being made stay."""
        done = [(key, future.result()) for key, (_, future) in self._held.items() if future.done()]
        weight = sum(self._weigh(value) for _, value in done) if self._octets is not None else 0
        over = len(self._held) - self._most
        for key, value in done:
            if over <= 0 and (self._octets is None or weight <= self._octets):
                return
            del self._held[key]
            over -= 1
            weight -= self._weigh(value)
