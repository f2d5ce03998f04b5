"""GovSim's metrics of a whole run, against their definitions written out."""

import numpy as np
import pytest

from agoranomos.markets import commons_v0
from agoranomos.markets.commons import CommonsSpec, run_metrics
from agoranomos.markets.commons.measures import equality


def played(share, rounds=12, users=5):
    """Takes [T, N] and stocks [T] of a fishery where user i takes `share[i]` of what it finds."""
    market = commons_v0.parallel_env(users=users, rounds=rounds)
    observations, _ = market.reset(seed=1)
    takes, stocks = [], []
    while market.agents:
        stock = observations[market.agents[0]]["stock"]
        observations = market.step({agent: share[i] * stock for i, agent in enumerate(market.agents)})[0]
        takes.append(market.outcome().take)
        stocks.append(market.outcome().next_stock)
    return market.spec, np.array(takes), np.array(stocks)


def test_sustainable_users_survive_with_all_there_is_to_gain():
    found = run_metrics(*played([0.1] * 5))
    assert found.survival_time == 12
    assert found.gain == pytest.approx((120.0,) * 5)
    assert (found.efficiency, found.equality, found.over_use) == pytest.approx((1.0, 1.0, 0.0))


def test_all_at_once_survives_one_month():
    found = run_metrics(*played([1.0] * 5))
    assert found.survival_time == 1
    assert found.gain == pytest.approx((20.0,) * 5)
    assert found.efficiency == pytest.approx(100 / 600)
    assert found.over_use == 1.0


def test_a_run_that_ended_early_is_held_against_its_planned_length():
    spec, takes, stocks = played([1.0] * 5)
    assert run_metrics(spec, takes[:1], stocks[:1], rounds=12) == run_metrics(spec, takes, stocks)


def test_one_who_takes_more_is_over_use_by_one_in_five():
    found = run_metrics(*played([0.12, 0.1, 0.1, 0.1, 0.1], rounds=4))
    assert found.over_use == pytest.approx(0.2)
    assert found.equality < 1.0


@pytest.mark.parametrize("seed", range(20))
def test_equality_is_one_less_gini_over_all_pairs(seed):
    amounts = np.random.default_rng(seed).exponential(1.0, 7)
    pairs = np.abs(amounts[:, None] - amounts).sum() / (2 * 7 * amounts.sum())
    assert equality(amounts.tolist()) == pytest.approx(1.0 - pairs)


def test_nothing_taken_has_no_equality_and_other_shapes_are_refused():
    spec = CommonsSpec(users=2)
    assert run_metrics(spec, np.zeros((3, 2)), np.full(3, 100.0)).equality is None
    logistic = CommonsSpec(users=2, growth={"form": "logistic"})
    assert run_metrics(logistic, np.zeros((3, 2)), np.full(3, 100.0)).efficiency is None
    with pytest.raises(ValueError, match="were expected"):
        run_metrics(spec, np.zeros((3, 3)), np.zeros(3))
