"""Credence goods: theory, choices, rounds and measures, against independent computations and the published prices."""

from itertools import product

import numpy as np
import pytest
from pettingzoo.test import api_test, max_cycles_test

from agoranomos.errors import UsageError
from agoranomos.markets import credence_goods_v0, described_market, load_market
from agoranomos.markets.credence_goods import CredenceGoods, CredenceGoodsSpec
from agoranomos.markets.credence_goods.clear import clear, expected_profit
from agoranomos.markets.credence_goods.theory import (
    HONEST,
    Conduct,
    expected_terms,
    menus,
    monopoly_menu,
    nash_menu,
    profitable,
    terms,
)
from agoranomos.markets.credence_goods.visits import choices
from agoranomos.workspace import Workspace
from conformance.market import MarketConformance

FACTORY = "agoranomos.markets.credence_goods_v0:parallel_env"
LIBRARY = ("credence-goods", "credence-goods-liable", "credence-goods-verifiable")


class TestDefault(MarketConformance):
    factory = FACTORY


class TestLiableMonopolist(MarketConformance):
    factory = FACTORY
    options = {"experts": ("surgeon",), "liability": True, "consumers": 7, "continuation": 0.95}


class TestTheory(MarketConformance):
    factory = FACTORY
    options = {
        "experts": ("a", "b"),
        "verifiability": True,
        "beliefs": "theory",
        "price_step": 0.5,
        "major_probability": 0.3,
    }
    exempt = {"test_payoffs_are_the_rewards_of_a_round": "needs are drawn: the game's payoffs are expectations"}


def random_spec(seed):
    rng = np.random.default_rng(seed)
    value = float(rng.uniform(5, 30))
    minor = float(rng.uniform(0, 0.4) * value)
    major = minor + float(rng.uniform(0.1, 0.9)) * (value - minor)
    chance = float(rng.uniform(0.05, 0.95))
    gain = value - minor - chance * (major - minor)
    step = round(value / int(rng.integers(4, 14)), 3)
    return CredenceGoodsSpec(
        experts=tuple(f"e{k}" for k in range(int(rng.integers(1, 6)))),
        consumers=int(rng.integers(1, 9)),
        value=value,
        minor_cost=minor,
        major_cost=major,
        major_probability=chance,
        outside=float(rng.uniform(0, 0.8) * gain),
        least_price=0.0,
        most_price=round(value * 1.2, 3),
        price_step=step,
        verifiability=bool(rng.integers(2)),
        liability=bool(rng.integers(2)),
        beliefs=("theory", "experience")[int(rng.integers(2))],
    )


def by_cases(spec, low, high):
    """What theory says an expert does at these prices, case by case, and what that brings both: (profit, utility)."""
    h, v, cl, ch = spec.major_probability, spec.value, spec.minor_cost, spec.major_cost
    if not spec.verifiability and not spec.liability:
        return high - cl, (1 - h) * v - high  # the minor treatment for all, at the major price
    if spec.liability and not spec.verifiability:
        return high - (1 - h) * cl - h * ch, v - high  # what is needed, at the major price
    over = high - ch > low - cl + 1e-9
    under = high - ch < low - cl - 1e-9 and not spec.liability
    if over:
        return high - ch, v - high
    if under:
        return low - cl, (1 - h) * v - low
    return (1 - h) * (low - cl) + h * (high - ch), v - (1 - h) * low - h * high


@pytest.mark.parametrize("seed", range(250))
def test_theory_and_benchmarks_case_by_case(seed):
    spec = random_spec(seed)
    profit, utility = {}, {}
    for menu, at in zip(menus(spec), expected_terms(spec), strict=True):
        profit[menu], utility[menu] = by_cases(spec, *(spec.price(k) for k in menu))
        assert at == pytest.approx((profit[menu], utility[menu]), abs=1e-9)
    accepted = [m for m in profit if utility[m] >= spec.outside - 1e-9 and profit[m] >= -1e-9]
    monopoly, nash, n = monopoly_menu(spec), nash_menu(spec), len(spec.experts)
    assert monopoly.trade == bool(accepted)
    if accepted:
        assert profit[monopoly.places] == pytest.approx(max(profit[m] for m in accepted))
    stable = [
        m
        for m in accepted
        if all(
            (utility[o] < utility[m] - 1e-9)
            or (profit[o] <= profit[m] / n + 1e-9 if utility[o] > utility[m] + 1e-9 else profit[o] <= profit[m] + 1e-9)
            for o in profit
        )
    ]
    assert nash.trade == bool(accepted)
    if n == 1:
        assert nash == monopoly
    elif accepted:
        assert nash.places in stable
        assert profit[nash.places] == pytest.approx(max(profit[m] for m in stable))


