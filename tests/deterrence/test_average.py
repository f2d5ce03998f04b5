"""The best long-run average against all cycles of small graphs, and with chance against a linear programme."""

import itertools

import networkx as nx
import numpy as np
import pytest
from scipy.optimize import linprog

from agoranomos.deterrence.average import best_average, best_total
from agoranomos.errors import AgoraError, UsageError

CERTAIN = np.ones(1)


def _random_problem(seed, states, actions):
    rng = np.random.default_rng(seed)
    return rng.integers(0, states, (states, actions)), rng.integers(-9, 10, (states, actions)).astype(float)


def _by_all_cycles(successor, reward):
    graph = nx.DiGraph()
    for state, action in itertools.product(*map(range, successor.shape)):
        after, earned = int(successor[state, action]), reward[state, action]
        if not graph.has_edge(state, after) or graph[state][after]["earned"] < earned:
            graph.add_edge(state, after, earned=earned)
    reached = graph.subgraph(nx.descendants(graph, 0) | {0})
    means = [
        np.mean([graph[a][b]["earned"] for a, b in itertools.pairwise([*cycle, cycle[0]])])
        for cycle in nx.simple_cycles(reached)
    ]
    return max(means)


@pytest.mark.parametrize("seed", range(60))
def test_it_is_the_greatest_mean_of_a_cycle_that_the_start_leads_to(seed):
    successor, reward = _random_problem(seed, 3 + seed % 7, 1 + seed % 3)
    found = best_average(successor[:, :, None], reward[:, :, None], CERTAIN)
    assert found.average == pytest.approx(_by_all_cycles(successor, reward), abs=1e-9)
    state = 0
    rewards = []
    for _ in range(5_000):
        action = found.policy[state]
        rewards.append(reward[state, action])
        state = successor[state, action]
    assert np.mean(rewards[2_480:]) == pytest.approx(found.average, abs=0.02)  # 2,520 rounds: whole cycles up to ten


def test_a_choice_that_leads_where_nothing_can_be_chosen_is_not_made():
    successor = np.array([[1, 0], [1, 1]])[:, :, None]
    reward = np.array([[100.0, 1.0], [-np.inf, -np.inf]])[:, :, None]
    assert best_average(successor, reward, CERTAIN).average == 1.0
    with pytest.raises(AgoraError, match="for ever"):
        best_average(successor[:, :1], reward[:, :1], CERTAIN)


@pytest.mark.parametrize("seed", range(12))
def test_with_chance_it_is_the_optimum_of_the_linear_programme(seed):
    rng = np.random.default_rng(seed)
    states, actions, chance = 5, 2, np.array([0.3, 0.7])
    successor = rng.integers(0, states, (states, actions, 2))
    successor[:, :, 0] = (np.arange(states)[:, None] + 1) % states  # everybody meets everybody
    reward = rng.normal(size=(states, actions, 2))
    # Puterman 1994, section 8.8: how often each choice is made, when as many enter a state as leave it.
    flows = np.zeros((states, states * actions))
    for s, a in itertools.product(range(states), range(actions)):
        flows[s, s * actions + a] += 1
        for k, p in enumerate(chance):
            flows[successor[s, a, k], s * actions + a] -= p
    equations = np.vstack([flows, np.ones(states * actions)])
    best = linprog(-(reward @ chance).ravel(), A_eq=equations, b_eq=[0] * states + [1])
    found = best_average(successor, reward, chance)
    assert found.average == pytest.approx(-best.fun, abs=1e-5)
    assert found.lower - 1e-9 <= -best.fun <= found.upper + 1e-9


def test_the_best_total_includes_the_end():
    successor = np.array([[0, 1], [1, 1]])[:, :, None]
    reward = np.array([[1.0, 5.0], [0.0, 0.0]])[:, :, None]
    assert best_total(successor, reward, CERTAIN, 10) == 9 + 5


def test_chance_that_decides_for_ever_is_refused_with_the_bounds(monkeypatch):
    monkeypatch.setattr("agoranomos.deterrence.average._MOST_ROUNDS", 200)
    successor = np.array([[[1, 2]], [[1, 1]], [[2, 2]]])  # one toss, and then 3 or 7 for ever
    reward = np.array([[[0.0, 0.0]], [[3.0, 3.0]], [[7.0, 7.0]]])
    with pytest.raises(UsageError, match=r"between 3\.000 and 7\.000"):
        best_average(successor, reward, np.array([0.5, 0.5]))
