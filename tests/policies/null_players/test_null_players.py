"""Null players: their claims, and what theory says of them."""

from pathlib import Path

import numpy as np
import pytest

from agoranomos.agents.roster import load_roster
from agoranomos.agents.seating import seat_agents
from agoranomos.randomness import Randomness
from agoranomos.statistics.tipping import constant_hazard
from agoranomos.workspace import find_workspace, library_root
from conformance.policy import PolicyConformance, Setting, Trace, play, seated

ROLE_PLAY = "agoranomos.scenarios.role_play_v0:parallel_env"
THRESHOLD = f"{Path(__file__).with_name('threshold_game.py')}:threshold_game"
COORDINATION = "agoranomos.scenarios.coordination_v0:parallel_env"
MARKETS = {
    "a ring": Setting(ROLE_PLAY, {"workers": 4, "network": {"kind": "ring", "degree": 2}}),
    "one worker": Setting(ROLE_PLAY, {"workers": 1}),
    "three workers": Setting(ROLE_PLAY, {"workers": 3, "gap": (2.0,), "audit": {"probability": 0.9}}),
    "a threshold": Setting(THRESHOLD, {"members": 5, "threshold": 3}),
}


def violations(policy, parameters, setting, rounds, seeds):
    """Shares of agents that violate, [seed, round]."""
    found = []
    for seed in seeds:
        market = setting(rounds)
        found.append([np.mean(actions) for actions in play(seated(policy, parameters, market, seed), market, seed)])
    return np.array(found)


class TestIidChooser(PolicyConformance):
    policy = "iid-chooser"
    markets = MARKETS
    traces = (
        Trace(actions=(((1,),),) * 3, factory=ROLE_PLAY, parameters={"probability": 1.0}),
        Trace(actions=(((0,),),) * 3, factory=ROLE_PLAY, parameters={"probability": 0.0}),
    )


class TestConstantHazard(PolicyConformance):
    policy = "constant-hazard"
    markets = MARKETS
    traces = (
        Trace(actions=(((1,),), ((0,),), ((1,),)), factory=ROLE_PLAY, parameters={"hazard": 1.0, "persistence": 0.0}),
        Trace(actions=(((0,),),) * 3, factory=ROLE_PLAY, parameters={"hazard": 0.0}),
    )


class TestMyopicBestResponse(PolicyConformance):
    policy = "myopic-best-response"
    markets = MARKETS
    traces = (
        # Nobody begins; where nobody audits what pays more is done from the second round on, whoever else does it.
        Trace(actions=(((0,),), ((1,),), ((1,),)), factory=ROLE_PLAY, parameters={"start": 0.0}),
        Trace(actions=(((1,),) * 8,) * 3, factory=THRESHOLD, parameters={"start": 1.0}),
        Trace(actions=(((0,),) * 8,) * 3, factory=THRESHOLD, parameters={"start": 0.0}),
    )


class TestPayoffBiasedImitation(PolicyConformance):
    policy = "payoff-biased-imitation"
    markets = MARKETS
    traces = (
        Trace(actions=(((0,),) * 3,) * 3, factory=ROLE_PLAY, market={"workers": 3}, parameters={"start": 0.0}),
        Trace(actions=(((1,),) * 3,) * 3, factory=ROLE_PLAY, market={"workers": 3}, parameters={"start": 1.0}),
    )


@pytest.mark.parametrize("persistence", [1.0, 0.6])
def test_a_constant_hazard_gives_its_closed_form(persistence):
    setting = Setting(ROLE_PLAY, {"workers": 40})
    given = {"hazard": 0.1875, "persistence": persistence}
    curve = violations("constant-hazard", given, setting, 6, range(30)).mean(axis=0)
    assert curve == pytest.approx(constant_hazard(0.1875, 6, persistence=persistence), abs=0.045)


def test_what_it_sees_of_itself_is_what_it_goes_on_with():
    """A hand that slipped: it decided to keep the rule, and broke it."""
    market = Setting(ROLE_PLAY, {"workers": 1})(3)
    policy = seated("constant-hazard", {"hazard": 0.0}, market, 0)[0]
    observation = market.reset(seed=0)[0]["worker_1"]
    memory = policy.act(observation, None, policy.start(), Randomness(0, 1, "worker_1")).memory
    observation = market.step({"worker_1": np.array([1.0])})[0]["worker_1"]
    assert policy.act(observation, None, memory, Randomness(0, 2, "worker_1")).action.tolist() == [1.0]