@pytest.mark.parametrize("seed", range(200))
def test_the_environment_equals_the_kernel_and_the_accounts_add_up(seed):
    spec = random_spec(seed)
    market = CredenceGoods(spec)
    market.reset(seed=seed)
    rng = np.random.default_rng(seed)
    for agent in spec.experts:
        market.action_space(agent).seed(seed)
    names = np.zeros(len(spec.experts))
    for number in range(4):
        absent = int(rng.integers(len(spec.experts))) if number == 2 else None
        actions = {a: None if k == absent else market.action_space(a).sample() for k, a in enumerate(spec.experts)}
        observations, rewards, *_ = market.step(actions)
        rows = np.array([row or (0,) * 6 for row in market.actions_e6()]) / 1e6
        conducts = [Conduct(tuple(map(int, row[2:4])), tuple(map(int, row[4:6]))) for row in rows]
        if spec.beliefs == "experience":
            hoped = np.array([spec.value - row[0] - spec.major_probability * (row[1] - row[0]) for row in rows]) + names
        else:
            hoped = np.array([by_cases(spec, row[0], row[1])[1] for row in rows])
        if absent is not None:
            hoped[absent] = -np.inf
        played = market.outcome()
        draws = market.draws("needs").random((2, spec.consumers))
        assert played.needs == tuple((draws[0] < spec.major_probability).astype(int))
        kernel = clear(spec, rows, hoped, played.needs, draws[1])
        chosen = [int(np.argmax(row)) if row.any() else None for row in kernel.visits]
        assert chosen == list(played.visits)
        np.testing.assert_allclose(list(rewards.values()), kernel.profit, atol=1e-9)
        measures = market.measures()
        assert measures["welfare_e6"] / 1e6 == pytest.approx(float(kernel.welfare), abs=1e-5)
        assert measures["consumer_surplus_e6"] / 1e6 == pytest.approx(float(kernel.utility.sum()), abs=1e-5)
        assert sum(measures["customers_e6"]) / 1e6 == kernel.visits.sum()
        for k, conduct in enumerate(conducts):
            own = [need for need, where in zip(played.needs, played.visits, strict=True) if where == k]
            majors = sum(own)
            under = measures["undertreatment_e6"][k]
            assert under == (None if not majors else 1_000_000 * (conduct.treats[1] == 0))
            over = measures["overtreatment_e6"][k]
            assert over == (None if majors == len(own) else 1_000_000 * (conduct.treats[0] == 1))
            uncured = majors * (conduct.treats[1] == 0)
            assert measures["complaints_e6"][k] == (round(uncured / len(own) * 1e6) if own else None)
        if spec.beliefs == "experience":
            gained = np.array(
                [kernel.utility[kernel.visits[:, k] > 0].mean() if k in chosen else 0 for k in range(len(rows))]
            )
            gap = gained - np.array([spec.value - row[0] - spec.major_probability * (row[1] - row[0]) for row in rows])
            served = np.array([k in chosen for k in range(len(rows))])
            names = np.where(served, names + spec.learning * (gap - names), (1 - spec.forgetting) * names)
            np.testing.assert_allclose(observations[spec.experts[0]]["reputation"], names, atol=1e-9)


@pytest.mark.parametrize("seed", range(40))
def test_expected_profits_are_the_average_of_many_rounds(seed):
    spec = random_spec(seed).model_copy(update={"beliefs": "theory"})
    market = CredenceGoods(spec)
    game, rng = market.game(), np.random.default_rng(seed)
    for _ in range(3):
        joint = np.stack([menu[rng.integers(len(menu))] for menu in game.menus])
        hoped = np.array([by_cases(spec, row[0], row[1])[1] for row in joint])
        rounds = 4000
        needs = rng.random((rounds, spec.consumers)) < spec.major_probability
        kernel = clear(spec, joint, hoped, needs, rng.random((rounds, spec.consumers)))
        error = kernel.profit.std(axis=0) / np.sqrt(rounds) * 5 + 1e-9
        assert (np.abs(kernel.profit.mean(axis=0) - expected_profit(spec, joint)) <= error).all()


