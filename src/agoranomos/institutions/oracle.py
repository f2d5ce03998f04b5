"""The Oracle: measures in, signals, events and cases out. It detects and changes nothing."""

from __future__ import annotations

from dataclasses import dataclass

from agoranomos.institutions.bind import Bound
from agoranomos.institutions.draws import uniform
from agoranomos.institutions.guards import Value
from agoranomos.institutions.institution import EXPIRY, REPORTED
from agoranomos.institutions.judgement import CaseRecord, Observed, SignalRecord, Standing
from agoranomos.institutions.signals import BoundSignal, Firing, Window


@dataclass(frozen=True, slots=True)
class Detected:
    """What the Oracle says of one agent's round.

    `names` holds the value of every signal, event and standing name for the Controller's guards; `cases` are the
    accusations by the event that made them; `evident` is false for a round that counts as no evidence because somebody
    was suspended. Of `window` the Oracle has `seen` all but the last rounds where it sees them late.
    """

    window: Window
    seen: Window
    names: dict[str, Value]
    cases: dict[str, CaseRecord]
    evident: bool


def detect(bound: Bound, standings: tuple[Standing, ...], observed: Observed) -> tuple[Detected, ...]:
    """The signals, events and cases of one round, agent by agent.

    A round in which an agent was suspended is no evidence: windows stand still, no signal fires, no event but `expiry`
    happens. A sole producer is concentrated because the institution made it so.
    """
    evident = not (observed.disturbed or any(standing.suspended for standing in standings))
    shared = _shared_names(bound, standings, observed.round)
    for audit in bound.audits:
        if audit.of_market:
            shared[audit.name] = uniform(observed.draws[0], audit.salted) < audit.below
    return tuple(_detect_one(bound, standings, observed, firm, shared, evident) for firm in range(len(standings)))


def _shared_names(bound: Bound, standings: tuple[Standing, ...], round_number: int) -> dict[str, Value]:
    names: dict[str, Value] = {**bound.constants, "round": round_number}
    return names | extremes(bound, [standing.counters for standing in standings])


def extremes(bound: Bound, counters: list[tuple[int, ...]]) -> dict[str, Value]:
    """The names `least.c` and `most.c` over all agents' counters, for those that some guard compares."""
    names: dict[str, Value] = {}
    for index, name in bound.compared:
        values = [own[index] for own in counters]
        names[f"least.{name}"] = min(values)
        names[f"most.{name}"] = max(values)
    return names


def _detect_one(
    bound: Bound,
    standings: tuple[Standing, ...],
    observed: Observed,
    firm: int,
    shared: dict[str, Value],
    evident: bool,
) -> Detected:
    institution, standing = bound.institution, standings[firm]
    window = (*standing.window, observed.measures)[-bound.window :] if evident else standing.window
    seen = window[: -bound.lag] if bound.lag else window
    firings = _firings(bound, seen, firm) if evident else {}
    names = shared.copy()
    names[REPORTED] = bound.facts.agents[firm] in observed.reports
    for audit in bound.audits:
        if not audit.of_market:
            names[audit.name] = uniform(observed.draws[firm], audit.salted) < audit.below
    for state in bound.watched:
        names[f"others.{state}"] = sum([own.state == state for k, own in enumerate(standings) if k != firm])
    names["state"] = standing.state
    names["rounds_in_state"] = standing.rounds_in_state + 1
    names[EXPIRY] = standing.timer == 1
    for (name, _, _), value in zip(institution.counter_updates, standing.counters, strict=True):
        names[name] = value
    for name in bound.signals:
        names[name] = name in firings
    cases: dict[str, CaseRecord] = {}
    for name, guard in institution.events:
        happened = evident and bool(guard(names))
        names[name] = happened
        rule = institution.manifest.events[name].accuses
        if happened and rule is not None:
            label = f"{observed.round}-{bound.facts.agents[firm]}" + (f"-{len(cases) + 1}" if cases else "")
            signals = _cited(bound, firm, institution.evidence[name], seen, firings)
            pretext = institution.manifest.events[name].pretext
            cases[name] = CaseRecord(label, bound.facts.agents[firm], rule, signals, pretext)
    return Detected(window, seen, names, cases, evident)


def _firings(bound: Bound, window: Window, firm: int) -> dict[str, Firing]:
    """The signals that fire, less those that only support a case."""
    found = {}
    for name, signal in bound.signals.items():
        if name not in bound.supporting:
            firing = _firing(signal, window, firm)
            if firing is not None:
                found[name] = firing
    return found


def _firing(signal: BoundSignal, window: Window, firm: int) -> Firing | None:
    """What the signal says of full evidence; while its window is not full it is silent."""
    return signal.firing(window[-signal.window :], firm) if len(window) >= signal.window else None


def _cited(
    bound: Bound, firm: int, evidence: tuple[str, ...], window: Window, firings: dict[str, Firing]
) -> tuple[SignalRecord, ...]:
    """The signals that a case cites: those of its evidence that fired."""
    cited = []
    for name in evidence:
        supporting = name in bound.supporting
        firing = _firing(bound.signals[name], window, firm) if supporting else firings.get(name)
        if firing is not None:
            cited.append(SignalRecord(name, firing.value, firing.threshold, firing.good))
    return tuple(cited)
