import numpy as np
import pytest

from conformance.policy import PolicyConformance, Trace, play, seated
from policies.general import DILEMMA, GENERAL_MARKETS, PRICES, against

DIVISION = ((60, 0), (0, 60))


class TestFictitiousPlay(PolicyConformance):
    policy = "fictitious-play"
    markets = GENERAL_MARKETS
    traces = (
        Trace(actions=(((0,), (0,)), ((1,), (1,)), ((1,), (1,))), factory=DILEMMA),
        # 4 answers 5. Against 5 and 4, 10/3 earns 26.1 a round and 4 earns 26.
        Trace(actions=(((5,), (5,)), ((4,), (4,)), ((10 / 3,), (10 / 3,))), factory=PRICES),
        Trace(actions=(DIVISION, ((60, 21.818182), (21.818182, 60)))),
    )


class TestSmoothFictitiousPlay(PolicyConformance):
    policy = "smooth-fictitious-play"
    markets = GENERAL_MARKETS
    traces = (
        Trace(
            actions=(((5,), (5,)), ((4,), (4,)), ((10 / 3,), (10 / 3,))),
            factory=PRICES,
            parameters={"temperature": 1e-4},
        ),
        Trace(actions=(((0,), (0,)), ((1,), (1,))), factory=DILEMMA, parameters={"temperature": 0.01}),
        Trace(
            actions=(
                ((5,), (5,)),
                ((4,), (4,)),
                ((4,), (10 / 3,)),
                ((10 / 3,), (4,)),
                ((10 / 3,), (4,)),
                ((4,), (10 / 3,)),
                ((4,), (3,)),
                ((10 / 3,), (4,)),
            ),
            factory=PRICES,
            seed=3,
        ),
    )


class TestFictitiousPlayThatMindsItsStanding(PolicyConformance):
    policy = "fictitious-play"
    parameters = {"by_standing": True}
    markets = {name: GENERAL_MARKETS[name] for name in ("the papers' duopoly", "dilemma")}


def test_its_beliefs_are_the_frequencies_of_what_the_rival_did():
    """Against 6, 6 and 1 the mean rival price is 13/3, and the best reply on the menu 10/3 (3.58 without a menu)."""
    played = against("fictitious-play", {}, GENERAL_MARKETS["prices"], [[[6.0]], [[6.0]], [[1.0]], [[1.0]]])
    assert played == [(5.0,), (4.0,), (4.0,), (pytest.approx(10 / 3),)]


def test_it_converges_to_nash_in_quantities_and_prices():
    for name in ("the papers' duopoly", "three firms", "prices"):
        market = GENERAL_MARKETS[name](120)
        played = play(seated("fictitious-play", {}, market, 4), market, 4)
        nash = [market.play("nash", agent, {}) for agent in market.possible_agents]
        np.testing.assert_allclose(np.array(played)[-10:].mean(axis=0), nash, rtol=0.03)


def test_a_fine_counts_against_what_it_followed():
    """Defecting earns 5 against a cooperator, and 3 less than nothing when each time 8 are taken for it."""
    rivals = [[[0.0]]] * 6
    free = against("fictitious-play", {}, GENERAL_MARKETS["dilemma"], rivals)
    fined = against("fictitious-play", {}, GENERAL_MARKETS["dilemma"], rivals, fines=(0, 0, 8, 0, 0, 0))
    assert free == [(0.0,), (1.0,), (1.0,), (1.0,), (1.0,), (1.0,)]
    assert fined == [(0.0,), (1.0,), (0.0,), (0.0,), (0.0,), (0.0,)]


def test_by_standing_a_fine_deters_only_where_it_was_met():
    """Unwatched while `active`, fined for what it did in `warning`: it defects in the one and not in the other."""
    rivals = [[[0.0]]] * 8
    states = ("active", "warning") * 4
    played = against(
        "fictitious-play",
        {"by_standing": True},
        GENERAL_MARKETS["dilemma"],
        rivals,
        states=states,
        fines=(0, 0, 0, 0, 8, 0, 0, 0),
    )
    active, warning = played[::2], played[1::2]
    assert active == [(0.0,), (1.0,), (1.0,), (1.0,)]
    assert warning == [(0.0,), (1.0,), (0.0,), (0.0,)]


def test_a_hot_head_mixes_and_a_cool_one_does_not():
    def defections(temperature):
        market = GENERAL_MARKETS["dilemma"](200)
        played = play(seated("smooth-fictitious-play", {"temperature": temperature}, market, 3), market, 3)
        return np.mean(np.array(played)[1:])

    assert defections(0.05) == 1.0
    # At a temperature of 1 the worse of two entries has the odds 1 to e.
    assert defections(1.0) == pytest.approx(np.e / (1 + np.e), abs=0.05)