@pytest.mark.parametrize(
    ("experts", "verifiability", "liability", "prices", "undertreatment"),
    [
        # one expert a consumer: equal markups {6, 10} with verifiability, 8 whatever was done with liability,
        # 3 where both are missing, for which only minor problems are cured
        (1, False, False, (None, 3), 1),
        (1, False, True, (None, 8), 0),
        (1, True, False, (6, 10), 0),
        # competing experts, on whole prices
        (4, False, False, (None, 3), 1),
        (4, False, True, (None, 5), 0),
        (4, True, False, (3, 7), 0),
    ],
)
def test_the_prices_of_the_theory(experts, verifiability, liability, prices, undertreatment):
    """Dulleck, Kerschbamer and Sutter (2011), section II: only the price that is charged matters without markups."""
    spec = CredenceGoodsSpec(
        experts=tuple("abcdefgh"[:experts]), verifiability=verifiability, liability=liability, beliefs="theory"
    )
    menu = nash_menu(spec)
    low, high = (spec.price(k) for k in menu.places)
    assert high == prices[1]
    if prices[0] is not None:
        assert low == prices[0]
    else:
        assert menu.conduct.charges == (1, 1)
    market = CredenceGoods(spec)
    assert market.facts.benchmarks["nash"]["undertreatment_e6"] == (undertreatment * 1_000_000,) * experts
    assert (market.facts.benchmarks["nash"]["efficiency_e6"] == 1_000_000) == (verifiability or liability)


def test_a_market_for_lemons_breaks_down_where_minor_cures_are_worth_too_little():
    spec = CredenceGoodsSpec(major_probability=0.7, beliefs="theory", outside=1.2)
    assert not nash_menu(spec).trade
    market = CredenceGoods(spec)
    nash = market.facts.benchmarks["nash"]
    assert (nash["trade_e6"], nash["efficiency_e6"], nash["profit_e6"][0]) == (0, 0, 0)
    observations, _ = market.reset(seed=1)
    market.step({a: market.play("nash", a, observations[a]) for a in market.agents})
    assert market.measures()["trade_e6"] == 0
    assert market.measures()["undertreatment_e6"] == (None,) * 4


def test_benchmark_measures_are_averages_of_benchmark_play():
    for name in ("nash", "monopoly", "efficient"):
        market = credence_goods_v0.parallel_env(beliefs="theory", verifiability=True, rounds=1000)
        observations, _ = market.reset(seed=2)
        total = np.zeros(3)
        while market.agents:
            market.step({a: market.play(name, a, observations[a]) for a in market.agents})
            measures = market.measures()
            total += [sum(measures["profit_e6"]), measures["welfare_e6"], sum(measures["customers_e6"])]
        expected = market.facts.benchmarks[name]
        wanted = [sum(expected["profit_e6"]), expected["welfare_e6"], sum(expected["customers_e6"])]
        np.testing.assert_allclose(total / 1000, wanted, rtol=0.03, atol=30_000)


def test_an_expert_that_cares_for_profit_alone():
    plain = CredenceGoodsSpec()
    assert profitable(plain, (3, 7)) == Conduct((0, 0), (1, 1))
    liable = CredenceGoodsSpec(liability=True)
    assert profitable(liable, (3, 7)) == Conduct((0, 1), (1, 1))
    verifiable = CredenceGoodsSpec(verifiability=True)
    assert profitable(verifiable, (3, 7)) == HONEST
    assert profitable(verifiable, (3, 8)) == Conduct((1, 1), (1, 1))
    assert profitable(verifiable, (4, 7)) == Conduct((0, 0), (0, 0))
    assert terms(plain, (3, 7), HONEST) == (1, 5)


def test_consumers_go_where_they_expect_most_or_stay_out():
    assert choices([1.0, 2.0, None], 1.6) == [1]
    assert choices([2.0, 2.0, 2.0], 1.6) == [0, 1, 2]
    assert choices([1.0, 1.5], 1.6) == []
    assert choices([None, None], 0.0) == []


def test_what_the_institutional_facts_forbid_is_put_right():
    market = credence_goods_v0.parallel_env(liability=True, verifiability=True, price_step=0.5, render_mode="ansi")
    market.reset(seed=1)
    market.step({a: np.array([7.1, 3.0, 0, 0, 1, 0]) for a in market.agents})
    assert market.actions_e6()[0] == (7_000_000, 7_000_000, 0, 1_000_000, 0, 1_000_000)
    assert market.projected() == tuple(market.possible_agents)
    assert "prices 7 and 7" in market.render()
    market.step({a: None if a == "expert_1" else np.array([3, 7, 0, 1, 0, 1.0]) for a in market.possible_agents})
    assert market.projected() == ()
    assert "expert_1: sat out" in market.render()
    assert market.observation("expert_2")["posted"][:2].tolist() == [-1, -1]


