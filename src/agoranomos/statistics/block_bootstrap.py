"""The circular block bootstrap of a series' mean, as the market-division paper tests against its Nash value."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from agoranomos.statistics.result import NAN, finite_sample, why_no_spread

BLOCK = 7
RESAMPLES = 10_000


@dataclass(frozen=True, slots=True)
class BlockBootstrap:
    """The series' mean against a reference.

    `p` is one-sided: the share of bootstrap means at or below the reference. `low`, `high` bound the mean at `level`.
    NaN with a `reason` where the bootstrap says nothing.
    """

    mean: float
    low: float
    high: float
    p: float
    reference: float
    level: float
    n: int
    block: int
    reason: str = ""


def circular_block_bootstrap(
    series: ArrayLike,
    reference: float,
    generator: np.random.Generator,
    *,
    block: int = BLOCK,
    resamples: int = RESAMPLES,
    level: float = 0.95,
) -> BlockBootstrap:
    """The mean of a dependent series, resampled in blocks that wrap around the end.

    A resample joins ceil(n / block) blocks with uniform starts and is cut to n values. Source of the method:
    D. N. Politis and J. P. Romano, "A circular block-resampling procedure for stationary data" (1992); of block 7,
    10,000 resamples and the one-sided p: Lin et al., arXiv 2410.00031, released code. Raises `ValueError` for NaN or
    infinite values and for a block below 1.
    """
    values = finite_sample(series)
    if block < 1:
        raise ValueError(f"a block of at least 1 value was expected, not {block}")
    n = values.size
    reason = why_no_spread(values)
    if not reason and n <= block:
        reason = f"{n} values fit in one block of {block}"
    if reason:
        mean = float(values.mean()) if n else NAN
        return BlockBootstrap(mean, NAN, NAN, NAN, reference, level, n, block, reason)
    blocks = -(-n // block)
    last = n - (blocks - 1) * block
    starts = generator.integers(0, n, size=(resamples, blocks))
    whole, cut = _wrapped_sums(values, block), _wrapped_sums(values, last)
    means = (whole[starts[:, :-1]].sum(axis=1) + cut[starts[:, -1]]) / n
    low, high = np.quantile(means, [(1 - level) / 2, (1 + level) / 2])
    p = float(np.mean(means <= reference))
    return BlockBootstrap(float(values.mean()), float(low), float(high), p, reference, level, n, block)


def _wrapped_sums(values: np.ndarray, length: int) -> np.ndarray:
    """The sum of `length` values from each start on, around the end of the series."""
    positions = (np.arange(values.size)[:, None] + np.arange(length)) % values.size
    return np.asarray(values[positions].sum(axis=1))
