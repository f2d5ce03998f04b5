"""What independent learners learn, and that a training depends on its seed and on nothing else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from agoranomos.conformance.market import as_submitted
from agoranomos.documents import Source
from agoranomos.errors import UsageError
from agoranomos.institutions import Institution, load_institution
from agoranomos.markets import MarketSpec, build_market, find_market_type
from agoranomos.markets.cournot import CournotSpec
from agoranomos.markets.matrix.spec import MatrixSpec
from agoranomos.markets.registry import _MODULES as LIBRARY
from agoranomos.policies.networks import Trained
from agoranomos.randomness import Randomness

pytest.importorskip("torch")

from agoranomos.learning.ppo import PpoSettings, Progress, Training, train

DILEMMA = MatrixSpec(payoffs=((3.0, 0.0), (5.0, 1.0)))
HARMONY = MatrixSpec(name="harmony", payoffs=((4.0, 2.0), (3.0, 1.0)))
"""To cooperate (the first action) is dominant: it earns one more whatever the other does."""

NO_COOPERATION = """\
kind: institution
version: 1
name: no-cooperation
states:
  free: {label: FREE}
initial: free
signals:
  cooperative: {statistic: mean, measure: action, window: 1, at_most: 0.5}
events:
  offence: {when: cooperative, accuses: N1}
rules:
  N1: {attribute: A player, deontic: must not, aim: cooperate}
transitions:
  - {rule: N1, from: free, to: free, on: offence, fine: {rate: 0.1, floor: 3}}
notices:
  template: "{agent}: {status}."
"""
QUICK: dict[str, Any] = {"environments": 8, "horizon": 16, "minibatch": 64, "rounds": 5_000}
SMALL: dict[str, Any] = {"environments": 4, "horizon": 16, "hidden": (8,)}


def institution() -> Institution:
    return load_institution(Source("no-cooperation.yaml", NO_COOPERATION))


def learnt(spec: MarketSpec, watched: Institution | None = None, *, rounds: int, **settings: Any) -> Trained:
    return train(Training(spec, watched, PpoSettings(**settings), rounds=rounds, seed=1))


def likeliest(trained: Trained) -> list[list[float]]:
    """What each network does at the mean of what it has seen."""
    return [actor.likeliest(actor.mean).tolist() for actor in trained.actors.values()]


def test_the_dominant_action_of_a_dilemma_is_learnt() -> None:
    assert likeliest(learnt(DILEMMA, **QUICK)) == [[1.0], [1.0]]


def test_an_institution_that_fines_cooperation_puts_an_end_to_it() -> None:
    assert likeliest(learnt(HARMONY, **QUICK)) == [[0.0], [0.0]]
    assert likeliest(learnt(HARMONY, institution(), **QUICK)) == [[1.0], [1.0]]


def test_a_single_firm_finds_the_monopoly_quantity() -> None:
    # P = 100 - Q / 2 and a cost of 40: profit (60 - q / 2) q is greatest at 60.
    (quantity,) = likeliest(learnt(CournotSpec(marginal_cost=((40.0,),)), rounds=40_000))[0]
    assert quantity == pytest.approx(60.0, abs=3.0)


def test_a_menu_of_the_stage_game_is_chosen_from() -> None:
    spec = CournotSpec(marginal_cost=((40.0,),))
    trained = learnt(spec, menu=True, **QUICK)
    (actor,) = trained.actors.values()
    assert actor.likeliest(actor.mean).tolist() == [60.0]


@pytest.mark.parametrize("name", LIBRARY)
def test_every_market_of_the_library_can_be_learnt_in(name: str) -> None:
    kind = find_market_type(name)
    spec = kind.spec(type=name, name=kind.spec.model_fields["name"].default, rounds=6)
    trained = learnt(spec, rounds=40, environments=2, horizon=10, hidden=(4,))
    market = build_market(spec)
    observations, _ = market.reset(seed=1)
    for agent, actor in trained.actors.items():
        action = actor.drawn(actor.features.row(observations[agent], 0), Randomness(1, 1, agent))
        assert market.action_space(agent).contains(as_submitted(market, agent, action))


def test_the_same_seed_gives_the_same_networks_and_another_seed_others() -> None:
    settings = PpoSettings(**SMALL)
    found = [likeliest(train(Training(CournotSpec(), None, settings, rounds=256, seed=seed))) for seed in (1, 1, 2)]
    assert found[0] == found[1]
    assert found[0] != found[2]


def test_a_training_that_is_stopped_goes_on_as_if_it_had_not_been(tmp_path: Path) -> None:
    settings, rounds = PpoSettings(**SMALL), 6 * 64
    through = train(Training(DILEMMA, institution(), settings, rounds=rounds, seed=1))

    def stop(progress: Progress) -> None:
        if progress.rounds == 3 * 64:
            raise KeyboardInterrupt

    place = tmp_path / "there" / "stopped.checkpoint"
    with pytest.raises(KeyboardInterrupt):
        train(Training(DILEMMA, institution(), settings, rounds=rounds, seed=1), place, stop)
    seen: list[int] = []
    resumed = Training(DILEMMA, institution(), settings, rounds=rounds, seed=1)
    finished = train(resumed, place, lambda progress: seen.append(progress.rounds))
    assert seen == [256, 320, 384]
    for agent, actor in through.actors.items():
        other = finished.actors[agent]
        assert np.array_equal(actor.mean, other.mean)
        for (weight, bias), (again, repeated) in zip(actor.layers, other.layers, strict=True):
            assert np.array_equal(weight, again)
            assert np.array_equal(bias, repeated)


def test_a_checkpoint_is_kept_on_the_way(tmp_path: Path) -> None:
    place = tmp_path / "kept.checkpoint"
    train(Training(DILEMMA, None, PpoSettings(**SMALL), rounds=11 * 64, seed=1), place)
    assert place.is_file()
    again = Training(DILEMMA, None, PpoSettings(**SMALL), rounds=11 * 64, seed=1)
    train(again, place, seen := (lambda progress: None))
    assert seen is not None
    assert again.batch == 11


def test_a_checkpoint_of_another_training_is_refused(tmp_path: Path) -> None:
    place = tmp_path / "one.checkpoint"
    train(Training(DILEMMA, None, PpoSettings(**SMALL), rounds=640, seed=1), place)
    with pytest.raises(UsageError, match="of another training: seed differs"):
        train(Training(DILEMMA, None, PpoSettings(**SMALL), rounds=640, seed=2), place)
    place.write_bytes(b"nothing of the kind")
    with pytest.raises(UsageError, match="no checkpoint"):
        train(Training(DILEMMA, None, PpoSettings(**SMALL), rounds=640, seed=1), place)


def test_fewer_rounds_than_a_batch_are_refused() -> None:
    with pytest.raises(UsageError, match="16 copies x 50 rounds"):
        Training(DILEMMA, None, PpoSettings(), rounds=799, seed=1)


def test_progress_tells_rounds_and_rewards() -> None:
    told: list[Progress] = []
    train(Training(DILEMMA, None, PpoSettings(**SMALL), rounds=200, seed=1), None, told.append)
    assert [(one.rounds, one.of) for one in told] == [(64, 192), (128, 192), (192, 192)]
    assert all(0.0 <= reward <= 5.0 for one in told for reward in one.rewards)
