"""What a market publishes about each joint choice from the menus of its stage game."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence

import numpy as np

from agoranomos.errors import UsageError
from agoranomos.institutions.compiled.conversion import array_of
from agoranomos.learning.q_learning import Indices
from agoranomos.markets.facts import Measured
from agoranomos.markets.market import Market
from agoranomos.markets.stage_game import StageGame


def joint_measures(market: Market, names: Sequence[str]) -> dict[str, Indices]:
    """The measures `names` of every joint action, int64[S, *axes]: played in the market itself, one round each.

    Every joint action is also played after the first and the last one, with another seed. Raises `UsageError` where a
    measure then differs: it depends on more than the round's actions.
    """
    stage = market.game()
    joint = list(_joint_actions(stage))
    fresh = [_published(market, names, 0, [actions]) for actions in joint]
    for seed, before in enumerate((joint[0], joint[-1]), start=1):
        for actions, once in zip(joint, fresh, strict=True):
            again = _published(market, names, seed, [before, actions])
            for name in names:
                if again[name] != once[name]:
                    raise UsageError(
                        f"{name} of {market.facts.market} depends on more than the actions of a round, so that "
                        "learners' tables cannot hold an institution that reads it"
                    )
    return {name: np.array([array_of(one[name]) for one in fresh], np.int64) for name in names}


def _joint_actions(stage: StageGame) -> Iterator[tuple[np.ndarray, ...]]:
    return itertools.product(*stage.menus)


def _published(
    market: Market, names: Sequence[str], seed: int, rounds: Sequence[tuple[np.ndarray, ...]]
) -> dict[str, Measured]:
    market.reset(seed=seed)
    for actions in rounds:
        if not market.agents:
            raise UsageError(f"{market.facts.market} is over after {market.spec.rounds} round", advice="Allow two.")
        market.step(dict(zip(market.agents, actions, strict=True)))
    published = market.measures()
    return {name: published[name] for name in names}