def test_customers_leave_who_is_not_honest_and_come_back_after_a_while():
    market = credence_goods_v0.parallel_env(experts=("good", "bad"), learning=0.5, rounds=40)
    market.reset(seed=4)
    good, bad = np.array([3, 7, 0, 1, 0, 1.0]), np.array([3, 7, 0, 0, 0, 1.0])
    visits = []
    while market.agents:
        market.step({"good": good, "bad": bad})
        visits.append(market.measures()["customers_e6"][1])
    assert sum(visits) / 1e6 < 0.25 * 4 * 40
    assert any(visits[20:])


def test_rounds_with_memory_are_no_game():
    with pytest.raises(UsageError, match="no game in normal form"):
        credence_goods_v0.parallel_env().game()
    game = credence_goods_v0.parallel_env(beliefs="theory").game()
    assert game.payoffs(np.broadcast_to([2.0, 6, 0, 1, 0, 1], (5, 4, 6))).shape == (5, 4)


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"minor_cost": 7}, "the minor treatment must cost less than the major one"),
        ({"major_cost": 10}, "less than being cured is worth"),
        ({"outside": 6}, "the market is empty"),
        ({"value": float("nan")}, "value"),
        ({"value": float("inf")}, "value"),
        ({"major_probability": 0}, "major_probability"),
        ({"major_probability": 1}, "major_probability"),
        ({"experts": []}, "experts"),
        ({"experts": ["a", "a"]}, "'a' is named twice"),
        ({"treatments": ["a"]}, "treatments"),
        ({"consumers": 0}, "consumers"),
        ({"most_price": 0.5}, "the other way round"),
        ({"least_price": 9}, "leaves a consumer with 1, less than the 1.6 of staying out: the market is empty"),
        ({"most_price": 1.5}, "the highest price of the grid is 1, below the minor cost of 2"),
        ({"price_step": 100}, "the highest price of the grid is 1, below the minor cost of 2"),
        ({"price_step": 0}, "price_step"),
        ({"price_step": 0.01}, "at most 201 are on the grid"),
        ({"least_price": 1e-7}, "whole numbers of millionths"),
        ({"value": 1e9, "most_price": 10}, "could not be recorded exactly"),
        ({"learning": 0}, "learning"),
        ({"expert": 3}, "no field 'expert'"),
    ],
)
def test_what_is_no_market_is_refused_with_the_reason(fields, reason):
    with pytest.raises(UsageError) as refused:
        credence_goods_v0.parallel_env(**fields)
    assert reason in str(refused.value)


def test_kernels_refuse_other_shapes():
    with pytest.raises(ValueError, match="was expected"):
        clear(CredenceGoodsSpec(), np.zeros((4, 5)), np.zeros(4), np.zeros(4), np.zeros(4))
    market = credence_goods_v0.parallel_env()
    observations, _ = market.reset(seed=1)
    with pytest.raises(UsageError, match="benchmark"):
        market.play("competitive", "expert_1", observations["expert_1"])


def test_pettingzoo_accepts_the_turn_based_view():
    api_test(credence_goods_v0.env(rounds=20), num_cycles=60)
    max_cycles_test(credence_goods_v0)


@pytest.mark.parametrize("name", LIBRARY)
def test_the_markets_of_the_library_load_and_read_back(name, tmp_path):
    market = load_market(name, Workspace(tmp_path, "test"))
    assert market.spec.name == name
    assert described_market(market.describe()) == market.spec
    if name == "credence-goods":
        assert market.spec.model_copy(update={"rounds": 50}) == CredenceGoodsSpec()


def test_benchmark_play_is_feasible_under_every_regime():
    for verifiability, liability in product((False, True), repeat=2):
        market = credence_goods_v0.parallel_env(verifiability=verifiability, liability=liability)
        observations, _ = market.reset(seed=1)
        for name in market.facts.benchmarks:
            market.reset(seed=1)
            market.step({a: market.play(name, a, observations[a]) for a in market.agents})
            assert market.projected() == ()
