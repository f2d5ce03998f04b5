"""A manifest merged into the one that it extends: mappings key by key, transitions edge by edge.

The order has a meaning in a manifest. What the base holds keeps its place; what is new follows, in the order of the
extending file. `null` takes away. What says nothing that the base does not say already is an error, as is `null` for
what the base does not hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq

from agoranomos.documents.layers import LayeredMap, LayeredSeq, file_of
from agoranomos.documents.places import place_of
from agoranomos.documents.reader import plain
from agoranomos.errors import DocumentError, nearest

OWN = ("kind", "version", "name", "title", "about")
"""What a file says of itself: it is never inherited."""

EDGES = "transitions"
_NAMING = ("rule", "from", "to")
_EDGE_KEY = re.compile(r"(.+):(.+)->(.+)", re.DOTALL)


def merge(base: CommentedMap, base_file: str, over: CommentedMap, over_file: str) -> LayeredMap:
    """The effective document; raises `DocumentError`, with the place, for what changes nothing."""
    return _Merger(over, over_file).whole(base, base_file)


def edge_key(edge: Any) -> str:
    """`RULE:from->to` of a transition as it is written; empty for what is none."""
    if not isinstance(edge, CommentedMap) or not all(isinstance(edge.get(part), str) for part in _NAMING):
        return ""
    return f"{edge['rule']}:{edge['from']}->{edge['to']}"


class _Merger:
    def __init__(self, over: CommentedMap, over_file: str) -> None:
        self.over = over
        self.file = over_file

    def whole(self, base: CommentedMap, base_file: str) -> LayeredMap:
        made = LayeredMap()
        for key in OWN:
            if key in self.over:
                made.take(key, self.over[key], self.over, self.file)
        inherited = [key for key in base if key not in (*OWN, "extends")]
        said = [key for key in self.over if key not in (*OWN, "extends")]
        self._into(made, base, base_file, inherited, self.over, said, ())
        return made

    def _into(
        self,
        made: LayeredMap,
        base: CommentedMap,
        base_file: str,
        inherited: list[Any],
        over: CommentedMap,
        said: list[Any],
        path: tuple[Any, ...],
    ) -> None:
        """Fill `made` with the keys of the base and those that the extending file says."""
        for key in inherited:
            file = file_of(base, key, base_file)
            if key not in said:
                made.take(key, base[key], base, file)
            elif over[key] is not None:
                made.take(key, self._changed(base[key], file, over[key], (*path, key)), over, self.file)
        for key in said:
            if key in inherited:
                continue
            if over[key] is None:
                raise self._nothing((*path, key), "`null` takes away what the base does not hold", key, inherited)
            new = self._new_edges(over[key]) if path == () and key == EDGES else over[key]
            made.take(key, new, over, self.file)

    def _changed(self, was: Any, was_file: str, new: Any, path: tuple[Any, ...]) -> Any:
        if path == (EDGES,) and isinstance(was, CommentedSeq) and isinstance(new, CommentedMap | CommentedSeq):
            return self._edges(was, was_file, new)
        if isinstance(was, CommentedMap) and isinstance(new, CommentedMap):
            if not new:
                raise self._nothing(path, "nothing is said here that differs from the base")
            made = LayeredMap()
            self._into(made, was, was_file, list(was), new, list(new), path)
            return made
        if plain(was) == plain(new) and isinstance(was, bool) == isinstance(new, bool):
            raise self._nothing(path, f"`{path[-1]}` is what the base says already")
        return new

    def _nothing(self, path: tuple[Any, ...], message: str, word: Any = "", known: Any = ()) -> DocumentError:
        return DocumentError(
            message,
            place=place_of(self.file, self.over, path),
            advice=nearest(str(word), map(str, known)) or "Leave it out: only what differs is said.",
        )

    def _edges(self, was: CommentedSeq, was_file: str, new: CommentedMap | CommentedSeq) -> LayeredSeq:
        said = dict(self._said(new))
        known = [edge_key(edge) for edge in was]
        made = LayeredSeq()
        for index, (key, edge) in enumerate(zip(known, was, strict=True)):
            file = file_of(was, index, was_file)
            if not key or key not in said:
                made.take(edge, was, index, file)
                continue
            at, change = said.pop(key)
            if change is not None:
                made.take(self._edge(edge, file, change, (EDGES, at)), new, at, self.file)
        for key, (at, edge) in said.items():
            if edge is None:
                raise self._nothing((EDGES, at), f"the base has no transition {key}", key, filter(None, known))
            made.take(edge, new, at, self.file)
        return made

    def _edge(self, was: CommentedMap, was_file: str, change: Any, path: tuple[Any, ...]) -> Any:
        if not isinstance(change, CommentedMap):
            return change
        said = [key for key in change if key not in _NAMING]
        if not said:
            raise self._nothing(path, "nothing is said of this transition that differs from the base")
        made = LayeredMap()
        for part in _NAMING:
            node, file = (change, self.file) if part in change else (was, file_of(was, part, was_file))
            made.take(part, node[part], node, file)
        self._into(made, was, was_file, [key for key in was if key not in _NAMING], change, said, path)
        return made

    def _new_edges(self, new: Any) -> Any:
        """Transitions where the base has none at all."""
        if not isinstance(new, CommentedMap | CommentedSeq):
            return new
        return self._edges(CommentedSeq(), self.file, new)

    def _said(self, new: CommentedMap | CommentedSeq) -> Iterator[tuple[str, tuple[Any, Any]]]:
        """What is said of each edge, by its key, with where it stands; in a list `rule`, `from` and `to` name it."""
        seen: set[str] = set()
        for at, edge in new.items() if isinstance(new, CommentedMap) else enumerate(new):
            if isinstance(new, CommentedMap):
                key, edge = str(at), self._named(at, edge, new)  # noqa: PLW2901
            else:
                key = edge_key(edge) or f"transition {at}"
            if key in seen:
                raise DocumentError(
                    f"edge {key} stands twice", place=place_of(self.file, self.over, (EDGES, at)), advice=""
                )
            seen.add(key)
            yield key, (at, edge)

    def _named(self, key: Any, edge: Any, node: CommentedMap) -> Any:
        """The edge under `key` with the `rule`, `from` and `to` that the key says."""
        parts = _EDGE_KEY.fullmatch(key) if isinstance(key, str) else None
        if parts is None:
            raise DocumentError(
                f"{key!r} names no transition",
                place=place_of(self.file, self.over, (EDGES, key)),
                advice="`RULE:from->to` was expected, or a list of transitions.",
            )
        if not isinstance(edge, CommentedMap):
            return edge
        made = LayeredMap()
        for part, word in zip(_NAMING, parts.groups(), strict=True):
            if part in edge:
                raise DocumentError(
                    f"`{part}` is said by the edge's name already",
                    place=place_of(self.file, self.over, (EDGES, key, part)),
                    advice="Leave it out.",
                )
            made.take(part, word, node, self.file, at=key)
        for own, value in edge.items():
            made.take(own, value, edge, self.file)
        return made
