"""An institution without a market: its signals are what a trace says fired, and the real `judge` sees them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from agoranomos.institutions.bind import NASH_PROFIT, PROFIT, VIOLATION, Bound, bind
from agoranomos.institutions.institution import Institution
from agoranomos.institutions.signals import BoundSignal, SignalSpec
from agoranomos.institutions.signals.mean import BoundMean
from agoranomos.institutions.signals.statistic import Statistic
from agoranomos.markets.facts import SCALE, MarketFacts, Measured, MeasureKind


def signal_measure(signal: str) -> str:
    """The measure that stands for a signal: one million for an agent against whom it fires, else 0."""
    return f"signal.{signal}_e6"


def abstract_facts(institution: Institution, agents: Sequence[str]) -> MarketFacts:
    """A market that publishes whether each signal fires, and profits: all that `abstract_bound` reads.

    The gap between breaking and keeping the rule is one, so that `violation_e6` says how much of it counts.
    """
    measures = {signal_measure(name): MeasureKind(("firm",), f"{name} fires") for name in institution.manifest.signals}
    measures[PROFIT] = MeasureKind(("firm",), "profit before fines")
    measures[NASH_PROFIT] = MeasureKind(("firm",), "profit at Nash")
    measures[VIOLATION] = MeasureKind(("firm",), "what breaking the rule earned")
    benchmarks: dict[str, dict[str, Measured]] = {
        name: {PROFIT: (earned,) * len(agents)} for name, earned in (("comply", 0), ("violate", SCALE))
    }
    return MarketFacts("abstract", tuple(agents), (), measures, benchmarks)


def abstract_bound(institution: Institution, agents: Sequence[str]) -> Bound:
    """The same institution with each signal read straight from its measure `signal.<name>_e6`, agent by agent.

    A signal fires in the round in which its measure says so, whatever its window, its persistence and the lag of the
    observation; fines over the evidence still reach as far back as the manifest's windows do.
    """
    facts = abstract_facts(institution, agents)
    manifest = institution.manifest
    spoken: dict[str, SignalSpec] = {name: _Spoken(measure=name) for name in manifest.signals}  # type: ignore[misc]
    told = replace(institution, manifest=manifest.model_copy(update={"signals": spoken, "observation": None}))
    bound = bind(told, facts)
    windows = {name: spec.rounds for name, spec in manifest.signals.items()}
    spans = {
        event: max((windows[name] for name in _deciding(institution, event) or cited), default=1)
        for event, cited in institution.evidence.items()
    }
    over_evidence = [
        spans[edge.spec.on] for edge in institution.edges if edge.spec.fine and edge.spec.fine.over == "evidence"
    ]
    return replace(bound, institution=institution, spans=spans, window=max(over_evidence, default=1))


class _Spoken(Statistic):
    """Stands for a signal of the manifest while it is bound."""

    measure: str

    def reads(self) -> tuple[str, ...]:
        return (f"signal.{self.measure}",)

    def benchmarks(self) -> tuple[str, ...]:
        return ()

    def bind(self, facts: MarketFacts) -> BoundSignal:
        return BoundMean(signal_measure(self.measure), ("firm",), 1, 1, SCALE, "any", (), None)


def _deciding(institution: Institution, event: str) -> list[str]:
    guard = dict(institution.events)[event]
    return [name for name in guard.names if name in institution.manifest.signals]
