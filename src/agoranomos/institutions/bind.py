"""An institution resolved against one market: thresholds as integers, benchmark profits at hand."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

from agoranomos.errors import UsageError
from agoranomos.institutions.draws import UNIFORM_BITS, salt
from agoranomos.institutions.guards import Value
from agoranomos.institutions.institution import Institution
from agoranomos.institutions.manifest import Fine, Leniency, Manifest
from agoranomos.institutions.notices import Wording, wording_of
from agoranomos.institutions.oversight import Estimated
from agoranomos.institutions.perception import ReadingError, reading_errors, refuse_the_unseen
from agoranomos.institutions.signals import BoundSignal
from agoranomos.markets.facts import MarketFacts, Measured, to_e6

PROFIT = "profit_e6"
"""The measure that fines are taken from: profit of the round per agent, before fines."""

NASH_PROFIT = "nash_profit_e6"
"""What each agent's Nash quantities would have earned under the demand of the round."""

VIOLATION = "violation_e6"
"""Whether each agent of a scenario broke the rule, 1 or 0: in which rounds a fine `of: gap` counts a gap."""


@dataclass(frozen=True, slots=True)
class BoundFine:
    """A fine with rates and floor in millionths; `above_nash` says that only what exceeds Nash profit is the base.

    `gaps` is what each agent is fined for by the round in which it breaks the rule (empty: for its profit). The first
    to report within `lenient_within` rounds is spared `lenient_share` millionths of it (0: nobody is).
    """

    rates: tuple[int, ...]
    by: str | None
    over_evidence: bool
    above_nash: bool
    floor: int
    lenient_share: int = 0
    lenient_within: int = 0
    gaps: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class BoundAudit:
    """An audit takes place where the uniform number of its salt is below `below`, of all agents at once or of each."""

    name: str
    salted: int
    below: int
    of_market: bool


