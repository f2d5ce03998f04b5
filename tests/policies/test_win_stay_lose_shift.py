import pytest

from agoranomos.errors import UsageError
from agoranomos.markets import cournot_v0
from agoranomos.markets.registry import find_market_type
from agoranomos.randomness import Randomness
from agoranomos.scenarios.role_play import RolePlaySpec
from conformance.policy import PolicyConformance, Trace, seated
from policies.general import DILEMMA, GENERAL_MARKETS, PRICES, against

DIVISION = ((60, 0), (0, 60))
NASH = ((140 / 3, 80 / 3), (80 / 3, 140 / 3))


class TestWinStayLoseShift(PolicyConformance):
    policy = "win-stay-lose-shift"
    markets = GENERAL_MARKETS
    traces = (
        Trace(actions=(((0,), (0,)), ((0,), (0,))), factory=DILEMMA),
        Trace(actions=(((5,), (5,)), ((5,), (5,))), factory=PRICES),
        # 500 are taken after the second round: what it did then has lost.
        Trace(actions=(DIVISION, DIVISION, NASH, DIVISION), states=("active", "active", "fined", "active")),
    )


class TestDivideOrNothing(PolicyConformance):
    policy = "win-stay-lose-shift"
    parameters = {"cooperate": "division", "defect": "competitive", "aspiration": 1500.0}


def test_it_is_pavlov_in_the_dilemma():
    """Reward stays, temptation stays, sucker's payoff and punishment shift."""
    rivals = [[[k]] for k in (0.0, 1.0, 0.0, 1.0, 1.0, 0.0, 0.0)]
    #  C C -> C;  C D -> D;  D C -> D;  D D -> C;  C D -> D;  D C -> D
    assert [k for (k,) in against("win-stay-lose-shift", {}, GENERAL_MARKETS["dilemma"], rivals)] == [
        0.0,
        0.0,
        1.0,
        1.0,
        0.0,
        1.0,
        1.0,
    ]


def test_two_of_them_are_back_at_cooperation_two_rounds_after_a_slip():
    """Seat 0 slips in round 1; both defect in round 2, cooperate from round 3: as seen from the rival's seat."""
    rivals = [[[0.0]], [[0.0]], [[1.0]], [[0.0]], [[0.0]]]
    played = against("win-stay-lose-shift", {}, GENERAL_MARKETS["dilemma"], rivals, own={1: [1.0]})
    assert [k for (k,) in played] == [0.0, 0.0, 1.0, 0.0, 0.0]


def test_it_wants_what_lies_between_its_two_benchmarks_or_what_it_is_told():
    rivals = [[[5.0]], [[4.0]], [[5.0]]]
    setting = GENERAL_MARKETS["prices"]
    # 5 against 4 earns 20; 25 are earned at 5 each, 200/9 at Nash.
    assert against("win-stay-lose-shift", {}, setting, rivals)[2] == (pytest.approx(10 / 3),)
    assert against("win-stay-lose-shift", {"aspiration": 15.0}, setting, rivals)[2] == (5.0,)


def test_a_fine_of_a_round_that_it_sat_out_counts():
    market = GENERAL_MARKETS["dilemma"](4)
    policy = seated("win-stay-lose-shift", {}, market, 0)[0]
    memory = policy.start()
    told = type("Told", (), {"fine_e6": 7_000_000})()
    assert policy.missed({}, told, memory).fined == 7.0


@pytest.mark.parametrize(("shown", "broken"), [(True, [0.0, 1.0, 1.0, 1.0]), (False, [0.0] * 4)])
def test_it_stays_where_it_is_not_told_what_it_earned(shown, broken):
    """Keeping the rule earns less than it aspires to, as far as it knows."""
    spec = RolePlaySpec.model_validate(
        {"kind": "scenario", "version": 1, "type": "role-play", "name": "r", "sees": {"own_reward": shown}}
    )
    market = find_market_type("role-play").build(spec.drawn(0))
    parameters = {"cooperate": "comply", "defect": "violate"}
    (policy,) = seated("win-stay-lose-shift", parameters, market, 0)
    memory, observations = policy.start(), market.reset(seed=0)[0]
    done = []
    for number in range(1, 5):
        decision = policy.act(observations["worker_1"], None, memory, Randomness(0, number, "worker_1"))
        memory = decision.memory
        done.append(float(decision.action[0]))
        observations = market.step({"worker_1": decision.action})[0]
    assert done == broken


def test_a_market_that_publishes_no_profit_at_a_benchmark_needs_an_aspiration():
    market = cournot_v0.parallel_env()
    market.facts.benchmarks.pop("nash")
    with pytest.raises(UsageError, match=r"publishes no profit at 'nash'\n.*aspiration"):
        seated("win-stay-lose-shift", {}, market, 0)
    assert seated("win-stay-lose-shift", {"aspiration": 1.0}, market, 0)
