"""The Controller: cases and standings in, transitions, sanctions and next standings out. It detects nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from agoranomos.institutions.bind import NASH_PROFIT, PROFIT, VIOLATION, Bound, BoundFine
from agoranomos.institutions.guards import Value
from agoranomos.institutions.institution import Edge
from agoranomos.institutions.judgement import Observed, Sanction, Standing, Transition
from agoranomos.institutions.manifest import Transition as Written
from agoranomos.institutions.oracle import Detected, extremes
from agoranomos.institutions.signals import Window
from agoranomos.markets.facts import SCALE


@dataclass(frozen=True, slots=True)
class Decided:
    """What the Controller did about one agent: its next standing, the traversals requested, the sanctions.

    `spoken` are sanctions that the file names and that the institution does not apply.
    """

    standing: Standing
    transitions: tuple[Transition, ...]
    sanctions: tuple[Sanction, ...]
    spoken: tuple[Sanction, ...] = ()


def control(
    bound: Bound, standings: tuple[Standing, ...], detected: tuple[Detected, ...], observed: Observed
) -> tuple[Decided, ...]:
    """Update every agent's counters, then let each traverse at most one edge.

    Requests are judged in the order of the file among the edges that leave the agent's state on an event that happened;
    a request that a gate blocks is recorded, and the next one is considered.
    """
    counters = [_updated(bound, one, standing) for one, standing in zip(detected, standings, strict=True)]
    everyone = extremes(bound, counters)
    reports = _reports(bound, standings, observed)
    return tuple(
        _decide(bound, standing, one, values, everyone, reports, observed, firm)
        for firm, (standing, one, values) in enumerate(zip(standings, detected, counters, strict=True))
    )


def _updated(bound: Bound, detected: Detected, standing: Standing) -> tuple[int, ...]:
    """The counters after the round; a round that is no evidence leaves them as they are."""
    if not detected.evident:
        return standing.counters
    names = detected.names
    for name, most, guard in bound.institution.counter_updates:
        if guard is not None:
            names[name] = min(max(int(guard(names)), 0), most)
    return tuple([int(names[name]) for name, _, _ in bound.institution.counter_updates])


def _decide(
    bound: Bound,
    standing: Standing,
    detected: Detected,
    counters: tuple[int, ...],
    everyone: dict[str, Value],
    reports: tuple[int, ...],
    observed: Observed,
    firm: int,
) -> Decided:
    names = detected.names
    names.update(everyone)
    stay = Standing(
        standing.state,
        counters,
        standing.rounds_in_state + 1,
        max(standing.timer - 1, 0),
        standing.limit_e6,
        standing.crossed,
        detected.window,
        standing.notice,
        reports[firm],
    )
    requests: list[Transition] = []
    for edge in bound.institution.edges_from[standing.state]:
        if not names[edge.spec.on] or (edge.when is not None and not edge.when(names)):
            continue
        blocked = _blocked(edge, standing, names, observed.round)
        if blocked:
            requests.append(_request(bound, edge, detected, firm, blocked=blocked))
            continue
        return _traverse(bound, edge, stay, detected, reports, observed, firm, requests)
    return Decided(stay, tuple(requests), ())


def _blocked(edge: Edge, standing: Standing, names: dict[str, Value], round_number: int) -> str:
    """Why the gates deny the request, or an empty text."""
    last = standing.crossed.get(edge.index)
    if last is not None and round_number - last <= edge.spec.cooldown:
        return "cooldown"
    for reason, guard in edge.requires:
        if not guard(names):
            return reason
    return ""


def _request(bound: Bound, edge: Edge, detected: Detected, firm: int, blocked: str = "", lasts: int = 0) -> Transition:
    accusation = detected.cases.get(edge.spec.on)
    case = accusation.case if accusation is not None else ""
    return Transition(bound.facts.agents[firm], edge.key, edge.spec.on, case, blocked, lasts)


def _traverse(
    bound: Bound,
    edge: Edge,
    stay: Standing,
    detected: Detected,
    reports: tuple[int, ...],
    observed: Observed,
    firm: int,
    requests: list[Transition],
) -> Decided:
    spec = edge.spec
    lasts = spec.lasts + (observed.draws[firm] % (spec.jitter + 1) if spec.jitter else 0)
    counters = _set(bound, edge, detected.names, stay.counters)
    kept = _forfeited(bound, spec, counters)
    moved = spec.target != spec.source
    limit = 0 if spec.suspend else _cap_e6(spec)
    standing = Standing(
        spec.target,
        kept,
        0,
        lasts if lasts or moved else stay.timer,
        limit if limit is not None or moved else stay.limit_e6,
        {**stay.crossed, edge.index: observed.round},
        detected.window[len(detected.seen) :] if spec.fresh_evidence else detected.window,
        stay.notice,
        stay.reported,
    )
    request = _request(bound, edge, detected, firm, lasts=lasts)
    sanctions = (
        *_fined(bound, bound.fines, edge, request, counters, detected.seen, reports, observed, firm),
        *_limited(spec, request, limit),
        *_forfeitures(bound, edge, request, counters, kept),
    )
    spoken = (
        () if edge.written is spec else _spoken(bound, edge, request, counters, detected.seen, reports, observed, firm)
    )
    return Decided(standing, (*requests, request), sanctions, spoken)


def _spoken(
    bound: Bound,
    edge: Edge,
    request: Transition,
    counters: tuple[int, ...],
    seen: Window,
    reports: tuple[int, ...],
    observed: Observed,
    firm: int,
) -> tuple[Sanction, ...]:
    """The sanctions that the file names for the edge, as they would be; nothing of them takes effect."""
    written = edge.written
    return (
        *_fined(bound, bound.announced, edge, request, counters, seen, reports, observed, firm),
        *_limited(written, request, 0 if written.suspend else _cap_e6(written)),
        *_forfeitures(bound, edge, request, counters, _forfeited(bound, written, counters)),
    )


def _cap_e6(spec: Written) -> int | None:
    return None if spec.cap is None else round(spec.cap * SCALE)


def _set(bound: Bound, edge: Edge, names: dict[str, Value], counters: tuple[int, ...]) -> tuple[int, ...]:
    if not edge.set:
        return counters
    given = {name: int(guard(names)) for name, guard in edge.set}
    return tuple(
        min(max(given[name], 0), most) if name in given else value
        for (name, most, _), value in zip(bound.institution.counter_updates, counters, strict=True)
    )


def _forfeited(bound: Bound, spec: Written, counters: tuple[int, ...]) -> tuple[int, ...]:
    """The counters after what the edge takes off them."""
    taken = spec.forfeit
    if not taken:
        return counters
    updates = zip(bound.institution.counter_updates, counters, strict=True)
    return tuple([max(value - taken.get(name, 0), 0) for (name, _, _), value in updates])


def _reports(bound: Bound, standings: tuple[Standing, ...], observed: Observed) -> tuple[int, ...]:
    """The round of each agent's oldest report that still counts, this round's included; 0 where there is none."""
    if not bound.report_memory:
        return tuple([0 for _ in standings])
    oldest = observed.round - bound.report_memory
    kept = [standing.reported if standing.reported > oldest else 0 for standing in standings]
    agents = bound.facts.agents
    return tuple([own or (observed.round if agents[k] in observed.reports else 0) for k, own in enumerate(kept)])


def _fined(
    bound: Bound,
    fines: dict[int, BoundFine],
    edge: Edge,
    request: Transition,
    counters: tuple[int, ...],
    seen: Window,
    reports: tuple[int, ...],
    observed: Observed,
    firm: int,
) -> tuple[Sanction, ...]:
    fine = fines.get(edge.index)
    if fine is None:
        return ()
    if fine.over_evidence:
        evidence = seen[-bound.spans[edge.spec.on] :]
    else:
        evidence = seen[-1:] if bound.lag else (observed.measures,)
    rung = _counter(bound, fine.by, counters) if fine.by is not None else 1
    amount = fine_e6(fine, evidence, firm, rung)
    spared = spared_e6(fine, amount, reports, observed.round, firm)
    return (Sanction(request.agent, "fine", edge.spec.rule, request.case, amount_e6=amount - spared, spared_e6=spared),)


def _limited(spec: Written, request: Transition, limit: int | None) -> tuple[Sanction, ...]:
    if limit is None:
        return ()
    kind = "suspension" if limit == 0 and spec.suspend else "cap"
    return (Sanction(request.agent, kind, spec.rule, request.case, share_e6=limit, rounds=request.lasts),)


def _forfeitures(
    bound: Bound, edge: Edge, request: Transition, before: tuple[int, ...], after: tuple[int, ...]
) -> tuple[Sanction, ...]:
    """One sanction for each counter that the edge took something off."""
    return tuple(
        Sanction(request.agent, "forfeiture", edge.spec.rule, request.case, counter=name, count=had - has)
        for (name, _, _), had, has in zip(bound.institution.counter_updates, before, after, strict=True)
        if had > has
    )


def _counter(bound: Bound, name: str, counters: tuple[int, ...]) -> int:
    for (known, _, _), value in zip(bound.institution.counter_updates, counters, strict=True):
        if known == name:
            return value
    raise KeyError(name)


def fine_e6(fine: BoundFine, evidence: Window, firm: int, rung: int) -> int:
    """The amount in millionths: rate times the base, rounded down, and at least the floor.

    The base is the sum over the rounds of `evidence` of the agent's profit, of its excess over Nash, or of the gap
    where it broke the rule; rounds below nothing, or without a profit, count as nothing. `rung` 1 is the first rate of
    the ladder; beyond the last one it stays.
    """
    counted: list[Any] = [measures[VIOLATION if fine.gaps else PROFIT] for measures in evidence]
    below: list[Any] = [measures[NASH_PROFIT] for measures in evidence] if fine.above_nash else []
    gains = [row[firm] or 0 for row in counted]
    if fine.gaps:
        gains = [fine.gaps[firm] * min(max(broke, 0), SCALE) // SCALE for broke in gains]
    if below:
        gains = [gain - (nash[firm] or 0) for gain, nash in zip(gains, below, strict=True)]
    base = sum([max(gain, 0) for gain in gains])
    rate = fine.rates[min(max(rung, 1), len(fine.rates)) - 1]
    return int(max(fine.floor, base * rate // SCALE))


def spared_e6(fine: BoundFine, amount_e6: int, reports: tuple[int, ...], round_number: int, firm: int) -> int:
    """What leniency takes off a fine, in millionths: the share of the first to report, divided by those who tie.

    `reports` holds the round of each agent's oldest report that still counts (0: none).
    """
    if not fine.lenient_share or not reports[firm]:
        return 0
    counted = [own for own in reports if own and round_number - own < fine.lenient_within]
    if not counted or reports[firm] != min(counted):
        return 0
    return amount_e6 * fine.lenient_share // (SCALE * counted.count(min(counted)))
