"""From a place such as `file.yaml:12:5` to a line of the text, and from a line to what it speaks of in the graph."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import Any

from ruamel.yaml.comments import CommentedMap, CommentedSeq

from agoranomos.documents import Source
from agoranomos.documents.layers import file_of
from agoranomos.documents.places import place_of
from agoranomos.errors import AgoraError
from agoranomos.institutions import Institution

_PLACE = re.compile(r"(?P<file>.*):(?P<line>\d+):(?P<column>\d+)", re.DOTALL)
_HIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f\ud800-\udfff\ufffe\uffff]")


class Marks:
    """Which state or edge of the graph the lines of an institution's file are about."""

    def __init__(self, institution: Institution) -> None:
        self._file = institution.source.name
        tree = institution.source.tree()
        anchors = [(place, "") for key in tree for place in self._own(tree, key)]
        states, transitions = tree.get("states"), tree.get("transitions")
        if isinstance(states, CommentedMap):
            anchors += [(place, str(state)) for state in states for place in self._own(states, state)]
        if isinstance(transitions, CommentedSeq):
            edges = enumerate(institution.manifest.transitions)
            anchors += [(place, spec.key) for index, spec in edges for place in self._own(transitions, index)]
        self._anchors = sorted(anchors)

    def at(self, line: int, column: int) -> list[str]:
        """The name of the state or the edge (`RULE:from->to`) that this place of the own file lies in; none elsewhere.

        Whatever begins last at or before the place is what the place lies in.
        """
        index = bisect_right(self._anchors, ((line, column), "\U0010ffff"))
        word = self._anchors[index - 1][1] if index else ""
        return [word] if word else []

    def _own(self, node: Any, part: Any) -> list[tuple[int, int]]:
        if file_of(node, part, self._file) != self._file:
            return []
        try:
            line, column = node.lc.key(part) if isinstance(node, CommentedMap) else node.lc.item(part)
        except (KeyError, AttributeError, TypeError):
            return []
        return [(line + 1, column + 1)]


def located(place: str, source: Source, marks: Marks | None = None) -> dict[str, Any]:
    """`line`, `column`, `elsewhere` and `marks` of a place that a finding names."""
    found = _PLACE.fullmatch(place)
    if found is None:
        return {"line": 1, "column": 1, "elsewhere": "", "marks": []}
    line, column = int(found["line"]), int(found["column"])
    if found["file"] == source.name:
        return {"line": line, "column": column, "elsewhere": "", "marks": marks.at(line, column) if marks else []}
    own = _PLACE.fullmatch(_extends_in(source))
    assert own is not None
    return {"line": int(own["line"]), "column": int(own["column"]), "elsewhere": place, "marks": []}


def of_error(error: AgoraError, text: str, name: str) -> tuple[str, dict[str, Any]]:
    """What an error says without its place, and where that is."""
    place = str(getattr(error, "place", ""))
    return error.message.removeprefix(f"{place}: ") if place else error.message, located(place, Source(name, text))


def unreadable(text: str) -> tuple[int, int] | None:
    """Line and column of the first character that no YAML file may hold; None where there is none."""
    hidden = _HIDDEN.search(text)
    if hidden is None:
        return None
    before = text[: hidden.start()]
    return before.count("\n") + 1, hidden.start() - (before.rfind("\n") + 1) + 1


def _extends_in(source: Source) -> str:
    """The place of `extends` in the text itself; its beginning where there is none, or where it is no YAML."""
    own = Source(source.name, source.text)
    try:
        return place_of(own.name, own.tree(), ("extends", "institution"))
    except (AgoraError, RecursionError, UnicodeEncodeError):
        return f"{own.name}:1:1"
