from dataclasses import replace

import numpy as np
import pytest

from agoranomos.documents import Source
from agoranomos.institutions import Governed, load_institution
from agoranomos.institutions.notices import Notice
from agoranomos.markets import cournot_v0
from agoranomos.policies import POLICIES, Seat
from agoranomos.policies.learning import ALONE, BETRAYER, BOTH, DIVISION, NASH, NEITHER
from agoranomos.randomness import Randomness
from agoranomos.workspace import library_root
from conformance.policy import STATES, PolicyConformance, Trace, notice, play, seated

D = (60.0, 0.0)
N = (140 / 3, 80 / 3)
B = (60.0, 20.0)


def mirrored(first, second):
    return first, second[::-1]


class TestLearner(PolicyConformance):
    policy = "learner"
    traces = (
        Trace(actions=(mirrored(D, D),) * 6),
        # The second firm experiments in round 3 (best deviation), both punish in round 4 and make it up in round 5.
        Trace(
            actions=tuple(mirrored(*pair) for pair in [(D, D), (D, D), (D, B), (N, N), (D, D)]),
            seed=120,
            parameters={"exploration": 0.05},
        ),
    )


class TestExploringLearner(PolicyConformance):
    policy = "learner"
    parameters = {"exploration": 0.7, "learning_rate": 0.3, "discount": 0.5, "intermediate": 0.9}


def learners(market, seed, **parameters):
    return seated("learner", parameters, market, seed)


def episode(seed, rounds, *, fined_share=0.0, **market_fields):
    """Who divided in each round, [rounds, firms]; a division played twice in a row costs a share of the profit."""
    market = cournot_v0.parallel_env(rounds=rounds, **market_fields)
    policies = learners(market, seed)
    division = market.benchmarks.division.quantity
    observations, _ = market.reset(seed=seed)
    memories = [policy.start() for policy in policies]
    notices = [None] * len(policies)
    divided = np.zeros((rounds + 1, len(policies)), dtype=bool)
    for t in range(1, rounds + 1):
        agents = list(market.agents)
        decisions = [
            policy.act(observations[agent], told, memory, Randomness(seed, t, agent))
            for policy, agent, told, memory in zip(policies, agents, notices, memories, strict=True)
        ]
        memories = [decision.memory for decision in decisions]
        divided[t] = [np.allclose(decision.action, division[i]) for i, decision in enumerate(decisions)]
        observations, profits, *_ = market.step(dict(zip(agents, [d.action for d in decisions], strict=True)))
        if fined_share:
            repeated = divided[t] & divided[t - 1]
            fines = [int(fined_share * 1e6 * profits[agent]) * bool(repeated[i]) for i, agent in enumerate(agents)]
            notices = [Notice(agent, t + 1, "active", 0, "", "", fines[i]) for i, agent in enumerate(agents)]
    return divided[1:]


def test_without_fines_it_keeps_the_division_up():
    shares = [episode(seed, 300)[150:].mean() for seed in range(10)]
    assert min(shares) > 0.8, shares


def test_under_fines_for_dividing_twice_in_a_row_it_stops_doing_so():
    for seed in range(10):
        divided = episode(seed, 300, fined_share=0.6)
        assert divided[0].all()
        fined = divided[1:] & divided[:-1]
        assert fined[-100:].mean() < 0.1, seed
        assert divided[-100:].mean() <= 0.55, seed


def test_it_starts_at_the_values_of_win_stay_lose_shift_in_closed_form():
    # In units of division's rent over Nash (3200/9): V after agreement is 1/(1-g), after a quarrel g/(1-g).
    market = cournot_v0.parallel_env()
    (policy, _) = learners(market, 0, discount=0.9)
    values = policy.start().values
    rent = 1800 - 13000 / 9
    one_shot = [(profit - 13000 / 9) / rent for profit in (1800, 1896, 17000 / 9, 2000)]
    against_division = [one_shot[0] + 0.9 * 10, *(reward + 0.9 * 9 for reward in one_shot[1:])]
    assert values[BOTH] == pytest.approx(against_division)
    assert values[NEITHER] == values[BOTH]
    assert values[ALONE] == values[BETRAYER]
    assert values[ALONE][NASH] == pytest.approx(0.9 * 10)
    assert values[ALONE][DIVISION] == pytest.approx((1000 - 13000 / 9) / rent + 0.9 * 9)
    assert [max(range(4), key=row.__getitem__) for row in values] == [DIVISION, NASH, NASH, DIVISION]


@pytest.mark.parametrize(
    ("fields", "after_agreement"),
    [
        ({}, DIVISION),
        ({"marginal_cost": ((30.0, 50.0), (50.0, 30.0))}, DIVISION),
        # With equal costs a deviation earns 450 and division 200 over Nash: one round of Nash play does not deter it.
        ({"marginal_cost": ((40.0, 40.0), (40.0, 40.0))}, 3),
    ],
)
def test_it_begins_by_dividing_where_one_round_of_nash_outweighs_the_temptation(fields, after_agreement):
    for policy in learners(cournot_v0.parallel_env(**fields), 0):
        best = [max(range(4), key=row.__getitem__) for row in policy.start().values]
        assert best == [after_agreement, NASH, NASH, after_agreement]


