import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agoranomos.errors import UsageError
from agoranomos.markets import CournotSpec, build_market
from agoranomos.markets.cournot.env import Cournot
from agoranomos.markets.cournot.spec import cournot_spec
from agoranomos.randomness import named_generator

DIVISION = {"firm_1": np.array([60.0, 0.0]), "firm_2": np.array([0.0, 60.0])}
DEVIATION = {"firm_1": np.array([60.0, 20.0]), "firm_2": np.array([0.0, 60.0])}


def started(seed=1, **fields):
    market = build_market(cournot_spec(**fields))
    market.reset(seed=seed)
    return market


def test_before_the_first_round_everything_is_zero():
    observations, infos = build_market(CournotSpec()).reset(seed=1)
    assert infos == {"firm_1": {}, "firm_2": {}}
    for observation in observations.values():
        assert {key: value.shape for key, value in observation.items()} == {
            "quantity": (2,),
            "price": (2,),
            "share": (2,),
            "profit": (2,),
            "round_profit": (1,),
            "cumulative_profit": (1,),
            "round": (1,),
        }
        assert not any(value.any() for value in observation.values())


def test_a_round_of_the_papers_market():
    market = started()
    market.step(DIVISION)
    observations, rewards, terminated, truncated, infos = market.step(DEVIATION)
    assert rewards == {"firm_1": 2000.0, "firm_2": 1200.0}
    assert not any(terminated.values())
    assert not any(truncated.values())
    assert infos == {"firm_1": {"projected": False}, "firm_2": {"projected": False}}
    own = observations["firm_1"]
    assert own["quantity"].tolist() == [60, 20]
    assert own["price"].tolist() == [70, 60]
    assert own["share"].tolist() == [1, 0.25]
    assert own["profit"].tolist() == [1800, 200]
    assert own["round_profit"].tolist() == [2000]
    assert own["cumulative_profit"].tolist() == [3800]
    assert own["round"].tolist() == [2]


def test_measures_and_actions_are_those_of_the_round():
    market = started()
    market.step(DEVIATION)
    assert market.actions_e6() == ((60_000_000, 20_000_000), (0, 60_000_000))
    measures = market.measures()
    assert measures is market.measures()
    assert measures["profit_e6"] == (2_000_000_000, 1_200_000_000)
    assert measures["share_e6"] == ((1_000_000, 250_000), (0, 750_000))
    assert measures["welfare_e6"] == 5_700_000_000


def test_published_benchmarks_are_the_measures_of_a_round_at_each():
    market = started()
    published = market.facts.benchmarks
    assert list(published) == ["nash", "monopoly", "competitive", "division"]
    market.step(DIVISION)
    assert market.measures() == published["division"] == published["monopoly"]
    assert published["nash"]["price_elevation_e6"] == (0, 0)
    assert published["nash"]["hhi_e6"] == (537_190, 537_190)


def test_losses_are_shown_as_they_are():
    market = started(capacity=1000)
    flood = {agent: np.array([300.0, 0.0]) for agent in market.agents}
    observations, rewards, *_ = market.step(flood)
    assert rewards == {"firm_1": -12000.0, "firm_2": -15000.0}
    assert observations["firm_2"]["cumulative_profit"].tolist() == [-15000]
    assert market.measures()["profit_e6"] == (-12_000_000_000, -15_000_000_000)


def test_nobody_sells_and_shares_read_as_zero():
    market = started()
    observations, *_ = market.step({agent: np.zeros(2) for agent in market.agents})
    assert observations["firm_1"]["share"].tolist() == [0, 0]
    assert market.measures()["hhi_e6"] == (None, None)


def test_an_infeasible_action_is_projected_and_the_agent_named():
    market = started()
    *_, infos = market.step({"firm_1": np.array([150.0, 50.0]), "firm_2": np.array([0.0, 60.0])})
    assert market.actions_e6() == ((75_000_000, 25_000_000), (0, 60_000_000))
    assert market.projected() == ("firm_1",)
    assert infos["firm_1"]["projected"]
    assert not infos["firm_2"]["projected"]
    market.step(DIVISION)
    assert market.projected() == ()


def test_the_last_round_truncates_and_then_there_is_no_other():
    market = started(rounds=2)
    market.step(DIVISION)
    *_, terminated, truncated, _ = market.step(DIVISION)
    assert truncated == {"firm_1": True, "firm_2": True}
    assert not any(terminated.values())
    assert market.agents == []
    with pytest.raises(UsageError, match="episode is over"):
        market.step(DIVISION)
    market.reset(seed=2)
    assert market.agents == ["firm_1", "firm_2"]
    assert market.actions_e6() == ()


def test_before_reset_there_is_nothing_to_step_or_measure():
    market = build_market(CournotSpec())
    with pytest.raises(UsageError, match="no episode has begun"):
        market.step(DIVISION)
    with pytest.raises(UsageError, match="no round has been cleared"):
        market.measures()


@pytest.mark.parametrize(
    ("actions", "message"),
    [
        ({"firm_1": [60, 0]}, "no action for firm_2"),
        ({}, "no action for firm_1, firm_2"),
        ({**DIVISION, "firm_3": [1, 1]}, "unknown agent 'firm_3'"),
        ({"firm_1": [60, 0], "firm_l": [0, 60]}, "unknown agent 'firm_l'"),
        ({"firm_1": [60, 0], "firm_2": [0, np.nan]}, "the action of firm_2"),
    ],
)
def test_a_wrong_step_says_what_is_wrong_and_changes_nothing(actions, message):
    market = started()
    market.step(DIVISION)
    before = market.measures()
    with pytest.raises(UsageError) as caught:
        market.step(actions)
    assert message in str(caught.value)
    assert market.measures() == before
    assert market.round_number == 1
    market.step(DIVISION)


