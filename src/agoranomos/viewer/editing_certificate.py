"""A text's certificate for a market, with the map of gain by fine and detection, as JSON: for a worker process."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from agoranomos.deterrence.best_plan import BestPlan
from agoranomos.deterrence.certificate import certify
from agoranomos.deterrence.duty_certificate import DutyCertificate, DutyPlan, certify_duty
from agoranomos.deterrence.heat_map import heat_map
from agoranomos.deterrence.sentence import sentence
from agoranomos.errors import AgoraError, UsageError
from agoranomos.institutions import Institution, bind
from agoranomos.institutions.trace_play import play_trace
from agoranomos.markets import load_market
from agoranomos.markets.cournot.spec import CournotSpec
from agoranomos.markets.market import Market
from agoranomos.scenarios import Scenario
from agoranomos.viewer.editing import read
from agoranomos.viewer.editing_play import steps_of
from agoranomos.workspace import Workspace, list_names

NAMED = ("nash", "division")
"""The plans of a quick certificate, and those of every map."""

Progress = Callable[[str, int], None]


def certified(
    text: str,
    name: str,
    market: str,
    workspace: Workspace,
    *,
    quick: bool = True,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """What `agora graph certify` finds in a market, or in a scenario; `quick`: plans of Nash play and division alone.

    Of a market: `{kind: "market", sentence, holds, ..., plans, map, map_why_not, edges, trace}`. `map` is
    `{fines, probabilities, gain, nash_profit}`, gain [probabilities, fines] over Nash per firm and round; `edges` says
    how often a firm takes each edge in a round of the best plan's cycle. Of a scenario: `{kind: "scenario", ...}` with
    the plans that were played. Raises `AgoraError` as `certify` does.
    """
    institution = read(text, name, workspace)
    place = load_market(market, workspace)
    if isinstance(place, Scenario):
        return _duty(certify_duty(institution, place, progress=progress))
    return _cournot(institution, place, NAMED if quick else (), progress)


def fitting(text: str, name: str, workspace: Workspace) -> list[dict[str, str]]:
    """The markets and scenarios that the institution can govern and `certified` knows, by name."""
    institution = read(text, name, workspace)
    found = []
    for kind in ("markets", "scenarios"):
        for located in list_names(kind, workspace):
            try:
                market = load_market(located.name, workspace)
                bind(institution, market.facts)
            except AgoraError:
                continue
            if isinstance(market, Scenario) or isinstance(getattr(market, "spec", None), CournotSpec):
                found.append({"name": located.name, "kind": kind.removesuffix("s")})
    return found


def _cournot(
    institution: Institution, market: Market, plans: Sequence[str], progress: Progress | None
) -> dict[str, Any]:
    found = certify(institution, market, plans=plans, progress=progress)
    mapped, why_not = None, ""
    try:
        cells = heat_map(institution, market, progress=progress)
    except UsageError as error:
        why_not = error.message
    else:
        mapped = {
            "plans": list(cells.plans),
            "fines": list(cells.fines),
            "probabilities": list(cells.probabilities),
            "gain": cells.gain.tolist(),
            "nash_profit": cells.nash_profit,
        }
    return {
        "kind": "market",
        "institution": found.institution,
        "semantic_sha256": found.semantic_sha256,
        "market": found.market,
        "sentence": sentence(found),
        "holds": found.holds,
        "tolerance": found.tolerance,
        "nash_profit": found.nash_profit,
        "gains": {
            "best": found.best_plan.gain_per_round,
            "harmful": found.harmful_gain_per_round,
            "lawful": found.lawful_plan.gain_per_round,
            "alone": found.unilateral_gain_per_round,
        },
        "searched": found.plans,
        "leaves_out": [*found.leaves_out, *(f"the action {one}" for one in found.left_out_actions)],
        "map": mapped,
        "map_why_not": why_not,
        "edges": _taken(institution, market, found.best_plan),
        "trace": steps_of(institution, found.best_plan.trace, market),
    }


def _taken(institution: Institution, market: Market, plan: BestPlan) -> dict[str, float]:
    """How often an agent takes each edge in a round of the plan's cycle, or of all its rounds where it has none."""
    played = play_trace(institution, plan.trace, market)
    counted = played[len(plan.prelude) :] if plan.cycle else played
    times = Counter(one.edge for round_ in counted for one in round_.judgement.transitions if not one.blocked)
    cells = max(len(counted), 1) * len(market.facts.agents)
    return {edge: count / cells for edge, count in times.items()}


def _duty(found: DutyCertificate) -> dict[str, Any]:
    return {
        "kind": "scenario",
        "institution": found.institution,
        "semantic_sha256": found.semantic_sha256,
        "market": found.market,
        "holds": found.holds,
        "tolerance": found.tolerance,
        "at_stake": found.gap,
        "runs": found.runs,
        "rounds": found.rounds,
        "dutiful": {"fined": found.cost, "accused": found.innocents_accused},
        "plans": [*(_plan(one, True) for one in found.accused), *(_plan(one, False) for one in found.let_pass)],
        "leaves_out": list(found.left_out),
    }


def _plan(plan: DutyPlan, accused: bool) -> dict[str, Any]:
    return {
        "name": plan.name,
        "by": "all" if plan.together else "one",
        "is_accused": accused,
        "free": plan.free.point,
        "gain": plan.gain.point,
        "fined": plan.fined,
        "accused": plan.accused,
        "broke": plan.broke,
        "principal": plan.principal,
        "third_party": plan.third_party,
    }
