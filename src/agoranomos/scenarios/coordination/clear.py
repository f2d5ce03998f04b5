"""One round of coordination, over arrays with any leading axes: the game, then what an audit or a report takes.

The game is the threshold public goods game of the specification; its gain is (factor - 1) times capital. Whoever broke
the rule and is caught keeps no gain and pays a fine F in capital K:

    profit = gain - c (max(gain, 0) + F K)

c is 1 where it was caught, or the probability of it, so the same formula gives payoffs and expected payoffs. Without a
report c is the audit's; with one it is 1 for all who broke the rule but the first to report, who is also paid a part of
what the others lose.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from agoranomos.markets.threshold_public_goods import ThresholdPublicGoodsSpec
from agoranomos.markets.threshold_public_goods import clear as clear_game
from agoranomos.scenarios.coordination.spec import CoordinationSpec

Array: TypeAlias = NDArray[np.float64]

INDEPENDENT, COLLECTIVE, REPORT = 0, 1, 2
"""What an agent can do; the last is the collective option and a report on it."""


class Cleared(NamedTuple):
    """What happened in rounds of N agents; `...` any leading axes."""

    success: NDArray[np.bool_]
    """[...]"""
    profit: Array
    """[..., N]"""
    caught: Array
    """Whether a violation was found out, or the probability of it: [..., N]."""
    taken: Array
    """What gains and fines were taken, less what reporters were paid: [...]."""


def violating(spec: CoordinationSpec, choices: ArrayLike) -> NDArray[np.bool_]:
    """Whether each of `choices` breaks the rule; without a rule the collective option is counted as if it did."""
    collective = np.asarray(choices, dtype=np.float64) >= COLLECTIVE
    return ~collective if spec.rule == "collective" else collective


def clear(
    spec: CoordinationSpec,
    choices: ArrayLike,
    capital: ArrayLike,
    present: ArrayLike,
    watched: ArrayLike,
    first: ArrayLike | None = None,
    *,
    game: ThresholdPublicGoodsSpec | None = None,
) -> Cleared:
    """Rounds in which `choices[..., N]` are 0, 1 or 2; `capital`, `present` and `watched` broadcast against them.

    `watched` is whether the audit looks at each, or the probability of it. `first` is 1 for the first of a round's
    reporters, or their chances of being it; left out, all of them have the same. `game` is `spec.game()`, where that is
    at hand.
    """
    chosen = np.asarray(choices, dtype=np.float64)
    here = np.broadcast_to(np.asarray(present, dtype=bool), chosen.shape)
    owned = np.broadcast_to(np.asarray(capital, dtype=np.float64), chosen.shape)
    played = clear_game(game or spec.game(), (chosen >= COLLECTIVE)[..., None], owned, here)
    broken = violating(spec, chosen) & here
    reporting = (chosen == REPORT) & here
    reported = reporting.any(axis=-1, keepdims=True)
    if first is None:
        first = reporting / np.maximum(reporting.sum(axis=-1, keepdims=True), 1)
    spared = np.asarray(first, dtype=np.float64)
    caught = np.where(broken, np.where(reported, 1.0 - spared, np.asarray(watched, dtype=np.float64)), 0.0)
    at_stake = np.where(broken, np.maximum(played.profit, 0.0) + spec.audit.fine * owned, 0.0)
    reward = 0.0 if spec.leniency is None else spec.leniency.reward
    paid = reward * spared * (at_stake.sum(axis=-1, keepdims=True) - at_stake)
    lost = caught * at_stake
    return Cleared(played.success, played.profit - lost + paid, caught, (lost - paid).sum(axis=-1))
