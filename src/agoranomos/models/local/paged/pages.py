"""Which pages of a pool are free, and how many hold each of the others."""

from __future__ import annotations

from collections.abc import Iterable

SCRAP = 0
"""The page that nobody holds: tokens that only fill up a pass are written there and never read."""


class Pages:
    """`count` pages, numbered from 0, of which the first is `SCRAP`."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._free = list(range(count - 1, SCRAP, -1))
        self._holders = [0] * count

    @property
    def free(self) -> int:
        """How many pages nobody holds."""
        return len(self._free)

    def holders(self, page: int) -> int:
        """How many hold `page`."""
        return self._holders[page]

    def take(self, count: int) -> list[int]:
        """`count` free pages, held by the caller; there must be so many."""
        taken = [self._free.pop() for _ in range(count)]
        for page in taken:
            self._holders[page] = 1
        return taken

    def share(self, pages: Iterable[int]) -> None:
        """One more holder of pages that are held already."""
        for page in pages:
            assert self._holders[page] > 0, f"page {page} is free"
            self._holders[page] += 1

    def release(self, pages: Iterable[int]) -> None:
        """One holder less; a page that nobody holds any more is free."""
        for page in pages:
            assert self._holders[page] > 0, f"page {page} is free"
            self._holders[page] -= 1
            if self._holders[page] == 0:
                self._free.append(page)
