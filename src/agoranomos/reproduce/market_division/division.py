"""What says that firms divide a market: the paper's bootstrap tests, and whether a firm that left a good comes back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from agoranomos.analysis.arm_data import Benchmark, RunData
from agoranomos.analysis.run_results import row_means
from agoranomos.randomness import named_generator
from agoranomos.statistics import circular_block_bootstrap
from agoranomos.statistics.block_bootstrap import BLOCK, RESAMPLES

LEVEL = 0.05
"""The level of the paper's one-sided tests."""

GONE = 5
"""Rounds in a row without output of a good after which a firm has left it."""

Quantities = np.ndarray
"""(T, N, M)."""


@dataclass(frozen=True, slots=True)
class Division:
    """One run, by the paper's tests at its level.

    `specialised`: every firm's CV lies above Nash's; `concentrated`: HHI does; `dearer`: consumer surplus lies below.
    `left` counts pairs of a firm and a good that it left, `returned` those of them that it came back to.
    """

    specialised: bool
    concentrated: bool
    dearer: bool
    cv: float
    hhi: float
    surplus_ratio: float
    left: int
    returned: int


def divided(run: RunData, nash: Benchmark, quantity: Quantities, name: str) -> Division:
    """What one run came to; `name` names the draws of its tests."""
    cv = [_above(run.cv[:, firm], nash.cv[firm], run.seed, f"{name} cv {firm}") for firm in range(run.cv.shape[1])]
    hhi = row_means(run.hhi)
    reference = float(np.nanmean(nash.hhi))
    ratio = run.consumer_surplus / nash.consumer_surplus
    left, returned = _exits(quantity)
    return Division(
        specialised=all(cv),
        concentrated=_above(hhi, reference, run.seed, f"{name} hhi"),
        dearer=_above(-ratio, -1.0, run.seed, f"{name} surplus"),
        cv=float(np.nanmean(run.cv)),
        hhi=float(np.nanmean(hhi)),
        surplus_ratio=float(ratio.mean()),
        left=left,
        returned=returned,
    )


def _above(series: np.ndarray, reference: float, seed: int, name: str) -> bool:
    """Whether the mean of a series lies above a reference, by the circular block bootstrap of the paper."""
    known = series[np.isfinite(series)]
    if known.size == 0:
        return False
    found = circular_block_bootstrap(
        known, reference, named_generator(seed, f"division {name}"), block=BLOCK, resamples=RESAMPLES
    )
    if np.isnan(found.p):  # nothing to resample: each resample has the mean itself
        return found.mean > reference + 1e-9
    return found.p < LEVEL


def _exits(quantity: Quantities) -> tuple[int, int]:
    """How many (firm, good) pairs were without output for `GONE` rounds in a row, and how many of these came back."""
    left = returned = 0
    rounds = quantity.shape[0]
    for firm in range(quantity.shape[1]):
        for good in range(quantity.shape[2]):
            none = quantity[:, firm, good] <= 1e-9
            gone = next((at for at in range(rounds - GONE + 1) if none[at : at + GONE].all()), None)
            if gone is not None:
                left += 1
                returned += bool((~none[gone + GONE :]).any())
    return left, returned


def quantities_of(rows: Mapping[str, np.ndarray], rounds: int, firms: int, goods: int) -> Quantities:
    """The quantities of one run from its rows of the table `agents`, in the order of rounds and seats."""
    return np.array(rows["quantity"].tolist(), dtype=np.float64).reshape(rounds, firms, goods)
