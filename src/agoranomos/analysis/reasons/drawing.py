"""A sample of distinct texts, drawn by a named seed: the same texts in whatever order they come."""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Iterable


def drawn_texts(digests: Iterable[str], count: int, seed: int) -> frozenset[str]:
    """`count` of the distinct digests, each set of so many as probable as any other; all where there are fewer.

    Each digest has a key, which is its hash with the seed, and the smallest keys are drawn (bottom-k sampling: E. Cohen
    and H. Kaplan, "Summarizing data using bottom-k sketches", PODC 2007). Memory is that of the sample.
    """
    heap: list[tuple[int, str]] = []  # keys negated: the largest one that was drawn stands first
    drawn: set[str] = set()
    for digest in digests:
        if digest in drawn:
            continue
        key = -_key(digest, seed)
        if len(heap) < count:
            heapq.heappush(heap, (key, digest))
            drawn.add(digest)
        elif heap and key > heap[0][0]:
            _, out = heapq.heapreplace(heap, (key, digest))
            drawn.discard(out)
            drawn.add(digest)
    return frozenset(drawn)


def _key(digest: str, seed: int) -> int:
    return int.from_bytes(hashlib.sha256(f"reasons/{seed}/{digest}".encode()).digest(), "big")
