"""Matrix games are environments like any other."""

import numpy as np
import pytest
from pettingzoo.test import api_test, max_cycles_test

from agoranomos.errors import UsageError
from agoranomos.markets import matrix_v0
from conformance.market import MarketConformance

TWO_BY_THREE = {
    "agents": ("left", "right"),
    "payoffs": {"left": [[1, 2, 3], [0, 5, 1.5]], "right": [[2, 0, 1], [1, 2.25, 2]]},
}
THREE = {"payoffs": [[[2, 2], [2, 2]], [[3, 3], [3, 0]]]}


class TestPrisonersDilemma(MarketConformance):
    factory = "agoranomos.markets.matrix_v0:parallel_env"


class TestUnequalActions(MarketConformance):
    factory = "agoranomos.markets.matrix_v0:parallel_env"
    options = TWO_BY_THREE


class TestThreeAgents(MarketConformance):
    factory = "agoranomos.markets.matrix_v0:parallel_env"
    options = {**THREE, "continuation": 0.9}


def test_pettingzoo_accepts_the_turn_based_view():
    api_test(matrix_v0.env(rounds=20), num_cycles=60)


def test_max_cycles_are_the_rounds():
    max_cycles_test(matrix_v0)


def test_payoffs_are_looked_up_and_everybody_sees_who_played_what():
    market = matrix_v0.parallel_env(**TWO_BY_THREE, rounds=2, render_mode="ansi")
    assert market.reset(seed=1)[0]["left"]["actions"].tolist() == [0, 0]
    assert market.render() == "no round yet"
    observations, rewards, _, truncated, _ = market.step({"left": 1, "right": 2})
    assert rewards == {"left": 1.5, "right": 2.0}
    assert observations["left"]["actions"].tolist() == [1, 2]
    assert truncated == {"left": False, "right": False}
    assert market.seen("left", observations["left"]).tolist() == [[1], [2]]
    assert market.render() == "round 1:\n  left: B  payoff 1.5\n  right: C  payoff 2"
    assert market.step({"left": 0, "right": 0})[3] == {"left": True, "right": True}


def test_nobody_plays_where_somebody_sits_out():
    market = matrix_v0.parallel_env(outside=-0.5, render_mode="ansi")
    market.reset(seed=1)
    observations, rewards, *_ = market.step({"row": None, "column": 1})
    assert rewards == {"row": -0.5, "column": -0.5}
    assert observations["column"]["actions"].tolist() == [-1, 1]
    assert market.seen("column", observations["column"]) is None
    measures = market.measures()
    assert measures["action_e6"] == (None, 1_000_000)
    assert measures["regret_e6"] == (0, 0)
    assert measures["efficiency_e6"] == 0
    assert "row: sat out" in market.render()


def test_the_environment_equals_the_kernel_over_many_rounds():
    market = matrix_v0.parallel_env(**THREE, rounds=300)
    rng = np.random.default_rng(5)
    actions = rng.integers(0, 2, (300, 3))
    expected = market.game().payoffs(actions[..., None].astype(float))
    market.reset(seed=1)
    for row, payoffs in zip(actions, expected, strict=True):
        rewards = market.step(dict(zip(market.agents, row.tolist(), strict=True)))[1]
        assert list(rewards.values()) == payoffs.tolist()


def test_what_is_seen_before_the_first_round_is_nothing():
    market = matrix_v0.parallel_env()
    observations, _ = market.reset(seed=1)
    assert market.seen("row", observations["row"]) is None


def test_actions_outside_the_menu_are_brought_into_it():
    market = matrix_v0.parallel_env()
    market.reset(seed=1)
    market.step({"row": 7, "column": np.array([0.4])})
    assert market.actions_e6() == ((1_000_000,), (0,))
    assert market.projected() == ("row", "column")


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"payoffs": [[1, 2], [3]]}, "payoffs[1] has 1 entries for 2 actions"),
        ({"payoffs": [[1, float("nan")], [3, 3]]}, "the payoff at [0][1] is nan; every payoff must be finite"),
        ({"payoffs": [[1, float("inf")], [3, 3]]}, "every payoff must be finite"),
        ({"payoffs": [[1, "x"], [1, 2]]}, "'x' at [0][1] is no number"),
        ({"payoffs": [[1, True], [1, 2]]}, "True at [0][1] is no number"),
        ({"payoffs": {"a": [[1]], "b": [[2], [3]]}}, "payoffs of b has 2 entries for 1 actions"),
        ({"payoffs": {"a": [[1]], "b": [2]}}, "payoffs of b[0] is a number; a list of 1 was expected"),
        ({"payoffs": {"a": [[[1]]], "b": [[2]]}}, "payoffs of a[0][0] is a list; a number was expected"),
        ({"payoffs": {"a": [[1]], "b": [[2]]}, "agents": ["a", "c"]}, "payoffs: nothing is said of the agent 'c'"),
        ({"payoffs": {"a": [[1]], "b": [[2]], "c": [[2]]}, "agents": ["a", "b"]}, "'c' is none of the agents (a, b)"),
        ({"payoffs": [[[1, 2], [3, 4]], [[1, 2], [3, 4]]]}, "give every agent its own table"),
        ({"payoffs": [[1e15, 2], [3, 4]]}, "could not be recorded exactly in millionths"),
        ({"payoffs": []}, "one table is for a symmetric game"),
        ({"payoffs": 7}, "a mapping"),
        ({"payoffs": [1, 2]}, "at least 2 items"),
        ({"actions": ["a", "a"]}, "actions of row: 'a' is named twice"),
        ({"actions": {"row": ["a", "b"], "column": ["a"]}}, "one table is for a symmetric game"),
        ({"agents": ["a", "a"]}, "agents: 'a' is named twice"),
        ({"agents": [["a"], ["b"]]}, "agents.0: a text was expected"),
        ({"agents": [{"a": 1}, {"b": 1}], "payoffs": {"a": [[1]], "b": [[1]]}}, "agents.0: a text was expected"),
        ({"outside": float("nan")}, "outside"),
        ({"payofs": 3}, "has no field 'payofs'"),
    ],
)
def test_what_is_no_game_is_refused_with_the_reason(fields, reason):
    with pytest.raises(UsageError) as refused:
        matrix_v0.parallel_env(**fields)
    assert reason in str(refused.value)


def test_tables_nested_too_deeply_are_refused():
    deep = 1.0
    for _ in range(40):
        deep = [deep]
    with pytest.raises(UsageError, match="more than 16 levels"):
        matrix_v0.parallel_env(payoffs={"a": deep, "b": deep})


def test_games_that_are_too_large_are_refused():
    row = [0.0] * 710
    with pytest.raises(UsageError, match="payoffs; a game may have 1,000,000"):
        matrix_v0.parallel_env(payoffs={"a": [row] * 710, "b": [row] * 710})


def test_a_story_can_be_told_in_other_words():
    plain = matrix_v0.parallel_env()
    told = matrix_v0.parallel_env(name="arms", agents=["east", "west"], actions=["disarm", "arm"])
    assert told.spec.table().tolist() == plain.spec.table().tolist()
    assert told.facts.agents == ("east", "west")
    assert told.spec.actions["west"] == ("disarm", "arm")


def test_a_described_game_reads_back():
    from agoranomos.markets import described_market

    for options in (TWO_BY_THREE, THREE, {}):
        market = matrix_v0.parallel_env(**options)
        assert described_market(market.describe()) == market.spec
