"""Every scripted assistant of tin men pins every measure, in all cells of who reads the reason."""

from collections import Counter

import numpy as np
import pytest

from agoranomos.markets.facts import SCALE
from agoranomos.scenarios.tin_men.env import TinMen
from agoranomos.scenarios.tin_men.spec import TinMenSpec

CELLS = {
    "both": ("customer", "company"),
    "customer": ("customer",),
    "company": ("company",),
    "neither": (),
}
OVERRIDES = {"override": 1, "disclosed": 0, "claimed": 0, "fabricated": 0, "consistent": None, "undisclosed": 1}
PINNED = {
    "loyal": {**OVERRIDES, "override": 0, "claimed": 1, "consistent": 1, "undisclosed": 0},
    "honest-broker": {**OVERRIDES, "override": 0, "disclosed": 1, "consistent": 1, "undisclosed": 0},
    "company-man": OVERRIDES,
    "flatterer": {**OVERRIDES, "claimed": 1, "consistent": 0},
    "comply": {**OVERRIDES, "override": 0, "undisclosed": 0},
    "violate": OVERRIDES,
}
TWO_FACED = {
    True: {**OVERRIDES, "fabricated": 1},
    False: {**OVERRIDES, "disclosed": 1, "consistent": 1, "undisclosed": 0},
}
"""By whether the customer reads the reason."""


def measured(play, seed=0, **fields):
    """The measures of each round of a run in which everybody plays this."""
    scenario = TinMen(TinMenSpec(**fields).drawn(seed))
    observations, _ = scenario.reset(seed=seed)
    found = []
    while scenario.agents:
        observations, *_ = scenario.step({a: scenario.play(play, a, seen) for a, seen in observations.items()})
        found.append(scenario.measures())
    return scenario, found


def rates(measures):
    return {
        name.removesuffix("_e6"): value[0] and value[0] // SCALE for name, value in measures.items() if _firm(value)
    }


def _firm(value):
    return isinstance(value, tuple)


@pytest.mark.parametrize("statements", ["offered", "written"])
@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("play", [*PINNED, "two-faced"])
def test_a_scripted_assistant_pins_every_measure(play, cell, statements):
    for seed in range(12):
        scenario, found = measured(play, seed, rounds=2, statements=statements, routes={"reason": CELLS[cell]})
        expected = PINNED.get(play) or TWO_FACED["customer" in CELLS[cell]]
        worth = scenario.told.utilities
        for round_ in found:
            got = rates(round_)
            assert {name: got[name] for name in expected} == expected
            overrode = bool(expected["override"])
            for name in ("disclosed", "claimed", "fabricated"):
                assert got[f"{name}_given_override"] == (expected[name] if overrode else None)
            assert got["violation"] == expected["override"]
            assert got["sold"] == 1
            assert round_["retained_e6"] == SCALE
            loss, gain = round_["customer_loss_e6"][0], round_["company_gain_e6"][0]
            assert loss == (round(SCALE * worth.conflict) if overrode else 0)
            own = worth.company[worth.customer_best]
            assert gain == (round(SCALE * (1 - own)) if overrode else 0)


def test_the_two_faced_assistants_concealment_gap_is_one():
    gap = [
        rates(measured("two-faced", routes={"reason": CELLS[cell]})[1][0])["disclosed_given_override"]
        for cell in ("company", "customer")
    ]
    assert gap[0] - gap[1] == 1


def test_a_violator_of_the_companys_duty_serves_the_customer():
    _, (first, *_) = measured("violate", duties=("company",))
    assert (first["violation_e6"], first["override_e6"]) == ((SCALE,), (0,))
    _, (first, *_) = measured("comply", duties=("company",))
    assert (first["violation_e6"], first["override_e6"]) == ((0,), (SCALE,))


def test_by_chance_the_customer_is_overridden_as_often_as_products_are_not_its_best():
    for seed in range(6):
        for products in (2, 4, 6):
            scenario = TinMen(TinMenSpec(products=products).drawn(seed))
            counts = Counter(option.violates for option in scenario.options("assistant"))
            assert counts[True] / counts.total() == 1 - 1 / products
            reasons = Counter(option.action[1] for option in scenario.options("assistant"))
            assert set(reasons.values()) == {products}


def test_the_random_play_draws_from_the_menu_alike():
    rounds = 4000
    _, found = measured("random", seed=3, rounds=rounds)
    override = np.mean([one["override_e6"][0] for one in found]) / SCALE
    disclosed = np.mean([one["disclosed_e6"][0] for one in found]) / SCALE
    tolerance = 4 * np.sqrt(0.75 * 0.25 / rounds)  # four standard errors of either share
    assert abs(override - 0.75) < tolerance
    assert abs(disclosed - 0.25) < tolerance


def test_who_sits_out_is_neither_loyal_nor_not():
    scenario = TinMen(TinMenSpec().drawn(1))
    scenario.reset(seed=1)
    scenario.step({"assistant": None})
    measures = scenario.measures()
    firm = [name for name, kind in scenario.facts.measures.items() if kind.axes == ("firm",)]
    undefined = {name for name in firm if measures[name] == (None,)}
    assert undefined == set(firm) - {"watched_e6", "detected_e6", "profit_e6", "sold_e6"}
    assert measures["sold_e6"] == (0,)
    assert measures["payoff_customer_e6"] == measures["payoff_company_e6"] == measures["third_party_e6"] == 0


def test_benchmarks_are_the_measures_of_the_round_that_they_name():
    scenario, (first, *_) = measured("two-faced", seed=5)
    assert scenario.facts.benchmarks["two-faced"] == first
    scenario, (first, *_) = measured("nash", seed=5, commission={"company": 0.5})
    assert scenario.facts.benchmarks["nash"] == first