def test_float32_actions_and_lists_are_quantities_too():
    market = started()
    market.step({"firm_1": np.array([60, 0], dtype=np.float32), "firm_2": [0, 60]})
    assert market.actions_e6() == ((60_000_000, 0), (0, 60_000_000))


def test_the_horizon_is_nowhere_to_be_seen():
    """Two markets that differ in their horizon only look the same until the shorter one ends."""
    short, long = started(rounds=3), started(rounds=300)
    for _ in range(2):
        a, b = short.step(DEVIATION), long.step(DEVIATION)
        for agent in DEVIATION:
            assert all(np.array_equal(a[0][agent][key], b[0][agent][key]) for key in a[0][agent])
        assert a[1:] == b[1:]


# Demand shocks


def shocked_prices(seed, rounds=4, **fields):
    market = started(seed, demand_shock={"sigma": 0.1}, **fields)
    return [market.step(DIVISION)[0]["firm_1"]["price"].tolist() for _ in range(rounds)]


def test_shocks_come_from_the_seed_and_the_round_alone():
    assert shocked_prices(5) == shocked_prices(5) == shocked_prices(5, marginal_cost=((1, 2), (3, 4)), rounds=4)
    assert shocked_prices(5) != shocked_prices(6)
    z = named_generator(5, "demand-shock", 2).standard_normal(2)
    assert shocked_prices(5)[1] == pytest.approx(100 * (1 + 0.1 * z) - 30, abs=1e-6)


def test_what_firms_do_does_not_change_the_shocks():
    a, b = (started(5, demand_shock={"sigma": 0.1}) for _ in range(2))
    a.step(DIVISION)
    b.step(DEVIATION)
    a.step(DIVISION)
    b.step(DIVISION)
    assert a.outcome().intercept == b.outcome().intercept


def test_a_good_without_sigma_is_not_shocked():
    market = started(5, demand_shock={"sigma": [0.0, 0.2]})
    market.step(DIVISION)
    assert market.outcome().intercept[0] == 100
    assert market.outcome().intercept[1] != 100


def test_conduct_does_not_move_with_the_shocks():
    market = started(5, demand_shock={"sigma": 0.2}, rounds=20)
    for _ in range(20):
        market.step(DIVISION)
        measures = market.measures()
        assert measures["price_elevation_e6"] == measures["restraint_e6"] == (1_000_000, 1_000_000)
        assert measures["calvano_delta_e6"] == (1_000_000, 1_000_000)
        assert measures["surplus_ratio_e6"] == 669_421


def test_without_a_seed_the_next_episode_follows_from_the_last():
    def three_episodes(market):
        prices = []
        for seed in (5, None, None):
            market.reset(seed=seed)
            prices.append(market.step(DIVISION)[0]["firm_1"]["price"].tolist())
        return prices

    spec = cournot_spec(demand_shock={"sigma": 0.1})
    first = three_episodes(build_market(spec))
    assert first == three_episodes(build_market(spec))
    assert len({tuple(prices) for prices in first}) == 3


def test_markets_that_were_never_seeded_differ():
    spec = cournot_spec(demand_shock={"sigma": 0.1})
    seen = set()
    for _ in range(3):
        market = build_market(spec)
        market.reset()
        seen.add(tuple(market.step(DIVISION)[0]["firm_1"]["price"].tolist()))
    assert len(seen) == 3


# Caps


@given(
    st.lists(st.floats(-50, 300), min_size=2, max_size=2),
    st.integers(0, 1_000_000),
)
@settings(max_examples=60, deadline=None)
def test_a_capped_action_clears_within_the_cap(action, share_e6):
    market = started()
    capped = market.cap("firm_1", np.array(action), share_e6)
    market.step({"firm_1": capped, "firm_2": np.zeros(2)})
    assert sum(market.actions_e6()[0]) <= 100 * share_e6


def test_within_the_cap_an_action_stays_as_it_is():
    market = started()
    action = np.array([30.0, -1.0])
    assert market.cap("firm_1", action, 300_000) is action
    assert market.cap("firm_1", action, 150_000).tolist() == [15, 0]
    assert market.cap("firm_1", action, 0).tolist() == [0, 0]


@pytest.mark.parametrize(
    ("agent", "action", "share", "message"),
    [
        ("firm_3", [1, 1], 0, "unknown agent"),
        ("firm_1", [1, 1], 1_000_001, "share of capacity"),
        ("firm_1", [1, 1], -1, "share of capacity"),
        ("firm_1", [np.nan, 1], 0, "finite"),
    ],
)
def test_a_cap_that_makes_no_sense_is_refused(agent, action, share, message):
    with pytest.raises(UsageError, match=message):
        started().cap(agent, np.array(action, dtype=float), share)


# Description and rendering


def test_a_description_builds_the_same_market():
    spec = cournot_spec(name="odd", alpha=[100.1, 1 / 3], demand_shock={"sigma": 0.1}, rounds=7)
    described = Cournot(spec).describe()
    assert described["alpha"] == ["100.1", "0.3333333333333333"]
    assert CournotSpec.model_validate(described) == spec


def test_a_round_as_text():
    market = Cournot(CournotSpec(), render_mode="ansi")
    market.reset(seed=1)
    assert market.render() == "no round yet"
    market.step(DEVIATION)
    assert market.render() == (
        "round 1: A at 70.00  B at 60.00\n  firm_1: 60.00  20.00  profit 2000.00\n  firm_2: 0.00  60.00  profit 1200.00"
    )
    assert started().render() is None
    market.close()


def test_an_unknown_render_mode_is_refused():
    with pytest.raises(UsageError, match="render mode"):
        Cournot(CournotSpec(), render_mode="human")
