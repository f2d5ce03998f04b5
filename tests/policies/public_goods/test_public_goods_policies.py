"""What members of a public goods game give, and whom they punish, stage by stage."""

from dataclasses import replace

import numpy as np
import pytest

from agoranomos.conformance.policy_facts import decided, joint_actions
from agoranomos.errors import UsageError
from agoranomos.institutions.notices import Notice
from agoranomos.markets import cournot_v0, public_goods_v0
from agoranomos.policies import Seat, find_policy
from agoranomos.randomness import Randomness
from conformance.policy import PolicyConformance, Setting, Trace

FACTORY = "agoranomos.markets.public_goods_v0:parallel_env"
PUNISHMENT = {"punishment": {"most": 10, "cost": 1, "effect": 3}}
MARKETS = {
    "contributions alone": Setting(FACTORY),
    "with punishment": Setting(FACTORY, PUNISHMENT),
    "unequal members": Setting(FACTORY, {"members": 3, "endowment": [10.0, 20.0, 30.0], **PUNISHMENT}),
}


def everybody(*rows, members=4):
    """A trace in which all members do the same, one row a round."""
    return tuple((tuple(row),) * members for row in rows)


def course(policy, parameters, stages, market_options=PUNISHMENT):
    """What member_1 does in each stage, when the others do `stages[k]` (their three rows, or one for all)."""
    market = public_goods_v0.parallel_env(**market_options, rounds=len(stages) + 1)
    kind = find_policy(policy)
    bound = kind.bind(kind.parse(parameters), Seat("member_1", 0, market, 1))
    observations, _ = market.reset(seed=1)
    memory, found = bound.start(), []
    for number, stage in enumerate([*stages, None], 1):
        decision = bound.act(observations["member_1"], None, memory, Randomness(1, number, "member_1"))
        memory = decision.memory
        found.append(decision.action.tolist())
        if stage is not None:
            rows = {agent: np.array(stage) for agent in market.agents[1:]}
            observations = market.step({"member_1": decision.action, **rows})[0]
    return found


class TestConditionalCooperator(PolicyConformance):
    policy = "conditional-cooperator"
    markets = MARKETS
    traces = (
        Trace(actions=everybody((20.0,), (18.0,), (16.2,)), factory=FACTORY),
        Trace(
            actions=everybody((10.0, 0, 0, 0), (0, 0, 0, 0), (10.0, 0, 0, 0)),
            factory=FACTORY,
            market=PUNISHMENT,
            parameters={"start": 0.5, "slope": 1.0},
        ),
    )

    def test_it_gives_what_it_is_obliged_to_while_its_standing_is_not_clean(self) -> None:
        market = public_goods_v0.parallel_env()
        kind = find_policy(self.policy)
        policy = kind.bind(kind.parse({"start": 0.1, "obliged": 0.6}), Seat("member_1", 0, market, 1))
        observations, _ = market.reset(seed=1)
        for index, given in ((0, 2.0), (1, 12.0)):
            told = Notice("member_1", 1, "warned", index, "WARNED", "")
            decision = policy.act(observations["member_1"], told, None, Randomness(1, 1, "member_1"))
            assert decision.action.tolist() == [given]

    def test_it_answers_to_parts_of_endowments_not_to_amounts(self) -> None:
        options = {"endowment": [10.0, 20.0, 40.0, 20.0]}
        assert course(self.policy, {"slope": 1.0}, [[10.0]], options) == [[10.0], pytest.approx([10 * 1.25 / 3])]


