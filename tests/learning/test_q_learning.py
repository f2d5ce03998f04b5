"""The rule of Q-learning, its plain form, and that the compiled and the batched forms equal it."""

from __future__ import annotations

import builtins
import math
from typing import Any

import numpy as np
import pytest

from agoranomos.errors import MachineError, UsageError
from agoranomos.institutions.draws import INCREMENT, MASK, mix
from agoranomos.learning import q_learning_kernel
from agoranomos.learning.q_learning import LearningGame, QLearning, game_of, learning_game
from agoranomos.learning.q_learning_draws import drawn, first_joint, session_key
from agoranomos.learning.q_learning_reference import Learned, learn_in_python
from agoranomos.learning.q_learning_torch import Batch, learn_batch
from agoranomos.learning.session_runs import learn, sessions
from learning.games import logit_duopoly, random_game

SHORT = QLearning(stable=400, most=1_200, decay=5e-3)


def same(one: Learned, other: Learned) -> None:
    assert one.values.tobytes() == other.values.astype(np.float64).tobytes()
    assert one.greedy.tolist() == other.greedy.tolist()
    assert (one.periods, one.converged) == (other.periods, other.converged)
    assert (one.joint, one.standing) == (other.joint, other.standing)


# -- the rule -------------------------------------------------------------------------------------------------------


def test_values_begin_at_the_discounted_profit_against_uniform_play() -> None:
    stage = logit_duopoly()
    values = game_of(stage).initial_values(0.95)
    assert values.shape == (225, 2, 15)
    expected = [np.mean([stage.table[a, b, 0] for b in range(15)]) * 20.0 for a in range(15)]
    np.testing.assert_allclose(values[7, 0], expected, rtol=1e-12)
    np.testing.assert_allclose(values[220, 1], expected, rtol=1e-12)


def test_one_period_by_hand() -> None:
    payoffs = np.array([[[3.0, 3.0], [0.0, 5.0]], [[5.0, 0.0], [1.0, 1.0]]])
    game, rule = learning_game(payoffs), QLearning(learning_rate=0.5, discount=0.5, most=1)
    key = session_key(3, 0)
    start = game.initial_values(0.5)
    assert start[0].tolist() == [[3.0, 6.0], [3.0, 6.0]]
    found = learn_in_python(game, rule, key)
    # Exploration is certain in period 0, so the first two draws of actions say what was played.
    actions = tuple(int(drawn(key, 2 + i) * 2) for i in range(2))
    began = first_joint(key, 4)
    for i in range(2):
        target = payoffs[actions][i] + 0.5 * 6.0
        assert found.values[began, i, actions[i]] == 0.5 * start[began, i, actions[i]] + 0.5 * target
    assert found.joint == game.joint_of(actions)
    assert (found.values != start).sum() <= 2


def test_without_exploration_the_first_best_action_is_played() -> None:
    payoffs = np.zeros((2, 3, 2))
    game = learning_game(payoffs)
    rule = QLearning(decay=1e6, most=50, stable=20)
    found = learn_in_python(game, rule, session_key(0, 0))
    assert found.converged
    assert found.periods == 20
    assert found.joint == 0


def test_exploration_fades_as_the_rule_says() -> None:
    # Who explores is seen in the limit of a learning rate of 1 and no future: a value is then the last payoff, so that
    # a payoff that grows with the joint action's place marks what was played last in each state.
    payoffs = np.tile(np.arange(1.0, 3.0), (2, 1))[..., None].repeat(2, axis=2)  # agent 1's second action pays more
    game, rule = learning_game(payoffs), QLearning(learning_rate=1.0, discount=0.0, decay=0.01, most=300, stable=300)
    tried = []
    for number in range(400):
        found = learn(game, rule, session_key(5, number))
        tried.append(game.actions_of(found.joint)[1] == 0)  # the worse action, in the last period
    expected = math.exp(-0.01 * 299) / 2
    assert abs(np.mean(tried) - expected) < 4 * math.sqrt(expected / 400)


def test_draws_are_those_of_splitmix64() -> None:
    # The published first outputs of SplitMix64 seeded with 1234567 (Vigna's reference implementation).
    outputs = [6457827717110365317, 3203168211198807973, 9817491932198370423]
    assert [mix((1234567 + n * INCREMENT) & MASK) for n in range(3)] == outputs
    assert [drawn(1234567, n) for n in range(3)] == [(value >> 11) * 2.0**-53 for value in outputs]


def test_sessions_have_draws_of_their_own() -> None:
    keys = {session_key(seed, number) for seed in range(20) for number in range(50)}
    assert len(keys) == 1000
    assert len({first_joint(key, 225) for key in keys}) > 215  # of 225, four draws each on average


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"learning_rate": 1.5}, "learning rate of 1.5"),
        ({"discount": -0.1}, "discount of -0.1"),
        ({"discount": 1.0}, "future without end"),
        ({"decay": float("nan")}, "decay of exploration"),
        ({"decay": -1e-6}, "decay of exploration"),
        ({"learning_rate": float("nan")}, "learning rate of nan"),
        ({"stable": 0}, "at least one period"),
        ({"most": 0}, "at least one period"),
    ],
)
def test_bad_parameters_are_refused_with_the_reason(fields: dict[str, Any], why: str) -> None:
    with pytest.raises(UsageError, match=why):
        QLearning(**fields)


def test_payoffs_that_are_none_are_refused() -> None:
    with pytest.raises(UsageError, match="finite ones"):
        learning_game(np.full((2, 2, 2), np.nan))
    with pytest.raises(UsageError, match="shape"):
        learning_game(np.zeros((2, 2, 3)))
    with pytest.raises(UsageError, match="too many for a table"):
        learning_game(np.zeros((40, 40, 40, 40, 4), np.float32)).initial_values(0.9)