@dataclass(frozen=True, slots=True)
class Bound:
    """What `judge` needs besides standings and observations. Made by `bind`; all numbers are integers.

    `window` is how many rounds of evidence a standing keeps; `constants` are the values of names that never change.
    `supporting` are signals that no guard asks for: they are computed only when a case cites them. `told_round` and
    `told_counters` (indices) are what notices can say that changes without a transition. `compared` holds index and
    name of the counters whose extremes over all agents some guard asks for. `spans` says, for each event that accuses,
    over how many rounds its evidence reaches: the longest window among the signals that decide it. `window` includes
    the `lag` rounds that the Oracle does not see yet. `watched` holds the states whose other occupants some guard
    counts. A report counts for `report_memory` rounds (0: none is remembered). Notices are in the words of `wording`
    (None: there are no notices). `fines` are taken; those that are only told of are in `announced`.
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
    spans: dict[str, int]
    lag: int = 0
    errors: tuple[ReadingError, ...] = ()
    run_draw: bool = False
    audits: tuple[BoundAudit, ...] = ()
    watched: tuple[str, ...] = ()
    report_memory: int = 0
    wording: Wording | None = None
    announced: dict[int, BoundFine] = field(default_factory=dict)


def worded(bound: Bound, seed: int) -> Bound:
    """The institution as it speaks in the run with this seed: one of its wordings is drawn, the others fall silent."""
    wordings = bound.institution.wordings
    return bound if len(wordings) < 2 else replace(bound, wording=wording_of(wordings, seed))


def bind(institution: Institution, facts: MarketFacts) -> Bound:
    """Resolve an institution against a market.

    Raises `UsageError` when it asks for a measure or a benchmark that the market does not publish.
    """
    try:
        manifest = institution.manifest
        signals: dict[str, BoundSignal] = {name: spec.bind(facts) for name, spec in manifest.signals.items()}
        _refuse_blindness(institution, facts)
        refuse_the_unseen(manifest, facts)
        errors = reading_errors(manifest, facts)
        written = {edge.index: _bind_fine(edge.written.fine, facts) for edge in institution.edges if edge.written.fine}
    except UsageError as error:
        raise UsageError(
            f"institution {institution.name} cannot govern market {facts.market}: {error.message}", advice=error.advice
        ) from None
    windows = [signal.window for signal in signals.values()]
    asked = {name for guard in institution.guards for name in guard.names}
    constants: dict[str, Value] = {"firms": len(facts.agents), **manifest.parameters}
    draws = bool(any(edge.spec.jitter for edge in institution.edges) or manifest.audits or errors)
    observation = manifest.observation
    lag = observation.lag if observation is not None else 0
    told = institution.told
    return Bound(
        institution=institution,
        facts=facts,
        signals=signals,
        supporting=frozenset(signals) - asked,
        window=max(windows, default=1) + lag,
        constants=constants,
        fines=written if manifest.applies else {},
        draws=draws,
        told_round="round" in told,
        told_counters=tuple(index for index, name in enumerate(manifest.counters) if name in told),
        compared=tuple(
            (index, name)
            for index, name in enumerate(manifest.counters)
            if not asked.isdisjoint((f"least.{name}", f"most.{name}"))
        ),
        spans=_spans(institution, signals),
        lag=lag,
        errors=errors,
        run_draw=observation is not None and isinstance(observation.benchmarks, Estimated),
        audits=bound_audits(manifest),
        watched=tuple(state for state in institution.states if f"others.{state}" in asked),
        report_memory=max((fine.lenient_within for fine in written.values()), default=0),
        wording=institution.wordings[0] if institution.wordings else None,
        announced={} if manifest.applies else written,
    )


def _refuse_blindness(institution: Institution, facts: MarketFacts) -> None:
    """Raise `UsageError` for an accusation that can never be made here: nothing that decides it is ever defined."""
    manifest = institution.manifest
    for name, guard in institution.events:
        deciding = [word for word in guard.names if word in manifest.signals]
        measures = [manifest.signals[word].measure for word in deciding]
        if manifest.events[name].accuses is not None and deciding and all(_undefined(m, facts) for m in measures):
            raise UsageError(
                f"its event {name!r} can never happen: {', '.join(dict.fromkeys(measures))} is undefined in this "
                "market, at Nash and at the joint optimum alike"
            )


def _undefined(measure: str, facts: MarketFacts) -> bool:
    key = f"{measure}_e6"
    rows = [row[key] for b in ("nash", "monopoly", "efficient") if key in (row := facts.benchmarks.get(b, {}))]
    return bool(rows) and all(_is_none(row) for row in rows)


def _is_none(value: Measured) -> bool:
    return all(_is_none(cell) for cell in value) if isinstance(value, tuple) else value is None


def _spans(institution: Institution, signals: dict[str, BoundSignal]) -> dict[str, int]:
    """For each accusing event the longest window among the signals it asks for, or else among its evidence."""
    deciding = {name: [word for word in guard.names if word in signals] for name, guard in institution.events}
    return {
        event: max([signals[name].window for name in deciding[event] or evidence], default=1)
        for event, evidence in institution.evidence.items()
    }


def _bind_fine(fine: Fine, facts: MarketFacts) -> BoundFine:
    kind = facts.measures.get(PROFIT)
    if kind is None or kind.axes != ("firm",):
        raise UsageError("it fines, but the market publishes no `profit_e6` per agent")
    if fine.above == "nash":
        kind = facts.measures.get(NASH_PROFIT)
        if kind is None or kind.axes != ("firm",):
            raise UsageError("it fines what exceeds Nash, but the market publishes no `nash_profit_e6` per agent")
    rates = fine.rate if isinstance(fine.rate, tuple) else (fine.rate,)
    spared = fine.leniency if fine.leniency is not None else Leniency(within=1)
    return BoundFine(
        tuple(to_e6(r) for r in rates),
        fine.by,
        fine.over == "evidence",
        fine.above == "nash",
        to_e6(fine.floor),
        to_e6(spared.share) if fine.leniency is not None else 0,
        spared.within if fine.leniency is not None else 0,
        _gaps(fine, facts) if fine.of == "gap" else (),
    )


def _gaps(fine: Fine, facts: MarketFacts) -> tuple[int, ...]:
    """By how much each agent's profit differs between a round in which all break the rule and one in which all keep it.

    Raises `UsageError` where the market does not say it, and where it is nothing and the fine has no floor.
    """
    kind = facts.measures.get(VIOLATION)
    if kind is None or kind.axes != ("firm",):
        raise UsageError("it fines by the gap, but the market publishes no `violation_e6` per agent")
    rows: list[Any] = []
    for benchmark in ("comply", "violate"):
        profits: Any = facts.benchmarks.get(benchmark, {}).get(PROFIT)
        if profits is None:
            raise UsageError(
                f"it fines by the gap, but the market gives no profit at `{benchmark}`",
                advice=f"Benchmarks of this market: {', '.join(facts.benchmarks) or 'none'}.",
            )
        rows.append(profits)
    found = tuple([abs((broken or 0) - (kept or 0)) for kept, broken in zip(*rows, strict=True)])
    if not any(found) and not fine.floor:
        raise UsageError(
            "it fines by the gap, and here breaking the rule earns all of them what keeping it does",
            advice="Give the fine a `floor`.",
        )
    return found


def bound_audits(manifest: Manifest) -> tuple[BoundAudit, ...]:
    """The manifest's audits, each as the draws below which it takes place."""
    return tuple(
        BoundAudit(name, salt(f"audit {name}"), int(audit.probability * 2**UNIFORM_BITS), audit.of == "market")
        for name, audit in manifest.audits.items()
    )
