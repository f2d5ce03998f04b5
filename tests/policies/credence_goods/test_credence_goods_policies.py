"""Experts that are honest, fraudulent in three ways, or find out what pays."""

from collections import Counter

import pytest

from agoranomos.errors import UsageError
from agoranomos.markets import cournot_v0, credence_goods_v0
from agoranomos.policies import Seat, find_policy
from agoranomos.policies.credence_goods.trial_expert import WAYS
from agoranomos.policies.trials import Trials
from agoranomos.randomness import Randomness
from conformance.policy import PolicyConformance, Setting, Trace, notice

CREDENCE = "agoranomos.markets.credence_goods_v0:parallel_env"
MARKETS = {
    "neither institution": Setting(CREDENCE),
    "liability": Setting(CREDENCE, {"liability": True, "experts": ("a", "b")}),
    "verifiability": Setting(CREDENCE, {"verifiability": True, "beliefs": "theory"}),
    "both": Setting(CREDENCE, {"verifiability": True, "liability": True, "experts": ("one",)}),
}


def all_four(*action):
    return (((*action,),) * 4,) * 2


def way(plain, liable, verifiable):
    """The traces of an expert that serves one way: in the plain market, a liable one and a verifiable one."""
    return (
        Trace(actions=all_four(2, 6, *plain), factory=CREDENCE),
        Trace(actions=all_four(2, 6, *liable), factory=CREDENCE, market={"liability": True}),
        Trace(actions=all_four(2, 6, *verifiable), factory=CREDENCE, market={"verifiability": True}),
    )


class TestHonestExpert(PolicyConformance):
    policy = "honest-expert"
    markets = MARKETS
    traces = (
        *way((0, 1, 0, 1), (0, 1, 0, 1), (0, 1, 0, 1)),
        Trace(actions=all_four(3, 7, 0, 1, 0, 1), factory=CREDENCE, parameters={"minor_price": 3, "major_price": 7}),
        Trace(
            actions=all_four(6, 10, 0, 1, 0, 1),
            factory=CREDENCE,
            parameters={"prices": "monopoly"},
            market={"verifiability": True},
        ),
    )


class TestUndertreater(PolicyConformance):
    policy = "undertreater"
    markets = MARKETS
    traces = way((0, 0, 0, 1), (0, 1, 0, 1), (0, 0, 0, 0))


class TestOvertreater(PolicyConformance):
    policy = "overtreater"
    markets = MARKETS
    traces = way((1, 1, 1, 1), (1, 1, 1, 1), (1, 1, 1, 1))


class TestOvercharger(PolicyConformance):
    policy = "overcharger"
    markets = MARKETS
    traces = way((0, 1, 1, 1), (0, 1, 1, 1), (0, 1, 0, 1))


class TestTrialExpert(PolicyConformance):
    policy = "trial-expert"
    markets = MARKETS


def taken(name, market, parameters=None):
    kind = find_policy(name)
    return kind.bind(kind.parse(parameters or {}), Seat(market.possible_agents[0], 0, market, 1))


def test_an_expert_that_finds_out_tries_every_way_and_notes_its_fines():
    market = credence_goods_v0.parallel_env()
    observations, _ = market.reset(seed=1)
    policy, seen = taken("trial-expert", market), observations["expert_1"]
    served = Counter(
        tuple(policy.act(seen, None, Trials((None,) * 4, k, 1, 0.0), Randomness(1)).action[2:]) for k in range(4)
    )
    assert set(served) == {(*conduct.treats, *conduct.charges) for conduct in WAYS}
    assert policy.missed(seen, notice("expert_1", 2, "fined"), policy.start()).fined == 500


@pytest.mark.parametrize("name", ["honest-expert", "undertreater", "overtreater", "overcharger", "trial-expert"])
def test_what_they_cannot_do_they_say(name):
    with pytest.raises(UsageError, match="credence-goods only"):
        taken(name, cournot_v0.parallel_env())
    with pytest.raises(UsageError, match="benchmark"):
        taken(name, credence_goods_v0.parallel_env(), {"prices": "competitive"})
    with pytest.raises(UsageError, match="given together"):
        taken(name, credence_goods_v0.parallel_env(), {"minor_price": 3})
