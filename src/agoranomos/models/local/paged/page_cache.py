"""Pages of prompts that have been read, in a tree over token ids: a node is a full page, its parent the page before.

Rows that begin alike hold the same pages, so what agents of a campaign share lies in memory once, however many are
under way. Only full pages are shared: they are never written again.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from agoranomos.models.local.paged.pages import Pages

_AT_ONCE = 16
"""A sixteenth of all pages is evicted at once, so that looking for the oldest is rare."""


@dataclass(eq=False)
class _Node:
    tokens: tuple[int, ...]
    page: int
    parent: _Node | None
    depth: int = 0
    used: int = 0
    children: dict[tuple[int, ...], _Node] = field(default_factory=dict)


class PageCache:
    """The longest known beginning of a sequence, in whole pages of `size` tokens; the least recently used go first.

    At most `limit` pages are kept, and fewer when rows need them.
    """

    def __init__(self, pages: Pages, size: int, limit: int) -> None:
        self.limit = limit
        self.count = 0
        self._pages = pages
        self._size = size
        self._root = _Node((), -1, None)
        self._clock = 0

    def find(self, ids: Sequence[int]) -> list[int]:
        """The pages that hold the longest known beginning of `ids`, in order; whoever uses them shares them."""
        self._clock += 1
        found = []
        for node in self._walk(ids):
            node.used = self._clock
            found.append(node.page)
        return found

    def keep(self, ids: Sequence[int], pages: Sequence[int]) -> None:
        """Hold the full ones of the `pages` that hold `ids`, where no other page is known to hold the same."""
        self._clock += 1
        node = self._root
        for known in self._walk(ids):
            known.used = self._clock
            node = known
        for index in range(node.depth, len(ids) // self._size):
            if self.count >= self.limit and not self.evict(1):
                return
            tokens = tuple(ids[index * self._size : (index + 1) * self._size])
            self._pages.share([pages[index]])
            child = _Node(tokens, pages[index], node, index + 1, self._clock)
            node.children[tokens] = child
            node = child
            self.count += 1

    def evict(self, wanted: int) -> int:
        """Let go of at least `wanted` pages that no row holds, if there are so many; returns how many became free."""
        wanted = max(wanted, self.count // _AT_ONCE)
        freed = 0
        # Whoever reads a page reads those before it, so no node was used later than its parent: leaves come first.
        # What the present call has used stays.
        for node in sorted(self._nodes(self._root), key=lambda node: (node.used, -node.depth)):
            if freed >= wanted or node.used == self._clock:
                break
            if not node.children and self._pages.holders(node.page) == 1:
                assert node.parent is not None
                del node.parent.children[node.tokens]
                self._pages.release([node.page])
                self.count -= 1
                freed += 1
        return freed

    def _walk(self, ids: Sequence[int]) -> Iterator[_Node]:
        node, size = self._root, self._size
        for start in range(0, len(ids) - size + 1, size):
            child = node.children.get(tuple(ids[start : start + size]))
            if child is None:
                return
            yield child
            node = child

    def _nodes(self, node: _Node) -> Iterator[_Node]:
        stack = [*node.children.values()]
        while stack:
            node = stack.pop()
            yield node
            stack += node.children.values()