@pytest.mark.parametrize(("chance", "expected"), [(0.45, 1.0), (0.55, 0.0)])
def test_a_best_reply_to_an_audit_turns_at_one_minus_low_over_high(chance, expected):
    """p* = 1 - L / H = 1/2 where breaking the rule pays twice as much."""
    setting = Setting(ROLE_PLAY, {"workers": 1, "gap": (2.0,), "audit": {"probability": chance}})
    curve = violations("myopic-best-response", {}, setting, 5, range(5)).mean(axis=0)
    assert curve[1:].tolist() == [expected] * 4


# q*(t, k) of the spec, section A4.5: the least share of others from which contributing pays.
UNSTABLE = {
    2: {0.25: 0.364, 0.5: 0.222, 1: 0.125, 2: 0.067, 4: 0.034},
    4: {0.25: 0.731, 0.5: 0.599, 1: 0.465, 2: 0.349, 4: 0.260},
    6: {0.25: 0.884, 0.5: 0.809, 1: 0.715, 2: 0.615, 4: 0.521},
    8: {0.25: 0.969, 0.5: 0.944, 1: 0.906, 2: 0.855, 4: 0.795},
}


@pytest.mark.parametrize("threshold", UNSTABLE)
@pytest.mark.parametrize("ratio", [0.25, 0.5, 1, 2, 4])
def test_the_expected_gain_changes_sign_at_the_unstable_point(threshold, ratio):
    market = Setting(THRESHOLD, {"threshold": threshold, "ratio": ratio})(1)
    policy = seated("myopic-best-response", {}, market, 0)[0]
    point = UNSTABLE[threshold][ratio]
    assert policy._gain(point - 0.001)[0] < 0 < policy._gain(point + 0.001)[0]


def shares(threshold, ratio, start, frequency="others", seeds=60):
    """Mean shares in round 1 and in round 6."""
    setting = Setting(THRESHOLD, {"threshold": threshold, "ratio": ratio})
    given = {"start": start, "frequency": frequency}
    return violations("myopic-best-response", given, setting, 6, range(seeds))[:, [0, -1]]


@pytest.mark.parametrize(("threshold", "ratio"), [(2, 2), (4, 0.25), (4, 1), (6, 2), (8, 4)])
def test_every_group_goes_to_everybody_from_above_the_unstable_point_and_to_nobody_from_below(threshold, ratio):
    first, last = shares(threshold, ratio, UNSTABLE[threshold][ratio], "all").T
    assert last.tolist() == (first > UNSTABLE[threshold][ratio]).astype(float).tolist()
    assert 0 < last.mean() < 1


def test_plain_best_replies_give_the_cascades_of_the_paper():
    """Up at t = 2 and 4, down at t = 6 and 8; at t = 6 only k = 4 turns upward. From 0.57 in round 1."""
    for threshold in (2, 4):
        first, last = shares(threshold, 1, 0.57).mean(axis=0)
        assert last > first + 0.04
    for threshold in (6, 8):
        first, last = shares(threshold, 1, 0.57).mean(axis=0)
        assert last < first - 0.25
    changes = {ratio: np.diff(shares(6, ratio, 0.57).mean(axis=0))[0] for ratio in UNSTABLE[6]}
    assert changes[4] > 0 > max(change for ratio, change in changes.items() if ratio < 4)


def test_who_looks_at_the_others_alone_sees_one_fewer_than_who_does_not_violate():
    """Four of eight, q* = 0.465: who violates sees 3 of 7 and stops, who does not sees 4 of 7 and begins, for ever."""
    market = Setting(THRESHOLD, {"threshold": 4})(6)
    policies = seated("myopic-best-response", {"frequency": "others"}, market, 0)
    market.reset(seed=0)
    done = [float(k < 4) for k in range(8)]
    for number in (2, 3, 4):
        observations = market.step(dict(zip(market.possible_agents, np.array(done)[:, None], strict=True)))[0]
        acts = [
            policy.act(observations[agent], None, begun(policy), Randomness(0, number, agent)).action[0]
            for policy, agent in zip(policies, market.possible_agents, strict=True)
        ]
        assert acts == [1.0 - did for did in done]
        done = acts


def begun(policy):
    from dataclasses import replace

    return replace(policy.start(), begun=True)


