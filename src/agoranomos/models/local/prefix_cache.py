"""Keys and values of prompts that have been read, in a radix tree over token ids.

Agents of a campaign share the beginning of their prompts, and a prompt whose history grows at its end extends the one
of the round before. What is shared is found by token ids, never by text: equal text may be cut into tokens differently.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

Tensor = Any
"""A torch tensor of keys and values, [layers, 2, heads, tokens, size]."""

_TOKENS = 3  # the axis of tokens


@dataclass(eq=False)
class _Node:
    tokens: tuple[int, ...]
    states: Tensor
    parent: _Node | None
    children: dict[int, _Node] = field(default_factory=dict)
    used: int = 0

    @property
    def size(self) -> int:
        return 0 if self.states is None else int(self.states.numel() * self.states.element_size())


class PrefixCache:
    """Longest known prefix of a sequence of token ids; least recently used leaves go first beyond `limit` bytes."""

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.size = 0
        self._root = _Node((), None, None)
        self._clock = 0

    def match(self, ids: Sequence[int]) -> int:
        """How many of the first tokens of `ids` are known."""
        return sum(length for _, length in self._walk(ids))

    def copy_into(self, target: Tensor, ids: Sequence[int]) -> int:
        """Copy the states of the longest known prefix of `ids` to the front of `target`; returns its length."""
        self._clock += 1
        filled = 0
        for node, length in self._walk(ids):
            node.used = self._clock
            target.narrow(_TOKENS, filled, length).copy_(node.states.narrow(_TOKENS, 0, length))
            filled += length
        return filled

    def insert(self, ids: Sequence[int], states: Tensor) -> None:
        """Keep `states`, whose first tokens are those of `ids`; only what is not yet known is copied."""
        if self.limit == 0:
            return
        self._clock += 1
        node, at = self._root, 0
        for child, length in list(self._walk(ids)):  # Whole before the first cut, which changes what it walks on.
            child.used = self._clock
            node, at = child, at + length
            if length < len(child.tokens):
                node = self._split(child, length)
        if at < len(ids):
            fresh = states.narrow(_TOKENS, at, len(ids) - at).clone()
            leaf = _Node(tuple(ids[at:]), fresh, node, used=self._clock)
            node.children[ids[at]] = leaf
            self.size += leaf.size
        self._evict()

    def _walk(self, ids: Sequence[int]) -> Iterator[tuple[_Node, int]]:
        node, at = self._root, 0
        while at < len(ids) and ids[at] in node.children:
            node = node.children[ids[at]]
            length = common_length(node.tokens, ids[at : at + len(node.tokens)])
            yield node, length
            at += length
            if length < len(node.tokens):
                return

    def _split(self, node: _Node, length: int) -> _Node:
        """Cut `node` after `length` tokens; returns the upper part, whose only child is the lower one."""
        assert node.parent is not None
        # Clones, so that evicting one part frees its memory.
        upper = _Node(node.tokens[:length], node.states.narrow(_TOKENS, 0, length).clone(), node.parent, used=node.used)
        node.parent.children[upper.tokens[0]] = upper
        node.states = node.states.narrow(_TOKENS, length, len(node.tokens) - length).clone()
        node.tokens, node.parent = node.tokens[length:], upper
        upper.children[node.tokens[0]] = node
        return upper

    def _evict(self) -> None:
        if self.size <= self.limit:
            return
        for leaf in sorted(self._leaves(), key=lambda leaf: leaf.used):
            node: _Node = leaf
            while self.size > self.limit and not node.children and node.parent is not None:
                self.size -= node.size
                del node.parent.children[node.tokens[0]]
                node = node.parent
            if self.size <= self.limit:
                return

    def _leaves(self) -> Iterator[_Node]:
        # By a stack of our own: the tree of a long history is deeper than Python's.
        stack = [*self._root.children.values()]
        while stack:
            node = stack.pop()
            if node.children:
                stack += node.children.values()
            else:
                yield node


def common_length(one: Sequence[int], other: Sequence[int]) -> int:
    """How many first elements two sequences share."""
    limit = min(len(one), len(other))
    return next((i for i in range(limit) if one[i] != other[i]), limit)
