import numpy as np
import pytest

from agoranomos.policies.hindsight import Tally
from agoranomos.randomness import Randomness
from conformance.policy import PolicyConformance, Trace, play, seated
from policies.general import DILEMMA, GENERAL_MARKETS, PRICES, against


class TestRegretMatching(PolicyConformance):
    policy = "regret-matching"
    markets = GENERAL_MARKETS
    traces = (
        # After one round of cooperation only defection is regretted; from then on nothing is.
        Trace(actions=(((0,), (0,)), ((1,), (1,)), ((1,), (1,)), ((1,), (1,))), factory=DILEMMA),
        Trace(
            actions=(
                ((5,), (5,)),
                ((4,), (10 / 3,)),
                ((10 / 3,), (10 / 3,)),
                ((10 / 3,), (4,)),
                ((10 / 3,), (4,)),
                ((10 / 3,), (10 / 3,)),
                ((10 / 3,), (3,)),
                ((10 / 3,), (10 / 3,)),
            ),
            factory=PRICES,
            seed=3,
        ),
    )


class TestRegretMatchingByStanding(PolicyConformance):
    policy = "regret-matching"
    parameters = {"by_standing": True, "start": "random"}
    markets = {name: GENERAL_MARKETS[name] for name in ("one good", "dilemma")}


def test_it_draws_in_proportion_to_regrets():
    """After 5 against 1: the menu would have earned 0, 9, 14, 15, 130/9, 12, 5, -6 where 5 was earned."""
    policy = seated("regret-matching", {}, GENERAL_MARKETS["prices"](1), 0)[0]
    tally = Tally.empty(8).seen(6, (0.0, 9.0, 14.0, 15.0, 130 / 9, 12.0, 5.0, -6.0), 5.0)
    drawn = policy.menu[[policy.choose(tally, 6, Randomness(seed, 2, "left")) for seed in range(4000)], 0]
    regrets = {1.0: 4.0, 2.0: 9.0, 3.0: 10.0, 10 / 3: 85 / 9, 4.0: 7.0}
    assert set(drawn) == set(regrets)
    for price, regret in regrets.items():
        share = regret / sum(regrets.values())
        assert np.mean(drawn == price) == pytest.approx(share, abs=0.03)


def test_regret_vanishes_whatever_a_rival_does():
    """Hannan consistency against a rival that alternates between a low and a high price."""
    setting, rounds = GENERAL_MARKETS["prices"], 1200
    rivals = [[[1.0 if n % 2 else 5.0]] for n in range(rounds)]
    own = np.array(against("regret-matching", {}, setting, rivals))[:, 0]
    rival = np.array(rivals)[:, 0, 0]
    game = setting(1).game()
    earned = (own * (10 - 2 * own + rival)).mean()
    best = max((price * (10 - 2 * price + rival)).mean() for price in game.menus[0][:, 0])
    assert best - earned < 0.25
    assert best - earned < 0.02 * best


def test_fined_defectors_come_to_cooperate():
    rivals = [[[0.0]]] * 40
    played = against(
        "regret-matching", {}, GENERAL_MARKETS["dilemma"], rivals, fines=(0.0, 0.0, *(6.0,) * 2, *(0,) * 36)
    )
    assert played[1] == (1.0,)
    assert np.mean(np.array(played)[-20:]) < 0.5


def test_firms_that_match_regrets_come_near_nash_prices():
    market = GENERAL_MARKETS["prices"](600)
    played = np.array(play(seated("regret-matching", {}, market, 5), market, 5))[300:]
    assert played.mean() == pytest.approx(10 / 3, abs=0.25)
