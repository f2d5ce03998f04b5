"""What an agent is told about its standing."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Notice:
    """The notice an agent holds when it decides: from which round on, its own state, and the text it reads.

    `state_index` counts the institution's states in the order of the file, for policies that cannot read.
    """

    agent: str
    effective_round: int
    state: str
    state_index: int
    label: str
    text: str
    fine_e6: int = 0