def test_a_fine_lowers_the_value_of_what_was_done_and_only_that():
    market = cournot_v0.parallel_env()
    policy = learners(market, 0, learning_rate=0.5, exploration=0.0)[0]
    observations, _ = market.reset(seed=0)
    first = policy.act(observations["firm_1"], None, policy.start(), Randomness(0, 1, "firm_1"))
    observations, *_ = market.step({"firm_1": [60.0, 0.0], "firm_2": [0.0, 60.0]})

    def learned(fine_e6):
        told = Notice("firm_1", 2, "active", 0, "", "", fine_e6)
        return policy.act(observations["firm_1"], told, first.memory, Randomness(0, 2, "firm_1")).memory.values

    unfined, fined = learned(0), learned(900_000_000)
    rent = 1800 - 13000 / 9
    # The values were right, so there is nothing to learn.
    np.testing.assert_allclose(unfined, first.memory.values)
    assert fined[BOTH][DIVISION] == pytest.approx(unfined[BOTH][DIVISION] - 0.5 * 900 / rent)
    assert fined[BOTH][1:] == unfined[BOTH][1:]
    assert fined[1:] == unfined[1:]


def test_each_standing_has_values_of_its_own():
    market = cournot_v0.parallel_env()
    policy = learners(market, 0, exploration=0.0)[0]
    observations, _ = market.reset(seed=0)
    told = notice("firm_1", 1, "fined")
    decision = policy.act(observations["firm_1"], told, policy.start(), Randomness(0, 1, "firm_1"))
    standing = STATES.index("fined")
    assert decision.memory.row == 4 * standing
    assert decision.memory.values == policy.start().values * (standing + 1)


def test_rounds_in_which_it_was_suspended_count_at_what_they_brought():
    market = cournot_v0.parallel_env()
    policy = learners(market, 0, learning_rate=1.0, exploration=0.0, discount=0.9)[0]
    observations, _ = market.reset(seed=0)
    memory = policy.act(observations["firm_1"], None, policy.start(), Randomness(0, 1, "firm_1")).memory
    observations, *_ = market.step({"firm_1": [60.0, 0.0], "firm_2": [0.0, 60.0]})
    for _ in range(2):
        observations, *_ = market.step({"firm_1": [0.0, 0.0], "firm_2": [0.0, 60.0]})
    learned = policy.act(observations["firm_1"], None, memory, Randomness(0, 4, "firm_1")).memory
    rent, nash = 1800 - 13000 / 9, 13000 / 9
    # Nobody sold in its good, but it did not divide either: that was no restraint of its own.
    assert learned.row == BETRAYER
    assert learned.values[BOTH][DIVISION] == pytest.approx((1800 - 3 * nash) / rent + 0.9**3 * 9)


@pytest.mark.parametrize(
    ("own", "rival", "outcome"),
    [
        (D, D, BOTH),
        (D, N, ALONE),
        (D, (48, 12), ALONE),
        (N, D, BETRAYER),
        (B, D, BETRAYER),
        (N, N, NEITHER),
        (B, B, NEITHER),
    ],
)
def test_it_sees_who_divided(own, rival, outcome):
    market = cournot_v0.parallel_env()
    policy = learners(market, 0, exploration=0.0)[0]
    observations, _ = market.reset(seed=0)
    action = [D, (48, 12), N, B].index(own)
    memory = replace(policy.start(), action=action, round=0)
    observations, *_ = market.step({"firm_1": np.array(own), "firm_2": np.array(rival[::-1])})
    assert policy.act(observations["firm_1"], None, memory, Randomness(0, 2, "firm_1")).memory.row == outcome


def test_it_gives_up_dividing_against_a_firm_that_never_does():
    market = cournot_v0.parallel_env(rounds=300)
    policies = [learners(market, 3)[0], seated("nash", {}, market, 3)[1]]
    played = play(policies, market, 3)
    assert np.mean([actions[0] == D for actions in played[:20]]) >= 0.4
    assert np.mean([actions[0] == D for actions in played[-100:]]) < 0.2


def test_experiments_are_as_frequent_as_asked_and_uniform_over_the_menu():
    market = cournot_v0.parallel_env()
    kind = POLICIES["learner"]
    policy = kind.bind(kind.parse({"exploration": 0.4}), Seat("firm_1", 0, market, 0))
    observations, _ = market.reset(seed=0)
    counts = np.zeros(4)
    for seed in range(4000):
        decision = policy.act(observations["firm_1"], None, policy.start(), Randomness(seed, 1, "firm_1"))
        counts[decision.memory.action] += 1
    np.testing.assert_allclose(counts / 4000, [0.7, 0.1, 0.1, 0.1], atol=0.02)


def test_every_fine_that_the_hardened_graph_levies_is_seen_also_one_that_comes_with_a_suspension():
    market = cournot_v0.parallel_env(rounds=80)
    text = (library_root() / "institutions/cournot-antitrust-hardened.yaml").read_text()
    governed = Governed(market, load_institution(Source("hardened", text)))
    observations, _ = governed.reset(seed=1)
    policy = learners(market, 1, exploration=0.0)[0]
    memory, seen, levied, suspended = policy.start(), 0.0, 0.0, 0
    division = {"firm_1": np.array([60.0, 0.0]), "firm_2": np.array([0.0, 60.0])}
    while governed.agents:
        notice = governed.notices["firm_1"]
        if governed.may_act("firm_1"):
            seen += memory.fined + notice.fine_e6 / 1e6
            memory = policy.act(
                observations["firm_1"], notice, memory, Randomness(1, governed.round + 1, "firm_1")
            ).memory
        else:
            suspended += 1
            memory = policy.missed(observations["firm_1"], notice, memory)
        observations, _, _, _, infos = governed.step(division)
        levied += infos["firm_1"]["fine"]
    last = governed.notices["firm_1"].fine_e6 / 1e6
    assert suspended > 0
    assert levied > 0
    assert seen + memory.fined * (not governed.may_act("firm_1")) + last == pytest.approx(levied)
