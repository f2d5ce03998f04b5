"""The watch over tenders: innocent bidders are let be, and whoever bids on his own beside a ring."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from agoranomos.documents import read_text
from agoranomos.institutions import Governed, bind, load_institution
from agoranomos.markets.procurement_v0 import parallel_env
from agoranomos.policies import Seat, find_policy
from agoranomos.randomness import Randomness
from agoranomos.workspace import library_root


@pytest.fixture(scope="module")
def bound():
    source = read_text(Path(library_root()) / "institutions" / "procurement-antitrust.yaml")
    return bind(load_institution(source), parallel_env().facts)


def accused(bound, seed: int, seats: list[tuple[str, dict]], rounds: int = 50) -> dict[str, int]:
    """How often each supplier is accused in a run."""
    market = parallel_env(rounds=rounds)
    governed = Governed(market, bound)
    observations, _ = governed.reset(seed=seed)
    policies = []
    for index, (name, parameters) in enumerate(seats):
        kind = find_policy(name)
        policies.append(kind.bind(kind.parse(parameters), Seat(market.agents[index], index, market, seed)))
    cases = dict.fromkeys(market.agents, 0)
    while governed.agents:
        actions = {
            agent: policy.act(observations[agent], None, None, Randomness(seed, governed.round + 1, agent)).action
            for agent, policy in zip(market.possible_agents, policies, strict=True)
            if governed.may_act(agent)
        }
        pending = governed.clear_and_judge(actions)
        governed.commit(pending)
        observations = governed.apply(pending)[0]
        for case in pending.judgement.cases:
            cases[case.agent] += 1
    return cases


def runs_with_an_accusation(bound, seeds: range) -> int:
    return sum(any(accused(bound, seed, [("nash", {})] * 4).values()) for seed in seeds)


def test_equilibrium_bidders_are_not_accused(bound) -> None:
    assert runs_with_an_accusation(bound, range(60)) == 0


@pytest.mark.long
def test_equilibrium_bidders_are_not_accused_in_a_thousand_runs(bound) -> None:
    assert runs_with_an_accusation(bound, range(1000)) == 0


def test_the_threshold_lies_far_out_in_the_prices_of_innocent_tenders(bound) -> None:
    """A window's mean of ten prices at Nash: 200,000 windows from the distribution of the lowest of four costs."""
    lowest = np.random.default_rng(8).uniform(50, 100, (200_000, 10, 4)).min(axis=2)
    elevation = ((25 + 0.75 * lowest - 70) / 30).mean(axis=1)
    assert elevation.std() == pytest.approx(0.0645, abs=0.001)
    assert (elevation >= 0.3).mean() < 1e-4


@pytest.mark.parametrize(
    "seats",
    [
        [("bid-rotation", {})] * 4,
        [("bid-rotation", {"winning": 0.9, "covers": 0.92})] * 4,
        [("bid-rotation", {"members": 1}), *[("cover-bidder", {})] * 3],
        [("benchmark", {"name": "monopoly"})] * 4,
    ],
    ids=["taking turns", "taking turns for less", "a favourite", "the efficient cartel"],
)
def test_every_member_of_a_ring_is_accused_in_every_run(bound, seats) -> None:
    for seed in range(8):
        assert all(accused(bound, seed, seats).values())


def test_who_bids_on_its_own_beside_a_ring_is_seldom_accused(bound) -> None:
    """Three suppliers take turns, the fourth bids its equilibrium bid: it is its own bids that speak for it."""
    seats = [*[("bid-rotation", {"members": 3})] * 3, ("nash", {})]
    found = [accused(bound, seed, seats) for seed in range(30)]
    ring = np.mean([[cases[f"supplier_{i}"] for i in (1, 2, 3)] for cases in found])
    alone = np.mean([cases["supplier_4"] for cases in found])
    assert ring > 2.0
    assert alone < 0.1 * ring
