import numpy as np
import pytest

from agoranomos.randomness import Randomness
from conformance.policy import PolicyConformance, Trace, seated
from policies.general import DILEMMA, GENERAL_MARKETS, against


class TestRothErev(PolicyConformance):
    policy = "roth-erev"
    markets = GENERAL_MARKETS
    traces = (
        # Propensities so small that the first success is repeated for ever.
        Trace(
            actions=(((0,), (1,)), ((1,), (1,)), ((1,), (1,)), ((1,), (1,))),
            factory=DILEMMA,
            parameters={"strength": 1e-9, "experimentation": 0.0},
            seed=0,
        ),
        Trace(
            actions=(
                ((0,), (0,)),
                ((1,), (1,)),
                ((1,), (0,)),
                ((0,), (1,)),
                ((1,), (1,)),
                ((1,), (1,)),
                ((1,), (0,)),
                ((1,), (1,)),
            ),
            factory=DILEMMA,
            seed=3,
        ),
    )


class TestRothErevByStanding(PolicyConformance):
    policy = "roth-erev"
    parameters = {"by_standing": True}
    markets = {name: GENERAL_MARKETS[name] for name in ("one good", "dilemma")}


def first_update(parameters, fine=0.0, seed=0):
    """Propensities before and after one round of the dilemma against a defector, and what was played."""
    market = GENERAL_MARKETS["dilemma"](2)
    policy = seated("roth-erev", parameters, market, 0)[0]
    observations, _ = market.reset(seed=0)
    decision = policy.act(observations["left"], None, policy.start(), Randomness(seed, 1, "left"))
    place = int(decision.action[0])
    observations = market.step({"left": decision.action, "right": [1.0]})[0]
    told = type("Told", (), {"fine_e6": int(fine * 1e6), "state_index": 0})()
    memory = policy.act(observations["left"], told, decision.memory, Randomness(0, 2, "left")).memory
    return policy.start().weights[0], memory.weights[0], place


def test_propensities_are_updated_as_the_model_says():
    first, after, place = first_update({"forgetting": 0.1, "experimentation": 0.2})
    # Both menus' ends are 0 and 1, so that payoffs of 3, 5, 0 and 1 are looked at: least 0.
    earned = (0.0, 1.0)[place]
    assert first[0] == first[1]
    assert after[place] == pytest.approx(0.9 * first[place] + 0.8 * earned)
    assert after[1 - place] == pytest.approx(0.9 * first[1 - place] + 0.2 * earned)


def test_first_propensities_are_strength_times_the_mean_payoff_over_the_menu():
    first, _, _ = first_update({"strength": 4.0})
    assert first == pytest.approx((4.0 * 2.25 / 2,) * 2)


def test_what_a_fine_takes_reinforces_nothing():
    seed = next(seed for seed in range(20) if first_update({}, seed=seed)[2] == 1)
    free = first_update({"forgetting": 0.0}, seed=seed)
    fined = first_update({"forgetting": 0.0}, fine=0.5, seed=seed)
    place = 1
    assert fined[1][place] - free[1][place] == pytest.approx(-0.5 * 0.8)
    first, after, _ = first_update({"forgetting": 0.0}, fine=9.0, seed=seed)
    assert after == first


def test_it_learns_to_defect_and_a_fine_for_it_teaches_it_to_cooperate():
    def defections(fine):
        setting, total = GENERAL_MARKETS["dilemma"], 0.0
        for seed in range(10):
            played, fines = [], []
            market = setting(150)
            policy = seated("roth-erev", {"experimentation": 0.05}, market, seed)[0]
            observations, _ = market.reset(seed=seed)
            memory, last = policy.start(), 0.0
            for number in range(150):
                told = type("Told", (), {"fine_e6": int(fine * last * 1e6), "state_index": 0})()
                decision = policy.act(observations["left"], told, memory, Randomness(seed, number + 1, "left"))
                memory, last = decision.memory, float(decision.action[0])
                observations = market.step({"left": decision.action, "right": [0.0]})[0]
                played.append(last)
                fines.append(fine * last)
            total += np.mean(played[-50:])
        return total / 10

    assert defections(0.0) > 0.6
    assert defections(4.5) < 0.3


def test_it_is_told_of_fines_while_it_sits_out():
    rivals = [[[0.0]]] * 3
    assert len(against("roth-erev", {}, GENERAL_MARKETS["dilemma"], rivals, fines=(0.0, 2.0, 2.0))) == 3
    market = GENERAL_MARKETS["dilemma"](1)
    policy = seated("roth-erev", {}, market, 0)[0]
    told = type("Told", (), {"fine_e6": 2_000_000})()
    assert policy.missed({}, told, policy.missed({}, told, policy.start())).fined == 4.0
