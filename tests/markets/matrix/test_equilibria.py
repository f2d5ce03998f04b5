"""Equilibria against an independent solver, brute force and what is known of the classic games."""

import sys
import warnings
from itertools import product

import nashpy
import numpy as np
import pytest

from agoranomos.errors import MachineError, UsageError
from agoranomos.markets import load_market, matrix_v0
from agoranomos.markets.matrix import equilibria
from agoranomos.markets.matrix.benchmarks import benchmarks, security_action
from agoranomos.markets.matrix.equilibria import (
    all_equilibria,
    expected,
    one_equilibrium,
    pure_equilibria,
    pure_profile,
    regrets,
)
from agoranomos.markets.matrix.play import play_out
from agoranomos.workspace import Workspace


def two(seed):
    rng = np.random.default_rng(seed)
    sizes = rng.integers(2, 5, 2)
    if seed % 3 == 0:
        return rng.integers(-4, 5, (*sizes, 2)).astype(float)  # ties
    return rng.normal(0, 10, (*sizes, 2))


def rounded(profile):
    return tuple(tuple(np.round(part, 6) + 0.0) for part in profile)


def nashpys(table, seed):
    """The equilibria that nashpy finds, by supports; without ties also by Lemke and Howson's paths."""
    other = nashpy.Game(table[..., 0], table[..., 1])
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        theirs = {rounded(found) for found in other.support_enumeration(tol=1e-9)}
        if seed % 3:
            theirs |= {rounded(found) for found in other.lemke_howson_enumeration()}
    return theirs


@pytest.mark.parametrize("seed", range(200))
def test_a_random_game_of_two_has_an_equilibrium_that_nashpy_knows(seed):
    table = two(seed)
    found = one_equilibrium(table)
    assert regrets(table, found).max() <= 1e-12 * np.ptp(table)
    assert all(part.min() >= 0 and part.sum() == pytest.approx(1) for part in found)
    if seed % 3:  # with ties whole segments can be equilibria, and nashpy lists some of them only
        assert rounded(found) in nashpys(table, seed)


@pytest.mark.parametrize("seed", range(200))
def test_random_games_of_two_have_the_equilibria_that_nashpy_finds(seed):
    pytest.importorskip("pygambit")
    table = two(seed)
    theirs = nashpys(table, seed)
    found = all_equilibria(table)
    ours = {rounded(profile) for profile in found}
    if seed % 3:
        assert theirs <= ours
        assert len(ours) % 2 == 1
    else:  # with ties whole segments can be equilibria, so each side's are held against the definition
        assert all(regrets(table, [np.array(part) for part in profile]).max() <= 1e-4 for profile in theirs)
    for row, column in found:
        against_column, against_row = table[..., 0] @ column, row @ table[..., 1]
        assert against_column[row > 0].min() >= against_column.max() - 1e-9
        assert against_row[column > 0].min() >= against_row.max() - 1e-9
    pure = {tuple(tuple(np.eye(k)[a]) for k, a in zip(table.shape, p, strict=False)) for p in pure_equilibria(table)}
    assert pure == {profile for profile in ours if all(set(part) <= {0.0, 1.0} for part in profile)}


def test_a_game_of_thirty_actions_each_is_solved_and_one_of_a_hundred_is_refused():
    rng = np.random.default_rng(5)
    table = rng.normal(0.0, 1.0, (30, 30, 2))
    assert regrets(table, one_equilibrium(table)).max() <= 1e-12
    with pytest.raises(MachineError, match="would take too long"):
        one_equilibrium(rng.normal(0.0, 1.0, (60, 60, 2)))


@pytest.mark.parametrize("seed", range(40))
def test_random_games_of_three_and_four(seed):
    rng = np.random.default_rng(seed)
    agents = 3 + seed % 2
    sizes = tuple(rng.integers(1, 4, agents)) if agents == 3 else (2, 2, 2, 2)
    table = rng.integers(-6, 7, (*sizes, agents)).astype(float)
    by_force = []
    for profile in product(*map(range, sizes)):
        stays = True
        for i in range(agents):
            for other in range(sizes[i]):
                moved = (*profile[:i], other, *profile[i + 1 :])
                stays &= table[moved][i] <= table[profile][i]
        if stays:
            by_force.append(profile)
    assert list(pure_equilibria(table)) == by_force
    pytest.importorskip("pygambit")
    assert regrets(table, one_equilibrium(table)).max() <= 1e-6 * np.ptp(table)


def test_three_player_equilibria_are_enumerated():
    pytest.importorskip("pygambit")
    table = matrix_v0.parallel_env(payoffs=[[[2, 2], [2, 2]], [[3, 3], [3, 0]]]).spec.table()
    found = {rounded(profile) for profile in all_equilibria(table)}
    # the symmetric mixture: volunteering must pay as much as waiting, 2 = 3 (1 - q^2) for the chance q to wait
    q = np.sqrt(1 / 3)
    assert any(np.allclose(profile, [[1 - q, q]] * 3, atol=1e-4) for profile in found)
    for k in range(3):
        assert rounded(pure_profile(table, [int(i != k) for i in range(3)])) in found


def test_expectations_are_sums_over_profiles():
    rng = np.random.default_rng(3)
    table = rng.normal(size=(2, 3, 2, 3))
    profile = tuple(rng.dirichlet(np.ones(k)) for k in (2, 3, 2))
    total = sum(
        profile[0][a] * profile[1][b] * profile[2][c] * table[a, b, c]
        for a, b, c in product(range(2), range(3), range(2))
    )
    np.testing.assert_allclose(expected(table, profile), total)


