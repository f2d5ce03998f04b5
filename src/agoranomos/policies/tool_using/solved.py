"""What a tool-using agent remembers: a line for each past item, with its route, whether it was right, its reward."""

from __future__ import annotations

from dataclasses import dataclass, replace

SAT_OUT = "You were suspended and solved no problem."


@dataclass(frozen=True, slots=True)
class Solved:
    """`lines` are those of past items, oldest first; `known` is the last round that they tell of.

    `missing` is the round that it sits out (0: none), `heard` what it read of the others' replies to the last one.
    """

    lines: tuple[str, ...] = ()
    known: int = 0
    missing: int = 0
    heard: str = ""

    def after(self, over: int, line: str, window: int) -> Solved:
        """The memory with the round `over` just played added, unless it is there; at most `window` items are kept."""
        if over <= self.known:
            return self
        told = SAT_OUT if self.missing == over else line
        whole = " ".join(part for part in (told, " ".join(self.heard.split())) if part)
        lines = (*self.lines, whole) if whole else self.lines
        return Solved(lines[-window:] if window else (), over)

    def sitting_out(self, number: int) -> Solved:
        """The memory of who may not move in round `number`."""
        return replace(self, missing=number)
