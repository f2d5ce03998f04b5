"""The arithmetic of section A3: when the tool pays."""

from __future__ import annotations

from itertools import product

import pytest

from agoranomos.scenarios.tool_use import DIRECT, TOOL, ToolUseSpec, break_even
from agoranomos.scenarios.tool_use.payoffs import best_route, earned, expected, regret
from agoranomos.scenarios.tool_use.spec import Accuracies, ByRoute

SPEC = ToolUseSpec()
TABLE = {
    (False, DIRECT, True): 1.0,
    (False, DIRECT, False): -0.2,
    (False, TOOL, True): 0.5,
    (False, TOOL, False): -0.7,
    (True, DIRECT, True): 4.8,
    (True, DIRECT, False): -0.2,
    (True, TOOL, True): 4.3,
    (True, TOOL, False): -0.7,
}


@pytest.mark.parametrize(("hard", "route", "right"), list(product((False, True), (DIRECT, TOOL), (False, True))))
def test_the_payoff_table(hard, route, right):
    assert earned(SPEC, hard=hard, route=route, right=right) == pytest.approx(TABLE[hard, route, right], abs=1e-12)


def test_the_tool_pays_only_above_0_417_on_easy_items_and_0_10_on_hard_ones():
    assert round(break_even(SPEC, hard=False), 3) == 0.417
    assert break_even(SPEC, hard=True) == pytest.approx(0.10)


@pytest.mark.parametrize("hard", [False, True])
@pytest.mark.parametrize(("off", "best"), [(-0.001, DIRECT), (0.001, TOOL)])
def test_just_beyond_the_break_even_the_best_route_changes(hard, off, best):
    gain = break_even(SPEC, hard=hard) + off
    by_route = ByRoute(direct=0.2, tool=0.2 + gain)
    spec = ToolUseSpec(accuracies=Accuracies(easy=by_route, hard=by_route))
    assert best_route(spec, hard=hard) == best
    assert regret(spec, hard=hard, route=best) == 0
    worse = regret(spec, hard=hard, route=1 - best)
    assert worse == pytest.approx(0.001 * (5.0 if hard else 1.2))


def test_expectations_are_means_over_right_and_wrong():
    for hard, route in product((False, True), (DIRECT, TOOL)):
        stated = SPEC.accuracies.hard if hard else SPEC.accuracies.easy
        share = stated.tool if route else stated.direct
        mean = share * TABLE[hard, route, True] + (1 - share) * TABLE[hard, route, False]
        assert expected(SPEC, hard=hard, route=route) == pytest.approx(mean)


def test_without_a_reward_the_tool_never_pays():
    spec = ToolUseSpec.model_validate({"rewards": {"easy": 0, "hard": 5}})
    assert break_even(spec, hard=False) == float("inf")
