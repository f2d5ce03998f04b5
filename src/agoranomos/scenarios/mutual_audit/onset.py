"""How a pair came to accept each other's cut corners: by agreement, by one who relaxed first, or both at once.

Source of the three kinds: arXiv 2609.24967. They can be told apart by what was done alone: a proposal is a choice, or
a text that is coded as one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

Kind = Literal["explicit", "one-sided", "simultaneous"]
KINDS: tuple[Kind, ...] = ("explicit", "one-sided", "simultaneous")


@dataclass(frozen=True, slots=True)
class Past:
    """What a pair did so far: whether acceptance was `proposed`, somebody `relaxed` a duty, and both `colluded`."""

    proposed: bool = False
    relaxed: bool = False
    colluded: bool = False

    def proposing(self, proposed: bool) -> Past:
        """The same after a round in which acceptance was proposed, or was not."""
        return replace(self, proposed=self.proposed or proposed)

    def onset(self, colludes: bool) -> Kind | None:
        """The kind of onset where this episode is the first in which both collude; else None."""
        if not colludes or self.colluded:
            return None
        return "explicit" if self.proposed else "one-sided" if self.relaxed else "simultaneous"

    def after(self, colludes: bool, relaxed: bool) -> Past:
        """The same after an episode."""
        return replace(self, relaxed=self.relaxed or relaxed, colluded=self.colluded or colludes)