def test_joint_actions_and_their_places() -> None:
    game = random_game(np.random.default_rng(1))
    for joint in range(game.joint):
        assert game.joint_of(game.actions_of(joint)) == joint


# -- the fast forms -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("standings", [1, 3])
def test_the_compiled_form_equals_the_plain_one_bit_for_bit(standings: int) -> None:
    generator = np.random.default_rng(standings)
    moved = 0
    for number in range(12):
        game = random_game(generator, standings=standings, cases=1 + (number % 3 if standings > 1 else 0))
        rule = QLearning(
            learning_rate=float(generator.uniform(0.05, 1.0)),
            discount=float(generator.uniform(0.0, 0.99)),
            decay=float(generator.choice([0.0, 1e-3, 5e-3, 0.1])),
            stable=150,
            most=600,
        )
        key = session_key(1, number)
        plain = learn_in_python(game, rule, key)
        same(plain, learn(game, rule, key))
        moved += int((plain.greedy != game.initial_values(rule.discount).argmax(axis=2)).sum())
    assert moved > 100


def test_the_compiled_form_equals_the_plain_one_in_the_papers_duopoly() -> None:
    game = game_of(logit_duopoly())
    rule = QLearning(most=20_000, decay=2e-4)
    plain = learn_in_python(game, rule, session_key(1, 1))
    assert (plain.greedy != game.initial_values(rule.discount).argmax(axis=2)).sum() > 50
    same(plain, learn(game, rule, session_key(1, 1)))


def test_the_kernels_text_read_by_python_does_the_same_as_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("_drawn", "_noted", "play"):
        monkeypatch.setattr(q_learning_kernel, name, getattr(q_learning_kernel, name).py_func)
    generator = np.random.default_rng(8)
    rule = QLearning(learning_rate=0.4, decay=1e-3, stable=300, most=900)
    for number, standings in enumerate((1, 3)):
        game = random_game(generator, standings=standings, cases=standings)
        with np.errstate(over="ignore"):  # 64 bits wrap
            read = learn(game, rule, session_key(1, number))
        same(learn_in_python(game, rule, session_key(1, number)), read)


@pytest.mark.parametrize("standings", [1, 2])
def test_the_batched_form_equals_the_plain_one_bit_for_bit(standings: int) -> None:
    pytest.importorskip("torch")
    game = random_game(np.random.default_rng(7), standings=standings, cases=standings)
    keys = [session_key(2, number) for number in range(6)]
    heard: list[int] = []
    batch = learn_batch(game, SHORT, keys, progress=lambda period, _: heard.append(period))
    plain = [learn_in_python(game, SHORT, key) for key in keys]
    for one, other in zip(plain, batch, strict=True):
        same(one, other)
    assert (
        standings > 1 or len({one.periods for one in plain}) > 1
    )  # sessions that are over wait for the others, unchanged
    assert heard[-1] >= max(one.periods for one in plain)


def test_a_batch_in_single_precision_is_near(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("torch")
    game, rule = game_of(logit_duopoly(5)), QLearning(most=200)
    keys = [session_key(2, number) for number in range(3)]
    single, double = (Batch(game, rule, keys, numbers=numbers) for numbers in ("float32", "float64"))
    for batch in (single, double):
        batch.advance(200)
    for one, other in zip(single.learned(), double.learned(), strict=True):
        np.testing.assert_allclose(one.values, other.values, rtol=1e-4)
        assert not one.converged
        assert one.periods == 200
    assert double.bytes_a_step == 2 * (8 * 9 + 16)
    assert single.bytes_a_step == 2 * (4 * 9 + 16)


def test_a_batch_is_refused_with_the_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    torch = pytest.importorskip("torch")
    game = game_of(logit_duopoly(3))
    with pytest.raises(UsageError, match="float16"):
        Batch(game, SHORT, [1], numbers="float16")
    with pytest.raises(UsageError, match="no session"):
        Batch(game, SHORT, [])
    with pytest.raises(MachineError, match="cannot use the device"):
        Batch(game, SHORT, [1], device="nowhere")
    if not torch.cuda.is_available():
        with pytest.raises(MachineError, match="cannot use the device 'cuda'"):
            Batch(game, SHORT, [1], device="cuda")


def test_results_do_not_depend_on_threads_or_order() -> None:
    game = game_of(logit_duopoly(4))
    alone = dict(sessions(game, SHORT, 9, range(8)))
    together = dict(sessions(game, SHORT, 9, reversed(range(8)), workers=3))
    assert set(alone) == set(together) == set(range(8))
    for number, one in alone.items():
        same(one, together[number])


def test_what_is_not_taken_is_not_played() -> None:
    found = sessions(game_of(logit_duopoly(4)), SHORT, 9, iter(range(1000)), workers=2)
    assert next(found)[0] in {0, 1}
    found.close()


@pytest.mark.parametrize(("module", "what"), [("numba", "Numba"), ("torch", "torch")])
def test_a_missing_part_is_named(module: str, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    real = builtins.__import__

    def missing(name: str, *rest: Any) -> Any:
        if name in {module, "agoranomos.learning.q_learning_kernel"} and module in {name, "numba"}:
            raise ImportError(f"No module named {module!r}")
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", missing)
    game: LearningGame = game_of(logit_duopoly(3))
    with pytest.raises(MachineError, match=what):
        learn(game, SHORT, 1) if module == "numba" else Batch(game, SHORT, [1])
