"""The rows of the table `enforcement`: what the institution did, act by act."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from agoranomos.institutions.judgement import Announced, CaseRecord, Sanction, Transition
from agoranomos.markets.facts import SCALE


def case_act(case: CaseRecord) -> dict[str, Any]:
    """The row of an accusation."""
    signals = ",".join(s.signal + (f"[{s.good}]" if s.good else "") for s in case.signals)
    if case.pretext:
        signals = f"drawn; pretext: {', '.join(case.pretext)}"
    return {"agent": case.agent, "kind": "case", "rule": case.rule, "case": case.case, "reason": signals}


def acts_of(transition: Transition, sanctioned: Collection[tuple[str, str]]) -> list[dict[str, Any]]:
    """The rows of a transition: one that follows a case and takes nothing is a warning too, whatever its state."""
    act = {
        "agent": transition.agent,
        "rule": transition.edge.partition(":")[0],
        "case": transition.case,
        "edge": transition.edge,
        "lasts": transition.lasts,
    }
    if transition.blocked:
        return [{**act, "kind": "blocked", "reason": transition.blocked}]
    acts = [{**act, "kind": "transition", "reason": transition.event}]
    if transition.case and (transition.agent, transition.case) not in sanctioned:
        acts.append({**act, "kind": "warning", "reason": transition.event})
    return acts


def sanction_act(sanction: Sanction | Announced) -> dict[str, Any]:
    """The row of a sanction."""
    return {
        "agent": sanction.agent,
        "kind": sanction.sanction,
        "rule": sanction.rule,
        "case": sanction.case,
        "amount": _amount(sanction),
        "spared": sanction.spared_e6 / SCALE if sanction.sanction == "fine" else None,
        "reason": sanction.counter,
        "limit": sanction.share_e6 / SCALE if sanction.sanction == "cap" else None,
        "lasts": sanction.rounds,
    }


def announced_act(sanction: Announced) -> dict[str, Any]:
    """The row of a sanction that the agent is told of and that is not carried out; `reason` is its kind."""
    return {**sanction_act(sanction), "kind": "announced", "reason": sanction.sanction}


def _amount(sanction: Sanction | Announced) -> float | None:
    amounts = {"fine": sanction.amount_e6 / SCALE, "forfeiture": float(sanction.count)}
    return amounts.get(sanction.sanction)
