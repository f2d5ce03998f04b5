"""The published ladder, with plans of Nash and division rounds: the cycles that the spec derives by hand."""

import numpy as np
import pytest

from agoranomos.deterrence.certificate import certify
from agoranomos.deterrence.derived import changed, derived, tree_of
from agoranomos.deterrence.play import named_plans

from .solving import NASH, duopoly, model_of, shipped, solve

RENT = 1800 - NASH
SEEN_AT_ONCE = [f"signals.{name}.window=1" for name in ("high_concentration", "specialisation", "recovered")]


@pytest.fixture(scope="module")
def plans():
    return named_plans(duopoly().spec, ["nash", "division"])


def test_the_free_warning_is_the_best_where_every_round_is_seen():
    found = certify(changed(shipped("cournot-antitrust"), SEEN_AT_ONCE), duopoly(), plans=["nash", "division"])
    assert found.best_plan.gain_per_round == pytest.approx(RENT / 6, abs=1e-4)
    assert found.best_plan.gain_per_round == pytest.approx(59.26, abs=0.005)
    assert sorted(one.action for one in found.best_plan.cycle) == ["division"] + ["nash"] * 5
    assert found.best_plan.fines_per_round == 0


@pytest.fixture(scope="module")
def found():
    return certify(shipped("cournot-antitrust"), duopoly(), plans=["nash", "division"])


def test_two_rounds_in_nine_are_the_best_with_the_windows_that_are_shipped(found):
    assert found.best_plan.gain_per_round == pytest.approx(2 * RENT / 9, abs=1e-4)
    assert found.best_plan.gain_per_round == pytest.approx(79.01, abs=0.005)
    assert found.best_plan.consumer_harm_per_round == pytest.approx(2 / 9 * (2688.8889 - 1800), abs=1e-3)
    assert len(found.best_plan.cycle) == 9
    assert not found.holds
    assert found.harmful_gain_per_round == pytest.approx(found.best_plan.gain_per_round, abs=1e-4)
    assert found.best_plan.gain_over_50_rounds > found.best_plan.gain_per_round  # nobody waits for the end


def test_division_in_one_round_of_five_is_the_best_that_is_never_seen(plans):
    model = model_of(shipped("cournot-antitrust"), plans)
    crossing = np.array([any(one.edge >= 0 for one in effects) for effects in model.ladder.effects])
    assert solve(model, crossing[model.effect]).average - NASH == pytest.approx(RENT / 5, abs=1e-4)


def _never(model, governing, edge):
    index = {one.key: one.index for one in governing.edges}[edge]
    crossing = np.array([any(one.edge == index for one in effects) for effects in model.ladder.effects])
    return crossing[model.effect]


def test_the_first_fine_and_the_reset_after_it_leave_twenty_a_round(plans):
    seen_at_once = changed(shipped("cournot-antitrust"), SEEN_AT_ONCE)
    tree = tree_of(seen_at_once)
    tree["transitions"] = [edge for edge in tree["transitions"] if edge["to"] != "credited"]
    without_credits = derived(seen_at_once, tree)
    model = model_of(without_credits, plans)
    best = solve(model, _never(model, without_credits, "P3_restoration:warning->active"))
    # Two rounds of division, one of them fined 35% of 1800, then two clean ones.
    assert best.average - NASH == pytest.approx((2 * RENT - 630) / 4, abs=1e-4)
    assert best.average - NASH == pytest.approx(20.28, abs=0.005)


def test_credits_make_the_reset_slower_so_that_it_is_worth_less_in_the_long_run(plans):
    governing = changed(shipped("cournot-antitrust"), SEEN_AT_ONCE)
    model = model_of(governing, plans)
    best = solve(model, _never(model, governing, "P3_restoration:warning->active"))
    assert 0 < best.average - NASH < 20


def test_grim_trigger_alone_sustains_division_from_a_discount_factor_of_036(found):
    assert found.critical.discount_factor == pytest.approx(0.36, abs=1e-9)
    assert [fine for fine, _ in found.critical.detection] == [630, 1350, 1800]
    assert [odds for _, odds in found.critical.detection] == pytest.approx([0.5644, 0.2634, 0.1975], abs=5e-5)


def test_one_firm_alone_gains_nothing_over_nash(found):
    assert found.unilateral_gain_per_round == pytest.approx(0, abs=1e-4)
