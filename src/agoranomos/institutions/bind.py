"""An institution resolved against one market: thresholds as integers, benchmark profits at hand."""

from __future__ import annotations

from dataclasses import dataclass

from agoranomos.errors import UsageError
from agoranomos.institutions.guards import Value
from agoranomos.institutions.institution import Institution
from agoranomos.institutions.manifest import Fine
from agoranomos.institutions.signals import BoundSignal
from agoranomos.markets.facts import MarketFacts, to_e6

PROFIT = "profit_e6"
"""The measure that fines are taken from: profit of the round per agent, before fines."""


@dataclass(frozen=True, slots=True)
class BoundFine:
    """A fine with rates and floor in millionths; `nash_profit` is None where the whole profit is the base."""

    rates: tuple[int, ...]
    by: str | None
    over_evidence: bool
    nash_profit: tuple[int, ...] | None
    floor: int


@dataclass(frozen=True, slots=True)
class Bound:
    """What `judge` needs besides standings and observations. Made by `bind`; all numbers are integers.

    `window` is how many rounds of evidence a standing keeps; `constants` are the values of names that never change.
    `supporting` are signals that no guard asks for: they are computed only when a case cites them. `told_round` and
    `told_counters` (indices) are what notices can say that changes without a transition. `compared` holds index and
    name of the counters whose extremes over all agents some guard asks for.
    """

    institution: Institution
    facts: MarketFacts
    signals: dict[str, BoundSignal]
    supporting: frozenset[str]
    window: int
    constants: dict[str, Value]
    fines: dict[int, BoundFine]
    draws: bool
    told_round: bool
    told_counters: tuple[int, ...]
    compared: tuple[tuple[int, str], ...]


def bind(institution: Institution, facts: MarketFacts) -> Bound:
    """Resolve an institution against a market.

    Raises `UsageError` when it asks for a measure or a benchmark that the market does not publish.
    """
    try:
        manifest = institution.manifest
        signals: dict[str, BoundSignal] = {name: spec.bind(facts) for name, spec in manifest.signals.items()}
        fines = {edge.index: _bind_fine(edge.spec.fine, facts) for edge in institution.edges if edge.spec.fine}
    except UsageError as error:
        raise UsageError(
            f"institution {institution.name} cannot govern market {facts.market}: {error.message}", advice=error.advice
        ) from None
    windows = [signal.window for signal in signals.values()]
    asked = {name for guard in institution.guards for name in guard.names}
    constants: dict[str, Value] = {"firms": len(facts.agents), **manifest.parameters}
    draws = any(edge.spec.jitter for edge in institution.edges)
    told = institution.notice.names if institution.notice is not None else frozenset()
    return Bound(
        institution=institution,
        facts=facts,
        signals=signals,
        supporting=frozenset(signals) - asked,
        window=max(windows, default=1),
        constants=constants,
        fines=fines,
        draws=draws,
        told_round="round" in told,
        told_counters=tuple(index for index, name in enumerate(manifest.counters) if name in told),
        compared=tuple(
            (index, name)
            for index, name in enumerate(manifest.counters)
            if not asked.isdisjoint((f"least.{name}", f"most.{name}"))
        ),
    )


def _bind_fine(fine: Fine, facts: MarketFacts) -> BoundFine:
    kind = facts.measures.get(PROFIT)
    if kind is None or kind.axes != ("firm",):
        raise UsageError("it fines, but the market publishes no `profit_e6` per agent")
    nash = None
    if fine.above == "nash":
        row = facts.benchmarks.get("nash", {}).get(PROFIT)
        if not isinstance(row, tuple):
            raise UsageError("a fine above `nash` needs the market's Nash benchmark")
        nash = tuple(cell for cell in row if isinstance(cell, int))
    rates = fine.rate if isinstance(fine.rate, tuple) else (fine.rate,)
    return BoundFine(tuple(to_e6(r) for r in rates), fine.by, fine.over == "evidence", nash, to_e6(fine.floor))
