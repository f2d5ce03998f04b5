import numpy as np
import pytest

from agoranomos.markets.cournot_v0 import parallel_env
from agoranomos.markets.stage_game import StageGame
from agoranomos.policies.on_menu import best, drawn, happens
from agoranomos.randomness import MAX_EXACT_INTEGER, Randomness
from conformance.policy import play, seated


class Last(Randomness):
    """The largest draw there is."""

    def integer(self, purpose):
        return MAX_EXACT_INTEGER


def test_a_draw_never_falls_on_what_has_no_weight():
    # The rounded sum of the weights may pass the last of them; zeros at the end must not be drawn then.
    weights = [0.1] * 10 + [0.0]
    assert drawn(Last(0), "any", weights) == 9
    assert {drawn(Randomness(seed), "any", [0.0, 1.0, 0.0]) for seed in range(200)} == {1}


def test_draws_are_in_proportion_to_weights():
    counts = np.bincount([drawn(Randomness(seed), "any", [1.0, 3.0, 0.0, 4.0]) for seed in range(8000)], minlength=4)
    np.testing.assert_allclose(counts / 8000, [0.125, 0.375, 0.0, 0.5], atol=0.02)


def test_certain_things_happen_and_impossible_ones_do_not():
    assert all(happens(Randomness(seed), "any", 1.0) for seed in range(200))
    assert not any(happens(Randomness(seed), "any", 0.0) for seed in range(200))
    assert np.mean([happens(Randomness(seed), "any", 0.3) for seed in range(8000)]) == pytest.approx(0.3, abs=0.02)


def test_of_several_best_the_first_is_taken():
    assert best([1.0, 5.0, 5.0, 2.0]) == 1


@pytest.mark.parametrize(
    "policy", ["roth-erev", "regret-matching", "fictitious-play", "menu-best-response", "imitation"]
)
def test_who_has_no_choice_plays_the_one_entry_of_its_menu(policy):
    market = parallel_env(rounds=6)
    known = market.game()
    menus = tuple(market.play("nash", firm, {})[None] for firm in market.possible_agents)
    market._game = StageGame(known.agents, menus, known.payoffs)
    for row in play(seated(policy, {}, market, 1), market, 1):
        np.testing.assert_allclose(row, [menu[0] for menu in menus])
