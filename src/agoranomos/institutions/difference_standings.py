"""Which standings, states and transitions two institutions let agents reach."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from agoranomos.institutions.checker import survey
from agoranomos.institutions.institution import Institution
from agoranomos.markets.facts import MarketFacts


@dataclass(frozen=True, slots=True)
class Reached:
    """What any play leads to: how many standings (`complete`: that is all), which states, which transitions."""

    standings: int
    complete: bool
    states: tuple[str, ...]
    transitions: tuple[str, ...]


def reached(institution: Institution, facts: MarketFacts | None = None, *, most_standings: int) -> Reached:
    """Everything that can be reached, `most_standings` at most; raises `UsageError` as the checker does."""
    space = survey(institution, facts, most_standings=most_standings)
    states = {int(index) for index in np.unique(space.state)}
    edges = {int(index) for index in np.unique(space.edge)}
    return Reached(
        standings=space.size,
        complete=space.complete,
        states=tuple(name for index, name in enumerate(space.layout.states) if index in states),
        transitions=tuple(edge.key.partition(":")[2] for index, edge in enumerate(space.edges) if index in edges),
    )