@pytest.mark.parametrize("seed", range(60))
def test_benchmarks_by_brute_force(seed):
    rng = np.random.default_rng(1000 + seed)
    table = rng.integers(0, 5, (*rng.integers(2, 4, 3), 3)).astype(float)
    if table.shape[-1] > 2 and not pure_equilibria(table):
        pytest.importorskip("pygambit")
    found = benchmarks(table)
    profiles = list(product(*map(range, table.shape[:-1])))
    at = [int(np.argmax(part)) for part in found["efficient"]]
    assert table[tuple(at)].sum() == max(table[p].sum() for p in profiles)
    for i in range(3):
        worst = [min(table[p][i] for p in profiles if p[i] == a) for a in range(table.shape[i])]
        assert security_action(table, i) == int(np.argmax(worst)) == int(np.argmax(found["maximin"][i]))
    stable = pure_equilibria(table)
    if stable:
        at = tuple(int(np.argmax(part)) for part in found["nash"])
        assert at in stable
        assert table[at].sum() == max(table[p].sum() for p in stable)
    else:
        assert regrets(table, found["nash"]).max() <= 1e-5


CLASSICS = {
    # name: (pure equilibria, payoffs at nash, payoffs at efficient)
    "prisoners-dilemma": ([(1, 1)], (1, 1), (3, 3)),
    "stag-hunt": ([(0, 0), (1, 1)], (4, 4), (4, 4)),
    "battle-of-the-sexes": ([(0, 0), (1, 1)], (2, 1), (2, 1)),
    "chicken": ([(0, 1), (1, 0)], (-1, 1), (0, 0)),
    "matching-pennies": ([], (0, 0), (1, -1)),
    "rock-paper-scissors": ([], (0, 0), (0, 0)),
    "volunteers-dilemma": ([(0, 1, 1), (1, 0, 1), (1, 1, 0)], (2, 3, 3), (2, 3, 3)),
    "weakest-link": ([(0, 0, 0), (1, 1, 1), (2, 2, 2)], (3, 3, 3), (3, 3, 3)),
}


@pytest.mark.parametrize("name", CLASSICS)
def test_the_games_of_the_library_are_what_the_textbooks_say(name, tmp_path):
    market = load_market(name, Workspace(tmp_path, "test"))
    pure, nash, efficient = CLASSICS[name]
    assert list(market.pure_equilibria()) == pure
    assert np.array(market.facts.benchmarks["nash"]["profit_e6"]) / 1e6 == pytest.approx(nash)
    assert np.array(market.facts.benchmarks["efficient"]["profit_e6"]) / 1e6 == pytest.approx(efficient)


def test_the_mixtures_of_the_textbooks(tmp_path):
    pytest.importorskip("pygambit")

    def mixtures(name):
        return {rounded(profile) for profile in load_market(name, Workspace(tmp_path, "test")).all_equilibria()}

    third = (1 / 3, 1 / 3, 1 / 3)
    assert mixtures("matching-pennies") == {((0.5, 0.5), (0.5, 0.5))}
    assert mixtures("rock-paper-scissors") == {rounded((third, third))}
    assert rounded(((2 / 3, 1 / 3), (1 / 3, 2 / 3))) in mixtures("battle-of-the-sexes")
    assert rounded(((0.9, 0.1), (0.9, 0.1))) in mixtures("chicken")
    assert rounded(((0.75, 0.25), (0.75, 0.25))) in mixtures("stag-hunt")


def test_a_mixture_is_no_single_action():
    market = matrix_v0.parallel_env(payoffs=[[0, -1, 1], [1, 0, -1], [-1, 1, 0]])
    observations, _ = market.reset(seed=1)
    with pytest.raises(UsageError, match="mixes its actions") as refused:
        market.play("nash", "row", observations["row"])
    assert "mixed-nash" in refused.value.advice
    assert market.mixture("nash", "row") == pytest.approx([1 / 3] * 3)
    assert market.play("maximin", "row", observations["row"]).tolist() == [0]
    with pytest.raises(UsageError, match="benchmark"):
        market.play("monopoly", "row", observations["row"])
    with pytest.raises(UsageError, match="agent"):
        market.mixture("nash", "nobody")
    assert market.facts.benchmarks["nash"]["action_e6"] == (None, None)
    assert market.facts.benchmarks["nash"]["regret_e6"] == (1_000_000, 1_000_000)


def test_without_gambit_games_of_two_work_and_larger_ones_without_pure_equilibria_say_what_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "pygambit", None)
    assert matrix_v0.parallel_env().mixture("nash", "row").tolist() == [0, 1]
    pennies = matrix_v0.parallel_env(payoffs={"a": [[1, -1], [-1, 1]], "b": [[-1, 1], [1, -1]]})
    assert pennies.mixture("nash", "a").tolist() == [0.5, 0.5]
    with pytest.raises(MachineError, match="not installed") as refused:
        pennies.all_equilibria()
    assert "[games]" in refused.value.advice
    third = np.zeros((2, 2, 1, 3))
    third[..., 0, 0], third[..., 0, 1] = [[1, -1], [-1, 1]], [[-1, 1], [1, -1]]
    with pytest.raises(MachineError, match="not installed"):
        one_equilibrium(third)


def test_importing_the_market_does_not_load_gambit():
    import subprocess

    code = "import sys, agoranomos.markets.matrix_v0 as m; m.parallel_env(); assert 'pygambit' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)


def test_kernels_and_solvers_refuse_what_they_cannot_do(monkeypatch):
    table = matrix_v0.parallel_env().spec.table()
    with pytest.raises(ValueError, match="was expected"):
        play_out(table, [0, 1, 1])
    pennies = np.array([[[1.0, -1], [-1, 1]], [[-1, 1], [1, -1]]])
    monkeypatch.setattr(equilibria, "LARGEST_REGRET", -1.0)
    with pytest.raises(MachineError, match="no equilibrium of this game was found"):
        one_equilibrium(pennies)
