"""Lakes to fish on in tests, and rounds played on them."""

from agoranomos.scenarios.commons_monitor import CommonsMonitor, CommonsMonitorSpec

SCALE = 1_000_000


def lake(seed=1, **keys):
    keys = {"first": "fisher_1", "wording": 0, **keys} if keys.get("monitor") != "none" else {"wording": 0, **keys}
    return CommonsMonitor(CommonsMonitorSpec(**keys).drawn(seed))


def played(scenario, names, seed=1, rounds=None):
    """The measures of every round in which each fisher plays a named play; one name stands for all."""
    observations, _ = scenario.reset(seed=seed)
    measures = []
    while scenario.agents and (rounds is None or len(measures) < rounds):
        plays = names if isinstance(names, dict) else dict.fromkeys(scenario.agents, names)
        observations = scenario.step(
            {agent: scenario.play(plays[agent], agent, observations[agent]) for agent in scenario.agents}
        )[0]
        measures.append(scenario.measures())
    return measures