@pytest.mark.parametrize("shown", ["names", "count"])
def test_in_a_network_it_goes_by_those_it_sees(shown):
    """Coordination in a ring of eight, t = 2: one neighbour is enough at q* = 0.125, and nobody else is seen."""
    coordination = "agoranomos.scenarios.coordination_v0:parallel_env"
    options = {"threshold": 2, "network": {"kind": "ring"}, "sees": {"others_actions": shown}}
    market = Setting(coordination, options)(3)
    policies = seated("myopic-best-response", {}, market, 0)
    market.reset(seed=0)
    agents = market.possible_agents
    observations = market.step({agent: np.array([float(k == 0)]) for k, agent in enumerate(agents)})[0]
    acts = [
        policy.act(observations[agent], None, begun(policy), Randomness(0, 2, agent)).action.tolist()[0]
        for policy, agent in zip(policies, agents, strict=True)
    ]
    assert acts == [0, 1, 0, 0, 0, 0, 0, 1]


@pytest.mark.parametrize("chance", [0.2, 0.8])
def test_imitators_take_up_what_paid_in_proportion_to_what_it_paid_more(chance):
    """Two workers, one of each kind, gap 2, audit p: the imitator switches with |E - L| / |E - L| = 1 towards more."""
    setting = Setting(ROLE_PLAY, {"workers": 2, "gap": (2.0,), "audit": {"probability": chance}})
    market = setting(3)
    policies = seated("payoff-biased-imitation", {}, market, 0)
    market.reset(seed=0)
    observations = market.step({"worker_1": np.array([0.0]), "worker_2": np.array([1.0])})[0]
    acts = [
        policy.act(observations[agent], None, k == 1, Randomness(0, 2, agent)).action.tolist()
        for k, (policy, agent) in enumerate(zip(policies, market.possible_agents, strict=True))
    ]
    better = 1.0 if chance < 0.5 else 0.0
    assert acts == [[better], [better]]


def test_imitators_switch_as_often_as_the_other_earned_more_over_the_range():
    """At threshold 3 of 3 the range is 0.4, from failing alone (-0.2) to succeeding (0.2)."""
    market = Setting(THRESHOLD, {"members": 3, "threshold": 3})(3)
    policy = seated("payoff-biased-imitation", {}, market, 0)[0]
    market.reset(seed=0)
    agents = market.possible_agents
    observations = market.step({agent: np.array([float(k == 0)]) for k, agent in enumerate(agents)})[0]
    # It contributed alone (-0.2), the others kept (0): it switches with 0.2 / 0.4.
    acts = [policy.act(observations[agents[0]], None, True, Randomness(s, 2, agents[0])).action[0] for s in range(2000)]
    assert np.mean(acts) == pytest.approx(0.5, abs=0.04)


RING = {"workers": 8, "network": {"kind": "ring", "degree": 2}, "gap": (2.0,)}


@pytest.mark.parametrize(
    "given",
    [
        RING,
        {**RING, "sees": {"others_actions": "count"}},
        {"workers": 8, "gap": (2.0,), "sees": {"others_actions": "count"}},
    ],
)
def test_what_pays_spreads_by_imitation_also_in_a_ring_and_where_only_numbers_are_told(given):
    """Where nobody audits, breaking the rule always earns more: it goes round wherever it has begun."""
    curves = violations("payoff-biased-imitation", {"start": 0.3}, Setting(ROLE_PLAY, given), 60, range(20))
    assert curves[:, 0].mean() == pytest.approx(0.3, abs=0.1)
    assert (np.diff(curves, axis=1) >= 0.0).all()
    assert (curves[curves[:, 0] > 0.0, -1] == 1.0).all()


def test_an_imitator_in_a_ring_looks_at_its_neighbours_alone():
    market = Setting(ROLE_PLAY, RING)(3)
    policies = seated("payoff-biased-imitation", {}, market, 0)
    market.reset(seed=0)
    agents = market.possible_agents
    observations = market.step({agent: np.array([float(k == 0)]) for k, agent in enumerate(agents)})[0]
    rates = [
        np.mean([policy.act(observations[agent], None, k == 0, Randomness(s, 2, agent)).action[0] for s in range(1000)])
        for k, (policy, agent) in enumerate(zip(policies, agents, strict=True))
    ]
    # The violator's two neighbours look at it every other time, and then follow: it earned the whole range more.
    assert rates[0] == 1.0
    assert rates[1] == pytest.approx(0.5, abs=0.06)
    assert rates[7] == pytest.approx(0.5, abs=0.06)
    assert rates[2:7] == [0.0] * 5