class TestFreeRider(PolicyConformance):
    policy = "free-rider"
    markets = MARKETS
    traces = (Trace(actions=everybody((0.0,), (0.0,)), factory=FACTORY),)

    def test_points_move_it_when_it_yields(self) -> None:
        stages = [[20.0, 0, 0, 0], [0, 2.0, 0, 0], [20.0, 0, 0, 0], [0, 0, 0, 0]]
        assert course(self.policy, {}, stages) == [[0.0] * 4] * 5
        found = course(self.policy, {"yields": 1.0, "decay": 0.5}, stages)
        assert found[2][0] == pytest.approx(20 * 18 / 20)  # six points cost it 18 of its 20
        assert found[3] == [0.0] * 4
        assert found[4][0] == pytest.approx(20 * 0.45)

    def test_fines_move_it_too_while_it_sits_out_as_well(self) -> None:
        market = public_goods_v0.parallel_env()
        kind = find_policy(self.policy)
        policy = kind.bind(kind.parse({"yields": 1.0}), Seat("member_1", 0, market, 1))
        observations, _ = market.reset(seed=1)
        told = Notice("member_1", 1, "fined", 1, "FINED", "", 5_000_000)
        decision = policy.act(observations["member_1"], told, 0.0, Randomness(1, 1, "member_1"))
        assert decision.action.tolist() == [5.0]
        assert policy.missed(observations["member_1"], told, 0.9) == 1.0


class TestAltruisticPunisher(PolicyConformance):
    policy = "altruistic-punisher"
    markets = MARKETS
    traces = (
        Trace(actions=everybody((20.0,), (20.0,)), factory=FACTORY),
        Trace(actions=everybody((20.0, 0, 0, 0), (0, 0, 0, 0)), factory=FACTORY, market=PUNISHMENT),
    )

    def forgets(self, shared: int) -> bool:
        """As for every policy, and also after an odd number of rounds, before a punishment stage."""
        for policies, market, course in self.courses():
            joint = course.joint[:-1]
            other = joint_actions(market, 77, len(joint) - shared) + joint[len(joint) - shared :]
            ends = [decided(policies, market, replace(course, joint=played))[-1] for played in (joint, other)]
            if ends[0] != ends[1]:
                return False
        return super().forgets(shared)

    def test_it_punishes_in_proportion_to_the_shortfall(self) -> None:
        assert course(self.policy, {}, [[5.0, 0, 0, 0]])[1] == [0.0, 3.0, 3.0, 3.0]
        assert course(self.policy, {"points": 40.0}, [[5.0, 0, 0, 0]])[1] == [0.0, 10.0, 10.0, 10.0]
        assert course(self.policy, {"gives": 0.0}, [[5.0, 0, 0, 0]]) == [[0.0] * 4] * 2


@pytest.mark.parametrize("name", ["conditional-cooperator", "free-rider", "altruistic-punisher"])
def test_it_refuses_a_market_that_is_no_public_good(name):
    market = cournot_v0.parallel_env()
    kind = find_policy(name)
    with pytest.raises(UsageError, match="is for public goods"):
        kind.bind(kind.parse({}), Seat("firm_1", 0, market, 1))


def after_an_exclusion(policy: str, excluded: tuple[str, ...], **parameters: float) -> list[float]:
    """What member_1 does after a round in which all gave everything, but those who were excluded from it."""
    market = public_goods_v0.parallel_env(**(PUNISHMENT if policy == "altruistic-punisher" else {}))
    observations, _ = market.reset(seed=1)
    action = np.array([20.0, 0, 0, 0]) if policy == "altruistic-punisher" else np.array([20.0])
    observations = market.step({agent: None if agent in excluded else action for agent in market.agents})[0]
    kind = find_policy(policy)
    bound = kind.bind(kind.parse(parameters), Seat("member_1", 0, market, 1))
    return bound.act(observations["member_1"], None, bound.start(), Randomness(1, 2, "member_1")).action.tolist()


def test_who_is_excluded_brings_down_nobodys_giving_and_is_not_punished() -> None:
    assert after_an_exclusion("conditional-cooperator", ("member_4",), slope=1.0) == [20.0]
    assert after_an_exclusion("conditional-cooperator", ("member_2", "member_3", "member_4"), start=0.5) == [10.0]
    assert after_an_exclusion("altruistic-punisher", ("member_4",)) == [0.0, 0.0, 0.0, 0.0]
