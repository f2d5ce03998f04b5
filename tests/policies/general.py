"""The markets that every general policy is tried in: quantities, prices, and a game of choices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from agoranomos.policies import Seat, find_policy
from agoranomos.randomness import Randomness
from conformance.policy import COURNOT_MARKETS, Setting, notice

_SMALL = str(Path(__file__).with_name("small_games.py"))
DILEMMA = f"{_SMALL}:dilemma"
PRICES = f"{_SMALL}:prices"

GENERAL_MARKETS = {
    "the papers' duopoly": COURNOT_MARKETS["the papers' duopoly"],
    "one good": COURNOT_MARKETS["one good"],
    "three firms": COURNOT_MARKETS["three firms"],
    "one firm": COURNOT_MARKETS["one firm"],
    "demand shocks": COURNOT_MARKETS["demand shocks"],
    "prices": Setting(PRICES),
    "dilemma": Setting(DILEMMA),
    "logit prices": Setting("agoranomos.markets.bertrand_v0:parallel_env"),
    "a matrix game": Setting("agoranomos.markets.matrix_v0:parallel_env"),
    "public goods": Setting("agoranomos.markets.public_goods_v0:parallel_env"),
}
ONE_NUMBER_MARKETS = {
    name: GENERAL_MARKETS[name] for name in ("one good", "prices", "dilemma", "logit prices", "a matrix game")
}


def against(
    policy: str,
    parameters: dict[str, Any],
    setting: Setting,
    rivals: Sequence[Sequence[Sequence[float]]],
    *,
    seed: int = 7,
    fines: Sequence[float] = (),
    states: Sequence[str] = (),
    own: Mapping[int, Sequence[float]] | None = None,
) -> list[tuple[float, ...]]:
    """What the policy plays in the first seat while the others do as told: `rivals[round][agent][part]`.

    `fines[round]` is the fine that it is told of before its decision; `own[round]` is done in the place of what it
    decides, as a hand that slips.
    """
    market = setting(len(rivals))
    observations, _ = market.reset(seed=seed)
    first, *others = market.possible_agents
    kind = find_policy(policy)
    bound: Any = kind.bind(kind.parse(parameters), Seat(first, 0, market, seed))
    memory = bound.start()
    played = []
    for number, actions in enumerate(rivals):
        told = None
        if fines or states:
            state = states[number] if states else "active"
            fine = round(1e6 * fines[number]) if fines else 0
            told = replace(notice(first, number + 1, state), fine_e6=fine)
        decision = bound.act(observations[first], told, memory, Randomness(seed, number + 1, first))
        memory = decision.memory
        played.append(tuple(decision.action.tolist()))
        done = np.array((own or {}).get(number, played[-1]), dtype=np.float64)
        observations = market.step({first: done, **dict(zip(others, map(np.array, actions), strict=True))})[0]
    return played
