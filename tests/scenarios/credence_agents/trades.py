"""Experts, customers and assistants in tests, and rounds played by them."""

import numpy as np

from agoranomos.scenarios.credence_agents import CredenceAgents, CredenceAgentsSpec

SCALE = 1_000_000


def trade(seed=1, **keys):
    return CredenceAgents(CredenceAgentsSpec(**{"wording": 0, **keys}).drawn(seed))


def played(scenario, play, seed=1, rounds=None):
    """The measures of every round in which all play so."""
    observations, _ = scenario.reset(seed=seed)
    measures = []
    while scenario.agents and (rounds is None or len(measures) < rounds):
        acts = {agent: scenario.play(play, agent, observations[agent]) for agent in scenario.agents}
        observations = scenario.step({agent: _whole(row) for agent, row in acts.items()})[0]
        measures.append(scenario.measures())
    return measures


def _whole(row):
    return int(row[0]) if len(row) == 1 else row


def mean(measures, name):
    values = [one for found in measures for one in np.ravel(np.array(found[name], dtype=object)) if one is not None]
    return sum(values) / len(values) / SCALE if values else None
