"""A trace played step by step, for a page that moves agents along the graph."""

from __future__ import annotations

from typing import Any

from agoranomos.errors import UsageError
from agoranomos.institutions import Institution, Standing
from agoranomos.institutions.bind import Bound
from agoranomos.institutions.judge import first_notices, initial_standings
from agoranomos.institutions.judgement import Judgement, Taken
from agoranomos.institutions.trace_play import bound_for, play_trace
from agoranomos.institutions.traces import Trace, TraceRound, of_agent
from agoranomos.markets.facts import SCALE
from agoranomos.markets.market import Market

MOST_STEPS = 400
"""Rounds of a trace that are played out; of a longer one the first are, and `left_out` says how many are not."""


def steps_of(institution: Institution, trace: Trace, market: Market | None = None) -> dict[str, Any]:
    """`{name, about, agents, steps, left_out, why_not}`: where each agent stands before the first round and after each.

    A step is `{round, agents: [{agent, did, state, label, rounds_left, limit, counters, crossed, blocked, cases,
    sanctions, notice}]}`. Money in sanctions is in the market's units. Where the trace cannot be played, `why_not`
    says so, and there are no steps.
    """
    shown, left_out = _first_rounds(trace)
    try:
        bound = bound_for(institution, shown, market)
        played = play_trace(institution, shown, market)
    except UsageError as error:
        return {
            "name": trace.name,
            "about": trace.about,
            "agents": [],
            "steps": [],
            "left_out": 0,
            "why_not": str(error),
        }
    first = first_notices(bound, initial_standings(bound))
    steps = [_step(bound, 0, None, first)]
    steps += [_step(bound, one.number, shown.rounds[one.index], one.judgement) for one in played]
    return {
        "name": trace.name,
        "about": trace.about,
        "agents": list(bound.facts.agents),
        "steps": steps,
        "left_out": left_out,
        "why_not": "",
    }


def _first_rounds(trace: Trace) -> tuple[Trace, int]:
    """The trace's first rounds without what they expect, and how many are left out."""
    kept: list[TraceRound] = []
    room = MOST_STEPS
    for one in trace.rounds:
        if room <= 0:
            break
        kept.append(one.model_copy(update={"repeat": min(one.repeat, room), "expect": {}}))
        room -= one.repeat
    return trace.model_copy(update={"rounds": tuple(kept), "expect": None}), max(trace.length - MOST_STEPS, 0)


def _step(bound: Bound, number: int, one: TraceRound | None, judgement: Judgement) -> dict[str, Any]:
    agents = zip(bound.facts.agents, judgement.standings, strict=True)
    return {"round": number, "agents": [_agent(bound, agent, standing, one, judgement) for agent, standing in agents]}


def _agent(
    bound: Bound, agent: str, standing: Standing, one: TraceRound | None, judgement: Judgement
) -> dict[str, Any]:
    manifest = bound.institution.manifest
    requests = [request for request in judgement.transitions if request.agent == agent]
    return {
        "agent": agent,
        "did": _did(agent, one) if one is not None else [],
        "state": standing.state,
        "label": manifest.states[standing.state].label,
        "rounds_left": standing.timer,
        "limit": None if standing.limit_e6 is None else standing.limit_e6 / SCALE,
        "counters": dict(zip(manifest.counters, standing.counters, strict=True)),
        "crossed": [request.edge for request in requests if not request.blocked],
        "blocked": [{"edge": request.edge, "by": request.blocked} for request in requests if request.blocked],
        "cases": [case.rule for case in judgement.cases if case.agent == agent],
        "sanctions": [_sanction(taken) for taken in judgement.sanctions if taken.agent == agent],
        "notice": standing.notice,
    }


def _did(agent: str, one: TraceRound) -> list[str]:
    """The signals that fire against the agent, audits of it, its report, or what it brings to the market."""
    found = [*(of_agent(one.signals, agent) or ()), *(of_agent(one.audits, agent) or ())]
    found += ["reports"] if agent in one.reports else []
    row = of_agent(one.quantities, agent) or of_agent(one.actions, agent)
    found += ["brings " + " ".join(f"{amount:.6g}" for amount in row)] if row is not None else []
    return found + ([f"plays {one.benchmark}"] if row is None and one.benchmark is not None else [])


def _sanction(taken: Taken) -> dict[str, Any]:
    return {
        "kind": taken.sanction,
        "rule": taken.rule,
        "amount": taken.amount_e6 / SCALE,
        "share": taken.share_e6 / SCALE,
        "rounds": taken.rounds,
        "counter": taken.counter,
        "count": taken.count,
    }
