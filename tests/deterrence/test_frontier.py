"""What cartels of the family keep: the cycles that theory gives, the closed form of parking, and the real `judge`."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pytest

from agoranomos.deterrence import frontier_plans
from agoranomos.deterrence.frontier import BASES, frontier_point, longest_window, variant
from agoranomos.deterrence.frontier_plans import Action, CartelPlan, cartel_actions, family, keep
from agoranomos.documents import Source, read_text
from agoranomos.institutions import Governed, Institution, bind, load_institution
from agoranomos.markets import load_market
from agoranomos.workspace import find_workspace, library_root

FAITHFUL, HARDENED = "cournot-antitrust", "cournot-antitrust-hardened"
OWN = {FAITHFUL: (5, "round profit"), HARDENED: (10, "gain above Nash")}
NASH = np.array([[46_666_667, 26_666_667], [26_666_667, 46_666_667]])
DIVISION = np.array([[60_000_000, 0], [0, 60_000_000]])
TWO = (Action("Nash", NASH, True), Action("division", DIVISION, False))
RENT = 1800 - 13000 / 9


@cache
def shipped(name: str) -> Institution:
    return load_institution(read_text(library_root() / "institutions" / f"{name}.yaml"))


@cache
def duopoly() -> Any:
    return load_market("cournot-duopoly", find_workspace(library_root()))


def pattern(text: str) -> tuple[bool, ...]:
    return tuple(letter == "D" for letter in text)


@pytest.mark.parametrize(
    ("window", "rounds", "gain"),
    [
        (5, "DNNNN", RENT / 5),  # never seen
        (5, "DNNNDNNNN", 2 * RENT / 9),  # the free warning
        (1, "DNNNNN", RENT / 6),  # seen every round: the free-warning cycle
        (5, "N", 0.0),
    ],
)
def test_the_cycles_that_theory_gives(window: int, rounds: str, gain: float) -> None:
    bound = bind(variant(shipped(FAITHFUL), window, "round profit"), duopoly().facts)
    (kept,) = keep(duopoly().spec, bound, TWO, [CartelPlan(1, 0, pattern(rounds))])
    assert kept.gain == pytest.approx(gain, abs=2e-4)
    share = pattern(rounds).count(True) / len(rounds)
    assert kept.consumer_harm == pytest.approx(share * (24200 / 9 - 1800), abs=1e-3)


def interpreted(name: str, plan: CartelPlan, actions: tuple[Action, ...]) -> tuple[float, float]:
    """The same plan played one run at a time by the real `Governed`: gain and fines in the long run."""
    first = frontier_plans.SETTLING + frontier_plans.LASTING
    first -= frontier_plans.LASTING // len(plan.pattern) * len(plan.pattern)
    last = frontier_plans.SETTLING + frontier_plans.LASTING
    market = duopoly()
    market.spec = market.spec.model_copy(update={"rounds": last})
    try:
        governed = Governed(market, shipped(name))
        governed.reset(0)
        states = shipped(name).states
        profit = fined = 0.0
        for number in range(1, last + 1):
            standings = governed.standings.values()
            dares = all(
                (plan.dares is None or states.index(s.state) in plan.dares) and s.rounds_in_state < plan.entry
                for s in standings
            )
            chosen = plan.harmful if dares and plan.pattern[(number - 1) % len(plan.pattern)] else plan.rest
            rows = actions[chosen].quantities_e6 / 1e6
            moves = {firm: row for firm, row in zip(market.spec.firms, rows, strict=True) if governed.may_act(firm)}
            pending = governed.clear_and_judge(moves)
            governed.commit(pending)
            if number > first:
                profit += sum(pending.measures["profit_e6"]) / 2e6
                fined += sum(s.amount_e6 for s in pending.judgement.sanctions) / 2e6  # type: ignore[union-attr]
            governed.apply(pending)
        return (profit - fined) / (last - first) - 13000 / 9, fined / (last - first)
    finally:
        market.spec = market.spec.model_copy(update={"rounds": 50})


@pytest.mark.parametrize("name", [FAITHFUL, HARDENED])
def test_plans_over_arrays_are_those_of_the_real_judge(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(frontier_plans, "SETTLING", 30)
    monkeypatch.setattr(frontier_plans, "LASTING", 60)
    plans = [
        CartelPlan(1, 0),
        CartelPlan(1, 1),
        CartelPlan(1, 0, pattern("DDDDDDDNNNNNNNNN")),
        CartelPlan(1, 0, (True,), (0,)),
        CartelPlan(1, 0, (True,), (0, 1, 2), 3),
        CartelPlan(1, 0, pattern("DDN"), (0, 1)),
    ]
    found = keep(duopoly().spec, bind(shipped(name), duopoly().facts), TWO, plans)
    for plan, kept in zip(plans, found, strict=True):
        gain, fined = interpreted(name, plan, TWO)
        assert kept.gain == pytest.approx(gain, abs=1e-4), kept.plan
        assert kept.fined == pytest.approx(fined, abs=1e-6), kept.plan


def test_parking_under_the_hardened_threshold_keeps_what_its_closed_form_says(monkeypatch: pytest.MonkeyPatch) -> None:
    """Division at P = P_N + 0.2 (P_M - P_N) earns (P - 40) * 2 (100 - P); at Nash prices it harms nobody."""
    monkeypatch.setattr(frontier_plans, "CYCLES", (1, 2, 5))
    monkeypatch.setattr(frontier_plans, "ENTRIES", (1,))
    found = frontier_point(shipped(HARDENED), duopoly(), *OWN[HARDENED], runs=20, rounds=12)
    price = 190 / 3 + 0.2 * (70 - 190 / 3)
    parked, lawful = (price - 40) * 2 * (100 - price), (190 / 3 - 40) * 2 * (100 - 190 / 3)
    assert found.plans["best"].plan == "division at prices parked at 0.20 always"
    assert found.plans["best"].gain == pytest.approx(parked - 13000 / 9, abs=2e-3)
    assert found.plans["lawful"].gain == pytest.approx(lawful - 13000 / 9, abs=2e-3)
    assert found.harmful_share() == pytest.approx((parked - lawful) / (13000 / 9), abs=2e-6)
    assert found.plans["parked"] == found.plans["best"]
    assert found.plans["in turns"].plan.startswith("division at the best prices in ")
    assert found.harmful_share("in turns") <= found.harmful_share()
    assert found.plans["brazen"].plan == "division at the best prices always"
    assert found.plans["brazen"].fined > RENT  # 1.5 times the gain and more, as long as it goes on
    assert [one.play for one in found.nulls] == ["nash", "best-response", "learners", "quick-learners"]


def test_the_actions_park_under_structure_too() -> None:
    bound = bind(shipped(FAITHFUL), duopoly().facts)
    actions = {action.name: action for action in cartel_actions(duopoly().spec, bound)}
    assert set(actions) == {
        "Nash",
        "division at Nash prices",
        "division at the best prices",
        "parked division at Nash prices",
        "parked division at the best prices",
    }
    parked = actions["parked division at Nash prices"].quantities_e6
    assert parked[0, 0] / parked[0].sum() == pytest.approx(0.74, abs=1e-6)  # CV = 2 s - 1 = 0.48
    assert [action.lawful for action in actions.values()] == [True, True, False, True, False]
    assert actions["division at the best prices"].quantities_e6[0, 0] == pytest.approx(60e6, abs=1)
    plans = family(tuple(actions.values()), bound)
    assert len(set(plans)) == len(plans)
    assert all(
        action_is_lawful for action_is_lawful in (list(actions.values())[plan.rest].lawful for plan in plans[5:])
    )


@pytest.mark.parametrize("name", [FAITHFUL, HARDENED])
def test_a_variant_changes_window_and_base_and_nothing_else(name: str) -> None:
    window, base = OWN[name]
    assert longest_window(shipped(name)) == window
    assert variant(shipped(name), window, base).semantic_sha256 == shipped(name).semantic_sha256
    wide = variant(shipped(name), 2 * window, base)
    before, after = shipped(name).manifest.signals, wide.manifest.signals
    for key, signal in before.items():
        assert getattr(after[key], "window", 0) == 2 * getattr(signal, "window", 0)
    for other in BASES:
        fines = [edge.fine for edge in variant(shipped(name), window, other).manifest.transitions if edge.fine]
        assert {(fine.over, fine.above) for fine in fines} == {BASES[other]}
    short = variant(shipped(name), 1, base).manifest.signals
    assert {getattr(signal, "window", 1) for signal in short.values()} == {1}


def test_plans_are_told_in_words() -> None:
    states = ("active", "warning")
    assert CartelPlan(0, 0).words(TWO, states) == "Nash always"
    assert CartelPlan(1, 0, pattern("DNDN")).words(TWO, states) == "division in rounds 1, 3 of every 4, else Nash"
    assert (
        CartelPlan(1, 0, (True,), (0, 1), 3).words(TWO, states)
        == "division in active or warning for 3 rounds after entering it, else Nash"
    )


def test_audits_are_drawn_and_estimates_too() -> None:
    """An institution that draws is searched as well; where an audit is one in a million, nobody is sanctioned."""
    text = shipped(FAITHFUL).source.text
    text = text.replace("events:\n", "audits: {inspected: {probability: 0.000001, of: market}}\n\nevents:\n", 1)
    text = text.replace(
        "when: high_concentration || specialisation", "when: inspected && (high_concentration || specialisation)"
    )
    bound = bind(load_institution(Source("audited.yaml", text)), duopoly().facts)
    assert bound.draws
    (kept,) = keep(duopoly().spec, bound, TWO, [CartelPlan(1, 1)])
    assert kept.gain == pytest.approx(RENT, abs=1e-4)
