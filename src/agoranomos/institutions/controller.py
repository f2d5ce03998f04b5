"""The Controller: cases and standings in, transitions, sanctions and next standings out. It detects nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from agoranomos.institutions.bind import NASH_PROFIT, PROFIT, Bound, BoundFine
from agoranomos.institutions.guards import Value
from agoranomos.institutions.institution import Edge
from agoranomos.institutions.judgement import Observed, Sanction, Standing, Transition
from agoranomos.institutions.oracle import Detected, extremes
from agoranomos.institutions.signals import Window
from agoranomos.markets.facts import SCALE


@dataclass(frozen=True, slots=True)
class Decided:
    """What the Controller did about one agent: its next standing, the traversals requested, the sanctions."""

    standing: Standing
    transitions: tuple[Transition, ...]
    sanctions: tuple[Sanction, ...]


def control(
    bound: Bound, standings: tuple[Standing, ...], detected: tuple[Detected, ...], observed: Observed
) -> tuple[Decided, ...]:
    """Update every agent's counters, then let each traverse at most one edge.

    Requests are judged in the order of the file among the edges that leave the agent's state on an event that happened;
    a request that a gate blocks is recorded, and the next one is considered.
    """
    counters = [_updated(bound, one, standing) for one, standing in zip(detected, standings, strict=True)]
    everyone = extremes(bound, counters)
    return tuple(
        _decide(bound, standing, one, values, everyone, observed, firm)
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
    )
    requests: list[Transition] = []
    for edge in bound.institution.edges_from[standing.state]:
        if not names[edge.spec.on] or (edge.when is not None and not edge.when(names)):
            continue
        blocked = _blocked(edge, standing, names, observed.round)
        if blocked:
            requests.append(_request(bound, edge, detected, firm, blocked=blocked))
            continue
        return _traverse(bound, edge, stay, detected, observed, firm, requests)
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
    observed: Observed,
    firm: int,
    requests: list[Transition],
) -> Decided:
    spec = edge.spec
    lasts = spec.lasts + (observed.draws[firm] % (spec.jitter + 1) if spec.jitter else 0)
    counters = _set(bound, edge, detected.names, stay.counters)
    moved = spec.target != spec.source
    limit = 0 if spec.suspend else _cap_e6(edge)
    standing = Standing(
        spec.target,
        counters,
        0,
        lasts if lasts or moved else stay.timer,
        limit if limit is not None or moved else stay.limit_e6,
        {**stay.crossed, edge.index: observed.round},
        () if spec.fresh_evidence else detected.window,
        stay.notice,
    )
    request = _request(bound, edge, detected, firm, lasts=lasts)
    sanctions = _sanctions(bound, edge, request, counters, detected.window, observed, firm, limit)
    return Decided(standing, (*requests, request), sanctions)


def _cap_e6(edge: Edge) -> int | None:
    return None if edge.spec.cap is None else round(edge.spec.cap * SCALE)


def _set(bound: Bound, edge: Edge, names: dict[str, Value], counters: tuple[int, ...]) -> tuple[int, ...]:
    if not edge.set:
        return counters
    given = {name: int(guard(names)) for name, guard in edge.set}
    return tuple(
        min(max(given[name], 0), most) if name in given else value
        for (name, most, _), value in zip(bound.institution.counter_updates, counters, strict=True)
    )


def _sanctions(
    bound: Bound,
    edge: Edge,
    request: Transition,
    counters: tuple[int, ...],
    window: Window,
    observed: Observed,
    firm: int,
    limit: int | None,
) -> tuple[Sanction, ...]:
    found = []
    fine = bound.fines.get(edge.index)
    if fine is not None:
        evidence = window[-bound.spans[edge.spec.on] :] if fine.over_evidence else (observed.measures,)
        rung = _counter(bound, fine.by, counters) if fine.by is not None else 1
        amount = fine_e6(fine, evidence, firm, rung)
        found.append(Sanction(request.agent, "fine", edge.spec.rule, request.case, amount_e6=amount))
    if limit is not None:
        kind = "suspension" if limit == 0 and edge.spec.suspend else "cap"
        found.append(Sanction(request.agent, kind, edge.spec.rule, request.case, share_e6=limit, rounds=request.lasts))
    return tuple(found)


def _counter(bound: Bound, name: str, counters: tuple[int, ...]) -> int:
    for (known, _, _), value in zip(bound.institution.counter_updates, counters, strict=True):
        if known == name:
            return value
    raise KeyError(name)


def fine_e6(fine: BoundFine, evidence: Window, firm: int, rung: int) -> int:
    """The amount in millionths: rate times the base, rounded down, and at least the floor.

    The base is the sum over the rounds of `evidence` of the agent's profit, or of its excess over Nash; rounds below
    nothing, or without a profit, count as nothing. `rung` 1 is the first rate of the ladder; beyond the last one it
    stays.
    """
    profits: list[Any] = [measures[PROFIT] for measures in evidence]
    below: list[Any] = [measures[NASH_PROFIT] for measures in evidence] if fine.above_nash else []
    gains = [profit[firm] or 0 for profit in profits]
    if below:
        gains = [gain - (nash[firm] or 0) for gain, nash in zip(gains, below, strict=True)]
    base = sum([max(gain, 0) for gain in gains])
    rate = fine.rates[min(max(rung, 1), len(fine.rates)) - 1]
    return int(max(fine.floor, base * rate // SCALE))