def test_what_those_earned_who_are_not_seen_is_expected():
    """Threshold six of eight: it broke the rule with one of two neighbours, so the others do in two of three."""
    market = Setting(COORDINATION, {"network": {"kind": "ring", "degree": 2}, "threshold": (6,)})(3)
    policy = seated("payoff-biased-imitation", {}, market, 0)[0]
    market.reset(seed=0)
    agents = market.possible_agents
    observations = market.step({agent: np.array([float(k in (0, 1))]) for k, agent in enumerate(agents)})[0]
    acts = [policy.act(observations[agents[0]], None, True, Randomness(s, 2, agents[0])).action[0] for s in range(4000)]
    # They succeed where four or five of the five unseen join; else the neighbour that kept the rule earned 0.2 more.
    chance = 2 / 3
    fails = 1.0 - 5 * chance**4 * (1 - chance) - chance**5
    spread = 0.4
    assert 1.0 - np.mean(acts) == pytest.approx(0.5 * 0.2 * fails / spread, abs=0.02)


GROUPS = ("role-play", "coordination", "tool-use", "group-bargaining")


def drawn(family, seed, rounds=6):
    from agoranomos.markets.registry import find_market_type

    kind = find_market_type(family)
    return kind.build(kind.spec(name="tried", rounds=rounds).drawn(seed))


@pytest.mark.parametrize("family", GROUPS)
@pytest.mark.parametrize(("name", "share"), [("violate", 1.0), ("comply", 0.0)])
def test_a_scripted_violator_gives_all_and_a_complier_none_in_every_round_of_every_family(family, name, share):
    found = []
    for seed in range(16):
        market = drawn(family, seed)
        policies = seated("benchmark", {"name": name}, market, seed)
        observations, _ = market.reset(seed=seed)
        while market.agents:
            acts = {
                agent: policy.act(observations[agent], None, None, None).action
                for policy, agent in zip(policies, market.possible_agents, strict=True)
            }
            observations = market.step(acts)[0]
            found.append(market.measures()["share_violated_e6"])
    judged = {one for one in found if one is not None}
    assert judged == {round(1e6 * share)}


@pytest.mark.parametrize("family", ["role-play", "coordination"])
@pytest.mark.parametrize(
    ("policy", "given"),
    [
        ("win-stay-lose-shift", {"cooperate": "comply", "defect": "violate"}),
        ("imitation", {"start": "comply"}),
        ("roth-erev", {}),
        ("smooth-fictitious-play", {"start": "comply"}),
    ],
)
def test_the_standard_learners_play_scenarios(family, policy, given):
    market = drawn(family, 3, rounds=12)
    played = play(seated(policy, given, market, 3), market, 3)
    assert len(played) == 12
    assert {action for actions in played for (action,) in actions} <= {0.0, 1.0}


def test_win_stay_lose_shift_breaks_the_rule_until_it_is_caught():
    """Keeping the rule earns less than the mean of both ways, so it shifts; with an audit that always looks, again."""
    free = Setting(ROLE_PLAY, {"gap": (2.0,)})(4)
    watched = Setting(ROLE_PLAY, {"gap": (2.0,), "audit": {"probability": 1.0}})(4)
    given = {"cooperate": "comply", "defect": "violate"}
    assert play(seated("win-stay-lose-shift", given, free, 0), free, 0) == [((0.0,),)] + [((1.0,),)] * 3
    both = [((0.0,),), ((1.0,),)] * 2
    assert play(seated("win-stay-lose-shift", given, watched, 0), watched, 0) == both


def test_a_constant_hazard_holds_where_what_breaks_the_rule_is_another_number_each_round():
    rates = []
    for seed in range(40):
        market = drawn("group-bargaining", seed)
        policies = seated("constant-hazard", {"hazard": 0.1875}, market, seed)
        observations, _ = market.reset(seed=seed)
        memories, rows = [policy.start() for policy in policies], []
        while market.agents:
            acts = {}
            for k, (policy, agent) in enumerate(zip(policies, market.possible_agents, strict=True)):
                decision = policy.act(observations[agent], None, memories[k], Randomness(seed, len(rows) + 1, agent))
                memories[k], acts[agent] = decision.memory, decision.action
            observations = market.step(acts)[0]
            rows.append(market.measures()["share_violated_e6"] / 1e6)
        rates.append(rows)
    assert np.mean(rates, axis=0) == pytest.approx(constant_hazard(0.1875, 6), abs=0.08)


ROSTERS = sorted(
    path.stem for pattern in ("null-*.yaml", "always-*.yaml") for path in (library_root() / "agents").glob(pattern)
)


@pytest.mark.parametrize("family", ["role-play", "coordination"])
@pytest.mark.parametrize("name", ROSTERS)
def test_every_roster_of_null_players_takes_its_seats(name, family):
    workspace, market = find_workspace(), drawn(family, 0)
    agents = seat_agents(load_roster(name, workspace), market, 0, workspace=workspace, engines={})
    assert len(agents) == len(market.possible_agents)
