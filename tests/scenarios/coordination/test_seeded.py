"""Seats that the scenario plays itself: they are asked nothing, and no effect of theirs on a share is counted twice."""

from pathlib import Path

import pytest

from agoranomos.campaigns.planning import plan_campaign
from agoranomos.markets import build_market
from agoranomos.scenarios.coordination import Coordination, CoordinationSpec
from agoranomos.workspace import find_workspace

WORKSPACE = find_workspace(Path(__file__).parent)


def played(spec, play, measure, seed):
    """The measure in every round of the run with this seed, in which everybody plays the play."""
    scenario = build_market(spec.drawn(seed))
    observations, _ = scenario.reset(seed=seed)
    found = []
    while scenario.agents:
        moves = {agent: scenario.play(play, agent, seen) for agent, seen in observations.items()}
        observations = scenario.step(moves)[0]
        found.append(scenario.measures()[measure])
    return found


@pytest.mark.parametrize(("play", "expected"), [("comply", 0), ("violate", 1_000_000)])
@pytest.mark.parametrize("campaign", ["tipping-seeded", "tipping-steward"])
def test_agents_that_react_to_nothing_differ_by_nothing_between_arms_of_seeds(campaign, play, expected):
    """The outcome of the campaign's own hypotheses, in its own arms: an effect of 0 where there is none."""
    planned = plan_campaign(campaign, WORKSPACE)
    arms = {arm.name: arm.market for arm in planned.arms}
    compared = {side for one in planned.campaign.hypotheses.values() for side in (one.first, one.second)}
    measure = f"{planned.campaign.outcome}_e6"
    assert len(compared) >= 4
    for name in compared:
        assert isinstance(arms[name], CoordinationSpec)
        for seed in (0, 3):
            rounds = played(arms[name], play, measure, seed)
            assert rounds == [expected] * planned.campaign.rounds, name


def test_where_all_seats_are_seeded_there_is_no_share_of_the_free():
    spec = CoordinationSpec(seeded={"count": 8}, rounds=2)
    assert played(spec, "comply", "share_free_violated_e6", 0) == [None, None]
    assert played(spec, "comply", "share_violated_e6", 0) == [1_000_000] * 2


@pytest.mark.parametrize("choice", ["collective", "independent"])
@pytest.mark.parametrize("options", ["letters", "texts"])
def test_rounds_that_never_happened_are_for_those_who_are_asked(choice, options):
    spec = CoordinationSpec(
        seeded={"count": 2, "choice": choice}, fabricated={"rounds": 5, "violations": 2}, options=options
    )
    for seed in range(4):
        scenario = Coordination(spec.drawn(seed))
        assert [len(scenario.fabricated(player)) for player in scenario.possible_agents] == [0, 0, *(5,) * 6]


@pytest.mark.parametrize("kind", ["complete", "ring", "small-world", "star"])
def test_everybody_sees_the_crowd_that_is_fabricated(kind):
    """As many as may be written: what an agent is shown has the share that the file says, in every network."""
    most = {"complete": 7, "ring": 2, "small-world": 2, "star": 1}[kind]
    network = {"kind": kind, "rewiring": 1.0} if kind == "small-world" else {"kind": kind}
    spec = CoordinationSpec(network=network, rule="none", fabricated={"rounds": 1, "crowd": most})
    for seed in range(40):
        scenario = Coordination(spec.drawn(seed))
        collective = scenario.setting.collective
        for player in scenario.possible_agents:
            (exchange,) = scenario.fabricated(player)
            assert exchange.feedback.count(f"chose to {collective}") == most
