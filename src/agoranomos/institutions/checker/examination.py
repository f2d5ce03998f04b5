"""What every rule looks at: an institution, all its reachable standings, and a place to note faults."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from agoranomos.institutions.bind import Bound
from agoranomos.institutions.checker.finding import Findings
from agoranomos.institutions.checker.layout import Layout
from agoranomos.institutions.checker.requests import Requests
from agoranomos.institutions.checker.space import Space
from agoranomos.institutions.checker.stepping import Stepper
from agoranomos.institutions.checker.walks import NOWHERE, Mask
from agoranomos.institutions.checker.witness import Witnesses
from agoranomos.institutions.institution import Edge, Institution
from agoranomos.institutions.manifest import Transition
from agoranomos.markets.facts import MarketFacts


@dataclass(frozen=True)
class Examination:
    """Everything that a rule may ask. Rules that say "never" or "always" hold only if the space is `complete`."""

    institution: Institution
    facts: MarketFacts | None
    space: Space
    requests: Requests
    witnesses: Witnesses
    findings: Findings
    stepper_for: Callable[[Bound, Layout], Stepper]

    def accuses(self, event: str) -> bool:
        """Whether the event opens a case."""
        declared = self.institution.manifest.events.get(event)
        return declared is not None and declared.accuses is not None

    def crossing(self, edge: int) -> Mask:
        """bool[n, i]: the rounds in which the agent crosses the edge."""
        return np.asarray(self.space.edge == edge)

    def entering(self, standing: int) -> int | None:
        """The edge by which a shortest way to `standing` entered its state; None where it began there."""
        for origin, which in reversed(self.space.way_to(standing)):
            edge = int(self.space.edge[origin, which])
            if edge != NOWHERE:
                return edge
        return None

    def nearest(self, among: Mask) -> int:
        """Of the standings `among` (bool[n]) the one that play reaches first."""
        found = np.flatnonzero(among)
        return int(found[np.argmin(self.space.distance[found])])


def takes_something(edge: Edge) -> bool:
    """Whether crossing the edge costs the agent anything: money, the use of its capacity, or a credit."""
    spec = edge.spec
    fined = spec.fine is not None and (any(rates_of(spec)) or spec.fine.floor > 0)
    return fined or spec.suspend or (spec.cap is not None and spec.cap < 1) or bool(spec.forfeit)


def sanction_key(spec: Transition) -> tuple[str, ...]:
    """The keys under which an edge's sanction is written."""
    for key in ("fine", "suspend", "cap", "forfeit"):
        if (key == "fine" and spec.fine) or (key != "fine" and getattr(spec, key) not in (None, False, {})):
            return (key,)
    return ()


def rates_of(spec: Transition) -> tuple[float, ...]:
    """The rates of an edge's fine, one or a ladder; none where it has no fine."""
    if spec.fine is None:
        return ()
    return spec.fine.rate if isinstance(spec.fine.rate, tuple) else (spec.fine.rate,)


def short(edge: Edge) -> str:
    """The edge as people say it, `from -> to`."""
    return f"{edge.spec.source} -> {edge.spec.target}"
