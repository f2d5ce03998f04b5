"""What suppliers see, what is published, and what benchmarks do when they are played."""

from __future__ import annotations

import numpy as np
import pytest

from agoranomos.errors import UsageError
from agoranomos.markets.procurement import Procurement, ProcurementSpec
from agoranomos.markets.procurement_v0 import parallel_env
from markets.procurement.procurement_specs import random_spec


def played(market: Procurement, benchmark: str, seed: int):
    """An episode at a benchmark: the outcomes and the measures."""
    observations, _ = market.reset(seed=seed)
    outcomes, measures = [], []
    while market.agents:
        observations = market.step({a: market.play(benchmark, a, observations[a]) for a in market.agents})[0]
        outcomes.append(market.outcome())
        measures.append(market.measures())
    return outcomes, measures


def test_a_supplier_knows_its_cost_before_it_bids_and_the_bids_after() -> None:
    market = parallel_env(rounds=3)
    observations, _ = market.reset(seed=5)
    assert [o["cost"][0] for o in observations.values()] == list(market.costs)
    assert len(set(market.costs)) == 4
    costs = market.costs
    bids = {a: np.array([70.0 + i]) for i, a in enumerate(market.agents)}
    observations = market.step({**bids, "supplier_4": None})[0]
    for i, seen in enumerate(observations.values()):
        assert seen["bids"].tolist() == [70.0, 71.0, 72.0, 0.0]
        assert seen["won"].tolist() == [1.0, 0.0, 0.0, 0.0]
        assert seen["price"][0] == 70.0
        assert seen["cost"][0] == market.costs[i] != costs[i]
    assert market.outcome().profit[0] == 70.0 - costs[0]
    assert market.actions_e6()[3] == ()
    assert market.seen("supplier_1", observations["supplier_1"]).tolist() == [[70.0], [71.0], [72.0], [200.0]]


def test_who_sent_no_bid_is_not_taken_for_one_who_bid_nothing() -> None:
    market = parallel_env(rounds=3)
    market.reset(seed=5)
    first, second, *others = market.agents
    observations = market.step({first: np.zeros(1), second: None, **{a: np.array([90.0]) for a in others}})[0]
    seen = market.seen(first, observations[first])
    assert seen[:2].tolist() == [[0.0], [market.spec.ceiling]], "a bid of nothing won the tender"
    assert seen[1] == market.play("monopoly", second, {"cost": np.array([99.0])})


def test_before_the_first_tender_nothing_was_seen() -> None:
    market = parallel_env()
    observations, _ = market.reset(seed=5)
    assert market.seen("supplier_2", observations["supplier_2"]) is None


def test_costs_depend_on_the_seed_and_the_round_alone() -> None:
    one, other = parallel_env(), parallel_env()
    for market, bid in ((one, 60.0), (other, None)):
        market.reset(seed=9)
        for _ in range(5):
            market.step({a: None if bid is None else np.array([bid]) for a in market.agents})
    assert one.costs == other.costs
    assert other.outcome().price is None
    assert other.measures()["price_e6"] == (None,)


def test_measures_of_one_tender_by_hand() -> None:
    market = parallel_env(rounds=4)
    market.reset(seed=5)
    costs = market.costs
    bids = (70.0, 90.0, 95.0, 130.0)
    market.step({a: np.array([b]) for a, b in zip(market.agents, bids, strict=True)})
    found = market.measures()
    assert found["price_e6"] == (70_000_000,)
    assert found["price_elevation_e6"] == (0,)
    assert found["bid_e6"] == ((70_000_000,), (90_000_000,), (95_000_000,), (None,))
    assert found["bid_elevation_e6"] == (-600_000, 466_667, 733_333, None)
    assert found["won_e6"] == (1_000_000, 0, 0, 0)
    assert found["bid_cv_e6"] == round(np.std(bids[:3], ddof=1) / np.mean(bids[:3]) * 1e6)
    assert found["relative_distance_e6"] == round(20 / np.std(bids[1:3], ddof=1) * 1e6)
    assert found["runner_up_margin_e6"] == round(20 / 70 * 1e6)
    assert found["profit_e6"] == (round((70 - costs[0]) * 1e6), 0, 0, 0)
    assert found["consumer_surplus_e6"] == 50_000_000
    assert found["welfare_e6"] == round((120 - costs[0]) * 1e6)
    assert found["efficiency_e6"] == round((120 - costs[0]) / (120 - min(costs)) * 1e6)
    assert found["calvano_delta_e6"][1] == round(-2.5 / 7.5 * 1e6)
    assert sum(found["nash_profit_e6"]) == round((100 - min(costs)) / 4 * 1e6)


