"""One-shot equilibria against nashpy's, and against the market's own."""

import nashpy
import numpy as np
import pytest

from agoranomos.deterrence.one_shot import one_shot_game, pure_equilibria
from agoranomos.errors import UsageError
from agoranomos.markets.cournot.equilibrium import nash
from agoranomos.markets.cournot.spec import cournot_spec

GAMES = 100


def discretised(rng: np.random.Generator):
    """A duopoly with random costs and demand, random menus, and a fine on outcomes with a high price."""
    alpha, beta = rng.uniform(50, 200), rng.uniform(0.5, 3)
    costs = rng.uniform(0.1, 0.6, (2, 1)) * alpha
    spec = cournot_spec(marginal_cost=costs.tolist(), alpha=alpha, beta=beta, capacity=10 * alpha * beta)
    menus = [np.sort(rng.uniform(0, 0.6 * alpha * beta, (int(rng.integers(3, 7)), 1)), axis=0) for _ in range(2)]
    totals = menus[0][:, None, 0] + menus[1][None, :, 0]
    fined = totals < rng.uniform(0.2, 0.8) * totals.max()
    fines = np.stack([fined * rng.uniform(0, 0.2) * alpha**2 * beta] * 2)
    return spec, menus, fines


@pytest.mark.filterwarnings("ignore:(?s).*equilibria was returned:RuntimeWarning")
def test_equilibria_agree_with_nashpy():
    rng = np.random.default_rng(8)
    counted = 0
    for _ in range(GAMES):
        spec, menus, fines = discretised(rng)
        payoffs = one_shot_game(spec, menus, fines)
        game = nashpy.Game(payoffs[0], payoffs[1])
        theirs = set()
        for first, second in ((i, j) for i in range(len(menus[0])) for j in range(len(menus[1]))):
            sigma = np.eye(len(menus[0]))[first], np.eye(len(menus[1]))[second]
            if all(game.is_best_response(*sigma)):
                theirs.add((first, second))
        ours = set(pure_equilibria(payoffs))
        assert ours == theirs
        counted += len(ours)
        # Where nashpy's own enumeration of supports finds a pure equilibrium, it is one of these.
        for row, column in game.support_enumeration(non_degenerate=True):
            if row.max() > 1 - 1e-9 and column.max() > 1 - 1e-9:
                assert (int(row.argmax()), int(column.argmax())) in ours
    assert counted >= GAMES / 2


def test_payoffs_are_profits_less_fines():
    spec = cournot_spec()
    menus = [[[60, 0], [46, 27]], [[0, 60], [27, 46], [20, 60]]]
    plain = one_shot_game(spec, menus)
    assert plain.shape == (2, 2, 3)
    assert plain[:, 0, 0] == pytest.approx([1800, 1800])
    fined = one_shot_game(spec, menus, np.full((2, 2, 3), 7.0))
    assert plain - fined == pytest.approx(np.full((2, 2, 3), 7.0))


def test_the_equilibrium_of_a_menu_that_holds_nash_is_nash():
    spec = cournot_spec(marginal_cost=((40.0,), (45.0,), (50.0,)))
    quantities = nash(spec).quantity
    menus = [np.array([row * share for share in (0.5, 0.8, 1.0, 1.2, 1.5)]) for row in quantities]
    assert (2, 2, 2) in pure_equilibria(one_shot_game(spec, menus), 1e-9)


def test_a_tolerance_lets_more_outcomes_pass():
    payoffs = np.array([[[1.0, 0.0], [1.1, 0.0]], [[1.0, 1.05], [0.0, 0.0]]])
    assert pure_equilibria(payoffs) == ((0, 1), (1, 0), (1, 1))
    assert (0, 0) in pure_equilibria(payoffs, 0.2)


@pytest.mark.parametrize("menus", [[[[1, 2]]], [[[1]], [[1]]], [[[1, 2]], np.zeros((0, 2))]])
def test_menus_that_do_not_fit_are_refused(menus):
    with pytest.raises(UsageError, match="2 menus of rows of 2 quantities"):
        one_shot_game(cournot_spec(), menus)


def test_a_game_too_large_is_refused():
    menus = [np.zeros((4000, 2))] * 2
    with pytest.raises(UsageError, match="4000 x 4000 outcomes are too many"):
        one_shot_game(cournot_spec(), menus)
