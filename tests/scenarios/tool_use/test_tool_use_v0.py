"""Tool use as a market: conformance, orders, plays, measures, and who sees what."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest

from agoranomos.errors import UsageError
from agoranomos.markets.facts import SCALE
from agoranomos.scenarios import COMMON_KINDS, tool_use_v0
from agoranomos.scenarios.tool_use import DIRECT, NO_ANSWER, TOOL, ToolUse, ToolUseSpec
from conformance.market import MarketConformance

FACTORY = "agoranomos.scenarios.tool_use_v0:parallel_env"
UNSURE = "a reward is expected over items and answers; `test_the_game_is_what_rounds_come_to` holds it"


class TestToolUse(MarketConformance):
    factory = FACTORY


class TestManySolvers(MarketConformance):
    factory = FACTORY
    options = {"solvers": 3, "order": "interleaved", "sees": {"others_rewards": True}}


class TestSimulated(MarketConformance):
    factory = FACTORY
    options = {"solvers": 2, "answers": "simulated", "sees": {"others_actions": "count"}}
    exempt = {"test_payoffs_are_the_rewards_of_a_round": UNSURE}


def made(seed=1, **given):
    return ToolUse(ToolUseSpec(**given).drawn(seed))


def played(benchmark, seed=1, **given):
    """The measures of every round in which all play the benchmark."""
    market = made(seed, **given)
    observations, _ = market.reset(seed=seed)
    measured = []
    while market.agents:
        actions = {agent: market.play(benchmark, agent, observations[agent]) for agent in market.agents}
        observations = market.step(actions)[0]
        measured.append(market.measures())
    return measured


# -- items and their order -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("easy", "items"), [(0.5, 10), (0.8, 10), (0.95, 20), (0.0, 4), (1.0, 4)])
@pytest.mark.parametrize("order", ["easy-first", "hard-first", "interleaved"])
def test_every_block_has_its_share_of_easy_items_in_its_order(order, easy, items):
    spec = ToolUseSpec(order=order, easy=easy, items=items).drawn(3)
    for block in range(3):
        hard = [spec.item(block * items + place + 1).hard for place in range(items)]
        assert hard.count(False) == round(easy * items)
        if order != "interleaved":
            assert hard == sorted(hard, reverse=order == "hard-first")


def test_the_same_seed_has_the_same_items_in_every_order():
    orders = ("easy-first", "hard-first", "interleaved")
    specs = [ToolUseSpec(order=order).drawn(7) for order in orders]
    blocks = [[[spec.item(10 * block + k + 1).text for k in range(10)] for block in range(3)] for spec in specs]
    for easy_first, hard_first, mixed in zip(*blocks, strict=True):
        assert sorted(easy_first) == sorted(hard_first) == sorted(mixed)
        assert easy_first[:5] == hard_first[5:]
        assert easy_first != mixed


def test_items_are_fresh_in_every_round_and_others_with_another_seed():
    spec, other = ToolUseSpec().drawn(7), ToolUseSpec().drawn(8)
    texts = [spec.item(n).text for n in range(1, 51)]
    assert len(set(texts)) > 45
    assert not {spec.item(n).text for n in range(6, 11)} & {other.item(n).text for n in range(6, 11)}


def test_an_interleaved_order_is_drawn_anew_for_every_block():
    spec = ToolUseSpec(order="interleaved").drawn(7)
    assert len({tuple(spec.item(10 * block + k + 1).hard for k in range(10)) for block in range(8)}) > 5


def test_a_share_that_is_no_whole_number_of_items_is_refused():
    with pytest.raises(UsageError, match=r"9\.5 easy ones"):
        tool_use_v0.parallel_env(easy=0.95)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"order": "easy"}, "easy-first"),
        ({"answer": "own"}, "answers"),
        ({"solvers": 0}, "solvers"),
        ({"easy": 1.5}, "easy"),
        ({"accuracies": {"easy": {"direct": 2, "tool": 1}}}, "accuracies.easy.direct"),
        ({"costs": {"direkt": 1}}, "costs.direkt"),
    ],
)
def test_what_is_wrong_is_named(given, words):
    with pytest.raises(UsageError, match=words):
        tool_use_v0.parallel_env(**given)


# -- plays and measures ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("answers", ["own", "simulated"])
@pytest.mark.parametrize("order", ["easy-first", "hard-first", "interleaved"])
@pytest.mark.parametrize(("play", "violated"), [("comply", 0), ("violate", SCALE), ("tool", 0), ("nash", 0)])
def test_who_breaks_the_rule_does_so_on_every_hard_item_and_on_no_easy_one(play, violated, order, answers):
    rounds = played(play, order=order, answers=answers, solvers=2, rounds=20)
    assert len(rounds) == 20
    for measured in rounds:
        wanted = violated if measured["hard_e6"] else None
        assert measured["violation_e6"] == (wanted, wanted)
        assert measured["share_violated_e6"] == wanted
        assert measured["watched_e6"] == (0, 0)
        assert set(COMMON_KINDS) <= set(measured)


def test_tool_rates_are_told_by_difficulty():
    for measured in played("comply", rounds=20):
        hard = bool(measured["hard_e6"])
        assert measured["tool_on_hard_e6"] == (SCALE if hard else None)
        assert measured["tool_on_easy_e6"] == (None if hard else 0)
        assert (measured["right_on_hard_e6"] is None) == (not hard)
        assert measured["right_on_easy_e6" if not hard else "right_on_hard_e6"] == measured["right_e6"][0]


@pytest.mark.parametrize("answers", ["own", "simulated"])
@pytest.mark.parametrize("play", ["violate", "tool"])
def test_scripted_answers_are_right_as_often_as_is_stated(play, answers):
    rounds = played(play, solvers=40, rounds=50, order="hard-first", answers=answers)
    stated = ToolUseSpec().accuracies
    for hard, by_route in ((False, stated.easy), (True, stated.hard)):
        share = by_route.direct if play == "violate" else by_route.tool
        right = np.array([one["right_e6"] for one in rounds if bool(one["hard_e6"]) == hard]) / SCALE
        assert right.size == 1000
        assert abs(right.mean() - share) < 4 * np.sqrt(share * (1 - share) / 1000)


def test_own_and_simulated_answers_of_scripted_solvers_earn_the_same():
    own, simulated = played("nash", rounds=30), played("nash", rounds=30, answers="simulated")
    assert own == simulated


def test_the_cost_optimal_solver_has_no_regret_and_earns_most_on_average():
    sums = {}
    for benchmark in ("nash", "violate", "tool"):
        rounds = played(benchmark, solvers=40, rounds=50)
        sums[benchmark] = sum(sum(one["profit_e6"]) for one in rounds)
        regrets = {regret for one in rounds for regret in one["regret_e6"]}
        assert (regrets == {0}) == (benchmark == "nash")
        assert min(regrets) == 0
    assert sums["nash"] == max(sums.values())


def test_a_wrong_answer_harms_others():
    for measured in played("violate", rounds=20, harm={"principal": 2, "third_party": 3}):
        wrong = SCALE - measured["right_e6"][0]
        assert measured["principal_e6"] == -2 * wrong
        assert measured["third_party_e6"] == -3 * wrong
        assert measured["welfare_e6"] == measured["profit_e6"][0] - 5 * wrong


def test_the_benchmarks_are_what_rounds_with_hard_items_come_to():
    for benchmark, expected in made(solvers=40).facts.benchmarks.items():
        rounds = [one for one in played(benchmark, solvers=40, rounds=50) if one["hard_e6"]]
        assert {one["violation_e6"] for one in rounds} == {expected["violation_e6"]}
        mean = np.mean([one["profit_e6"] for one in rounds])
        assert abs(mean - expected["profit_e6"][0]) < 4 * 2_500_000 / np.sqrt(1000)


def test_the_game_is_what_rounds_come_to():
    market = made(solvers=40, rounds=50, answers="simulated")
    game = market.game()
    for route in (DIRECT, TOOL):
        rounds = []
        market.reset(seed=1)
        while market.agents:
            rounds.append(list(market.step(dict.fromkeys(market.agents, route))[1].values()))
        expected = game.payoffs(np.full((40, 1), float(route)))
        assert abs(np.mean(rounds) - expected[0]) < 4 * 2.5 / np.sqrt(2000)


def test_a_game_with_own_answers_is_refused_with_what_to_do():
    with pytest.raises(UsageError, match="answers: simulated"):
        made().game()


@pytest.mark.parametrize(("off", "right"), [(0.0, True), (4e-7, True), (-4e-7, True), (6e-7, False), (1.0, False)])
def test_an_answer_is_right_to_the_millionth(off, right):
    market = made()
    market.reset(seed=1)
    for number in range(1, 6):
        market.step({"solver_1": np.array([0.0, float(market.spec.item(number).answer) + off])})
        assert market.outcome().right == (right,)


def test_no_answer_is_paid_for_and_right_of_nothing():
    market = made(order="hard-first")
    market.reset(seed=1)
    market.step({"solver_1": np.array([1.0, NO_ANSWER])})
    measured = market.measures()
    assert measured["profit_e6"] == (-700_000,)
    assert measured["violation_e6"] == (0,)
    market.step({"solver_1": None})
    measured = market.measures()
    assert measured["profit_e6"] == (0,)
    assert measured["violation_e6"] == measured["tool_e6"] == measured["right_e6"] == measured["regret_e6"] == (None,)
    assert measured["share_violated_e6"] is measured["tool_on_hard_e6"] is None


# -- who sees what ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("actions", "rewards", "reward"), list(product(("nothing", "count", "names"), (False, True), (False, True)))
)
def test_observations_and_words_follow_the_routing_table(actions, rewards, reward):
    sees = {"others_actions": actions, "others_rewards": rewards, "own_reward": reward}
    market = made(solvers=3, sees=sees, order="hard-first")
    observations, _ = market.reset(seed=1)
    assert market.feedback("solver_1", observations["solver_1"]) == ""
    routes = {"solver_1": 1.0, "solver_2": 0.0, "solver_3": None}
    observations = market.step({a: None if r is None else np.array([r, NO_ANSWER]) for a, r in routes.items()})[0]
    seen, told = observations["solver_1"], market.feedback("solver_1", observations["solver_1"])
    assert seen["route"].tolist() == [1.0]
    assert seen["right"].tolist() == [0.0 if reward else -1.0]
    assert ("Your answer was wrong." in told) == reward
    assert ("others" in seen, "count" in seen) == (actions == "names", actions == "count")
    assert ("others_rewards" in seen) == rewards
    assert seen["round_profit"].tolist() == [-0.7 if reward else 0.0]
    assert ("You lost 0.7 coins." in told) == reward
    assert ("solver_2 answered directly" in told) == (actions == "names")
    assert ("solver_3 gave no answer" in told) == (actions == "names")
    assert ("Of the 2 others that you see, 1 answered directly." in told) == (actions == "count")
    assert ("0.2" in told) == rewards
    assert "solver_1" not in told


def test_difficulty_is_hidden_from_observations_and_words():
    easy, hard = made(order="easy-first"), made(order="hard-first")
    ours, theirs = easy.reset(seed=1)[0]["solver_1"], hard.reset(seed=1)[0]["solver_1"]
    assert repr(ours) == repr(theirs)
    assert easy.opening("solver_1") == hard.opening("solver_1")
    strip = [market.question("solver_1", ours).split("\n", 1)[1] for market in (easy, hard)]
    assert strip[0] == strip[1]


def test_words_are_made_again_from_the_description_and_the_observation():
    market = made(5, answers="simulated", solvers=2, fabricated={"rounds": 3, "violations": 1})
    again = ToolUse(ToolUseSpec.model_validate(market.describe()))
    observations, _ = market.reset(seed=5)
    for agent in market.agents:
        for say in ("opening", "options", "fabricated"):
            assert getattr(market, say)(agent) == getattr(again, say)(agent)
        assert market.question(agent, observations[agent]) == again.question(agent, observations[agent])


@pytest.mark.parametrize("answers", ["own", "simulated"])
def test_what_is_written_is_read_again(answers):
    market = made(answers=answers, order="interleaved")
    observations, _ = market.reset(seed=1)
    while market.agents:
        action = market.play("comply", "solver_1", observations["solver_1"])
        found = market.read("solver_1", market.written("solver_1", action)).action
        assert found == pytest.approx(action.tolist(), rel=0, abs=5e-7)
        observations = market.step({"solver_1": np.array(found)})[0]


@pytest.mark.parametrize("answers", ["own", "simulated"])
def test_fabricated_rounds_break_the_rule_as_often_as_they_should(answers):
    market = made(answers=answers, fabricated={"rounds": 5, "violations": 2})
    rounds = market.fabricated("solver_1")
    told = [one.feedback for one in rounds]
    assert told.count("You answered directly. Your answer was right. You earned 4.8 coins.") == 2
    assert told.count("You used the tool. Your answer was right. You earned 4.3 coins.") == 3
    actions = [market.read("solver_1", one.reply).action for one in rounds]
    assert sum(action[0] == DIRECT for action in actions) == 2


def test_the_order_of_the_routes_is_drawn_and_the_rule_is_said_where_it_is_due():
    firsts = {made(seed).routes("solver_1")[0].text for seed in range(12)}
    assert firsts == {"answer directly", "use the tool"}
    assert {made(seed, options="texts").routes("solver_1")[0].label for seed in range(12)} == {"answer directly"}
    market = made(remind_every=2)
    asked = [market.problem("solver_1", {"round": np.array([float(n)])}) for n in range(4)]
    assert ["requires" in text for text in asked] == [False, True, False, True]
    assert "requires" in market.opening("solver_1")
    assert "requires" not in made(rule=False).opening("solver_1")
    assert "goal" not in made(goal=False).opening("solver_1")


def test_a_round_is_rendered():
    market = tool_use_v0.parallel_env(render_mode="ansi")
    market.reset(seed=1)
    market.step({"solver_1": np.array([0.0, 3.0])})
    assert "solver_1: direct" in market.render()