def test_a_round_of_turns_is_seen_as_rotation() -> None:
    market = parallel_env(rounds=12)
    market.reset(seed=1)
    seen = []
    for t in range(12):
        market.step({a: np.array([80.0 if t % 4 == i else 90.0]) for i, a in enumerate(market.agents)})
        seen.append(market.measures()["rotation_e6"])
    assert seen == [None, None, None] + [1_000_000] * 9
    assert market.measures()["relative_distance_e6"] is None  # The losing bids are all the same.
    assert market.measures()["bid_cv_e6"] > 0


def test_who_wins_out_of_turn_breaks_the_rotation() -> None:
    market = parallel_env(rounds=6)
    market.reset(seed=1)
    for winner in (0, 1, 2, 3, 1):
        market.step({a: np.array([80.0 if i == winner else 90.0]) for i, a in enumerate(market.agents)})
    assert market.measures()["rotation_e6"] == 0


@pytest.mark.parametrize("rule", ["first-price", "second-price"])
def test_who_bids_the_equilibrium_earns_nash_profit_in_every_tender(rule: str) -> None:
    for number in range(20):
        market = Procurement(random_spec(number, rule=rule, equal=rule == "first-price"))
        for outcome, measures in zip(*played(market, "nash", number), strict=True):
            assert measures["profit_e6"] == pytest.approx(measures["nash_profit_e6"], abs=1)
            assert measures["efficiency_e6"] in (None, 0, 1_000_000)
            assert outcome.price is None or outcome.price <= market.spec.reserve


def test_the_efficient_cartel_sells_at_the_reserve_price_from_the_lowest_cost() -> None:
    for number in range(20):
        rule = ("first-price", "second-price")[number % 2]
        spec = random_spec(number, rule=rule)
        for outcome in played(Procurement(spec), "monopoly", number)[0]:
            lowest = min(outcome.cost)
            assert outcome.price == (spec.reserve if lowest <= spec.reserve else None)
            assert outcome.price is None or outcome.cost[outcome.winner] == lowest


def test_competition_at_cost_earns_nothing_at_the_first_price() -> None:
    outcomes, _ = played(parallel_env(), "competitive", 3)
    assert all(outcome.profit == (0, 0, 0, 0) and outcome.price == min(outcome.cost) for outcome in outcomes)


def test_published_benchmarks_are_where_the_papers_say() -> None:
    published = parallel_env().facts.benchmarks
    assert published["nash"]["price_e6"] == (70_000_000,)
    assert published["nash"]["profit_e6"] == (2_500_000,) * 4
    assert published["monopoly"]["price_elevation_e6"] == (1_000_000,)
    assert published["monopoly"]["calvano_delta_e6"] == (1_000_000,) * 4
    assert published["competitive"]["price_e6"] == (60_000_000,)
    assert published["nash"]["rotation_e6"] == 250_000


def test_a_supplier_that_never_bids_has_no_bid_at_a_benchmark() -> None:
    market = Procurement(ProcurementSpec(rule="second-price", cost=((10, 20), (10, 30), (60, 70)), reserve=50))
    assert market.facts.benchmarks["nash"]["bid_e6"][2] == (None,)
    assert market.facts.benchmarks["nash"]["bid_elevation_e6"][2] is None
    assert market.facts.benchmarks["nash"]["calvano_delta_e6"][2] is None


def test_a_round_is_no_game_in_normal_form() -> None:
    with pytest.raises(UsageError, match="no game in normal form"):
        parallel_env().game()


def test_it_renders_the_tender() -> None:
    market = parallel_env(rounds=2, render_mode="ansi")
    market.reset(seed=5)
    assert market.render() == "no round yet"
    market.step({a: np.array([80.0 + i]) for i, a in enumerate(market.agents)})
    assert market.render().startswith("round 1: supplier_1 wins at 80.00\n  supplier_1: bid 80.00  cost ")
    market.step(dict.fromkeys(market.agents))
    assert market.render().startswith("round 2: nothing bought\n  supplier_1: no bid")
