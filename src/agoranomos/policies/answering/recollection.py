"""What an answering agent remembers: past rounds as they were said, and the one whose end it has not heard of."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TypeAlias

from agoranomos.policies.prompted.memory import younger_half
from agoranomos.policies.shared import SharedRound
from agoranomos.scenarios import Exchange

Told: TypeAlias = tuple[Exchange, ...]
"""One round in words: once for each order in which the options are put."""


@dataclass(frozen=True, slots=True)
class Recollection:
    """`history` is oldest first; `asked` the round under way, without feedback (None: it was not asked yet).

    `latest` is the last round whose end it has heard of, `shared` what everybody did in the round after it. `summary`
    tells of the rounds up to `summarised`.
    """

    history: tuple[Told, ...] = ()
    asked: Told | None = None
    latest: int = 0
    shared: SharedRound | None = None
    summary: str = ""
    summarised: int = 0

    def without_older_half(self) -> Recollection:
        """The memory without the older half of its rounds; of a single one, without it."""
        return replace(self, history=younger_half(self.history))

    def summed_up(self, summary: str) -> Recollection:
        """The memory with `summary` in the place of the last one and of all rounds since."""
        return replace(self, summary=summary, summarised=self.latest, history=())
