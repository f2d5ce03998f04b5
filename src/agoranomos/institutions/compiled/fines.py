"""Fines over arrays: `controller.fine_e6` and `spared_e6`, exact in integers."""

from __future__ import annotations

import numpy as np

from agoranomos.errors import AgoraError
from agoranomos.institutions.bind import BoundFine
from agoranomos.institutions.compiled.values import UNDEFINED, Ints
from agoranomos.markets.facts import SCALE

_SAFE = 1 << 62
_DEAREST = 1000
"""The highest rate of a fine."""


def fines_e6(fine: BoundFine, profits: Ints, less: Ints | None, counted: Ints, rungs: Ints) -> Ints:
    """The amounts in millionths, int64[n]: rate times the base, rounded down, and at least the floor.

    `profits` int64[n, rounds] (or gaps), and what does not count of them (`less`: of each round or of all alike), hold
    the evidence, newest last, of which the last `counted` int64[n] rounds count; rounds below nothing, or without a
    profit, count as nothing. `rungs` int64[n] climb the ladder of rates. Raises `AgoraError` for an amount beyond 64
    bits.
    """
    gains = np.where(profits == UNDEFINED, 0, profits)
    if less is not None:
        gains = gains - np.where(less == UNDEFINED, 0, less)
    length = gains.shape[1]
    counts = np.arange(length, 0, -1) <= counted[:, None]
    gains = np.where(counts, np.maximum(gains, 0), 0)
    rates = np.array(fine.rates, np.int64)[np.clip(rungs, 1, len(fine.rates)) - 1]
    if length * int(gains.max(initial=0)) * _DEAREST < _SAFE and fine.floor < _SAFE:
        return np.maximum(shares(gains.sum(axis=1), rates), fine.floor)
    bases = [sum(row) for row in gains.tolist()]
    amounts = [max(fine.floor, base * rate // SCALE) for base, rate in zip(bases, rates.tolist(), strict=True)]
    if max(amounts) >= -UNDEFINED:
        raise AgoraError(f"a fine of {max(amounts) / SCALE:.3g} is beyond what is counted in millionths in 64 bits")
    return np.array(amounts, np.int64)


def shares(amounts: Ints, share_e6: Ints | int) -> Ints:
    """`amount * share // SCALE` without an intermediate product beyond 64 bits."""
    whole, rest = np.divmod(amounts, SCALE)
    return np.asarray(whole * share_e6 + rest * share_e6 // SCALE)


def spared_e6(fine: BoundFine, amounts: Ints, reports: Ints, now: int | Ints, own: Ints) -> Ints:
    """What leniency takes off, int64[n]: the share of the first to report, divided by those who tie.

    `reports` int64[n, N] holds the round of each agent's oldest report that still counts (0: none), `own` that of the
    agent; `now` is the round.
    """
    if not fine.lenient_share:
        return np.zeros_like(amounts)
    counted = (reports > 0) & (np.asarray(now)[..., None] - reports < fine.lenient_within)
    never = np.iinfo(np.int64).max
    ordered = np.where(counted, reports, never)
    first = ordered.min(axis=1, initial=never)
    ties = np.maximum((ordered == first[:, None]).sum(axis=1), 1)
    spared = shares(amounts, fine.lenient_share) // ties
    return np.where((own > 0) & (own == first), spared, 0)
