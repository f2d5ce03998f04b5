"""Where trained learners end, and how they answer a deviation."""

from __future__ import annotations

import numpy as np
import pytest

from agoranomos.learning.impulse import AFTER, BEFORE, impulse_response
from agoranomos.learning.limit_cycle import limit_play, profit_gain
from agoranomos.learning.q_learning import LearningGame, QLearning, game_of
from agoranomos.learning.q_learning_draws import session_key
from agoranomos.learning.q_learning_reference import Learned
from agoranomos.learning.session_runs import sessions
from learning.games import MONOPOLY_PRICE, NASH_PRICE, logit_duopoly, logit_profits

NASH = logit_profits(np.full(2, NASH_PRICE))
MONOPOLY = logit_profits(np.full(2, MONOPOLY_PRICE))


def learned(game: LearningGame, greedy: np.ndarray, joint: int = 0) -> Learned:
    return Learned(np.zeros((*greedy.shape, max(game.sizes))), greedy, 1, True, joint, 0)


def constant(game: LearningGame, *actions: int) -> np.ndarray:
    return np.tile(np.array(actions), (game.rows, 1))


def test_a_cycle_is_found_and_averaged_exactly() -> None:
    stage = logit_duopoly(3)
    game = game_of(stage)
    greedy = constant(game, 0, 0)
    greedy[0] = (1, 2)
    greedy[game.joint_of((1, 2))] = (2, 2)
    greedy[game.joint_of((2, 2))] = (1, 2)
    limit = limit_play(game, learned(game, greedy, joint=4), 0)
    assert limit.repeats
    assert [game.actions_of(int(joint)) for joint in limit.joints] == [(2, 2), (1, 2)]
    expected = (stage.table[1, 2] + stage.table[2, 2]) / 2
    np.testing.assert_allclose(limit.profits, expected, rtol=1e-15)
    np.testing.assert_allclose(limit.rewards, expected, rtol=1e-15)


def test_drawn_play_is_averaged_over_many_periods() -> None:
    game = game_of(logit_duopoly(2))
    audited = LearningGame(
        game.sizes,
        np.concatenate([game.rewards, game.rewards - 1.0], axis=2),
        np.zeros((1, 4, 2), np.int64),
        np.array([0.75, 0.25]),
        game.perceived,
        game.profits,
    )
    limit = limit_play(audited, learned(audited, constant(game, 1, 1)), 5)
    assert not limit.repeats
    np.testing.assert_allclose(limit.profits, game.profits[3])
    np.testing.assert_allclose(limit.profits - limit.rewards, 0.25, atol=0.02)  # four standard errors


def test_the_gain_is_0_at_nash_and_1_at_monopoly() -> None:
    assert profit_gain(NASH, NASH, MONOPOLY) == 0.0
    assert profit_gain(MONOPOLY, NASH, MONOPOLY) == 1.0
    assert profit_gain((NASH + MONOPOLY) / 2, NASH, MONOPOLY) == pytest.approx(0.5)


def test_a_rival_that_ignores_a_deviation_makes_it_pay() -> None:
    stage = logit_duopoly()
    game = game_of(stage)
    greedy = constant(game, 13, 13)
    found = impulse_response(
        stage, game, greedy, limit_play(game, learned(game, greedy), 0), 0.95, [m[:, 0] for m in stage.menus]
    )
    assert found is not None
    assert found.others.tolist() == [1.0] * (BEFORE + 1 + AFTER)
    assert found.deviator[BEFORE] < 1.0
    assert found.deviator[BEFORE + 1 :].tolist() == [1.0] * AFTER
    assert found.gain == found.net > 0.0
    assert (found.unprofitable, found.returned) == (0.0, 1.0)


def test_grim_triggers_make_a_deviation_unprofitable_and_never_return() -> None:
    stage = logit_duopoly()
    game = game_of(stage)
    greedy = constant(game, 2, 2)
    greedy[game.joint_of((13, 13))] = (13, 13)
    limit = limit_play(game, learned(game, greedy, game.joint_of((13, 13))), 0)
    levels = [menu[:, 0] for menu in stage.menus]
    found = impulse_response(stage, game, greedy, limit, 0.95, levels)
    assert found is not None
    assert found.gain > 0.0 > found.net
    assert (found.unprofitable, found.returned) == (1.0, 0.0)
    low, high = levels[0][2], levels[0][13]
    np.testing.assert_allclose(found.others[BEFORE + 1 :], low / high)
    gone = stage.table[13, 13, 0] - stage.table[2, 2, 0]
    best = stage.table[stage.best_reply(0, stage.menus[0][[13, 13]]), 13, 0] - stage.table[13, 13, 0]
    assert found.net * stage.table[13, 13, 0] == pytest.approx(best - gone * 0.95 / 0.05, rel=1e-6)


def test_nobody_deviates_from_its_best_reply() -> None:
    stage = logit_duopoly()
    game = game_of(stage)
    reply = 0
    for _ in range(15):
        reply = stage.best_reply(0, stage.menus[0][[reply, reply]])
    greedy = constant(game, reply, reply)
    limit = limit_play(game, learned(game, greedy), 0)
    assert impulse_response(stage, game, greedy, limit, 0.95, [m[:, 0] for m in stage.menus]) is None


def test_the_papers_learners_charge_high_prices_and_punish() -> None:
    """A small sample of the paper's setting; `agora reproduce calvano` plays 100 sessions."""
    stage = logit_duopoly()
    game = game_of(stage)
    gains, nets = [], []
    for number, one in sessions(game, QLearning(), 1, range(10), workers=2):
        assert one.converged
        limit = limit_play(game, one, session_key(1, number))
        gains.append(profit_gain(limit.profits, NASH, MONOPOLY))
        found = impulse_response(stage, game, one.greedy, limit, 0.95, [m[:, 0] for m in stage.menus])
        if found is not None:
            nets.append(found.net)
    assert 0.65 < np.mean(gains) < 0.95
    assert np.mean(nets) < 0.0
