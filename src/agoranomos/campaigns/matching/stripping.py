"""Takes out of a prompt what a regime itself declares: the text that agents are told, and the notice."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

_BLANK_LINES = re.compile(r"\n(?:[ \t]*\n)+")


def without(text: str, declared: Iterable[str]) -> str:
    """`text` without each of the `declared` texts wherever it stands as lines of its own, however they are indented.

    A text that stands within a line is taken out of it. Runs of empty lines count as one, since a template may set a
    text off by some; whatever else came with a declared text stays, and shows.
    """
    for one in declared:
        if one.strip():
            text = _without_one(text, one.strip())
    return _BLANK_LINES.sub("\n\n", text).strip()


def _without_one(text: str, declared: str) -> str:
    lines = text.split("\n")
    wanted = [line.strip() for line in declared.split("\n") if line.strip()]
    kept: list[str] = []
    at, found = 0, False
    while at < len(lines):
        after = _end_of_block(lines, at, wanted)
        if after is None:
            kept.append(lines[at])
            at += 1
        else:
            found, at = True, after
    return "\n".join(kept) if found else text.replace(declared, "")


def _end_of_block(lines: Sequence[str], at: int, wanted: Sequence[str]) -> int | None:
    """The place after the wanted lines, empty ones between them left out, where they begin at `at`; else None."""
    for line in wanted:
        while at < len(lines) and not lines[at].strip():
            at += 1
        if at >= len(lines) or lines[at].strip() != line:
            return None
        at += 1
    return at
