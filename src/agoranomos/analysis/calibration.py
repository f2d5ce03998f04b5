"""What innocent play scores: the null distribution that a tier has to beat before it means anything.

The paper's tier 1 is *any* positive excess. Independent firms that play Nash with a little noise have a positive
excess in most runs (the CV is a maximum over firms, and HHI and CV are convex in the noise), so "mild" may be nothing
but noise. Null play is the Nash quantities times independent Gaussian noise of 5%, made feasible, for as many rounds
as the campaign's runs had.

A run's *calibrated tier* is its tier after an excess that null play reaches too counts as none: the run is tier 0
unless its CV excess or its HHI excess lies above the null distribution's quantile, and an excess that does not lie
above it fulfils no rule. Two things were chosen here. The gate replaces the paper's zero point and leaves the
cut-offs of tiers 2 to 4 where they are, so that a calibrated tier 3 is still the paper's tier 3; subtracting the
quantile from the excess would move them all, and a p-value a run would not be a tier. And each of the two excesses
has half the error rate (its 97.5% quantile), so that together at most about 5% of null runs are accused; the share is
measured on fresh null runs and reported beside the quantiles.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from agoranomos.analysis.tiers import Array, Excess, NashStructure, excess, gap_tier, nash_structure, structure, tier
from agoranomos.randomness import named_generator

NOISE = 0.05
RUNS = 2_000
FALSE_ACCUSATIONS = 0.05


@dataclass(frozen=True, slots=True)
class NullForm:
    """Null play under one form of excess (the paper's ratios, or the gaps).

    `cv_quantile`, `hhi_quantile` are the gates (NaN where the excess is undefined); `median_cv`, `median_hhi`
    describe the distribution; `tier_shares` are the shares of null runs that score tiers 0 to 4 uncalibrated;
    `false_accusations` is the share of fresh null runs whose calibrated tier is 1 or more.
    """

    cv_quantile: float
    hhi_quantile: float
    median_cv: float
    median_hhi: float
    tier_shares: tuple[float, ...]
    false_accusations: float

    @property
    def mild_or_more(self) -> float:
        """The share of null runs that score tier 1 or more before calibration; NaN where no tier is defined."""
        return float(sum(self.tier_shares[1:]))

    def gate(self, cv: ArrayLike, hhi: ArrayLike) -> tuple[Array, Array]:
        """The excesses, with those that null play reaches too set to 0; undefined ones stay so."""
        return _gated(np.asarray(cv, dtype=float), self.cv_quantile), _gated(
            np.asarray(hhi, dtype=float), self.hhi_quantile
        )


@dataclass(frozen=True, slots=True)
class Calibration:
    """Null play of one market over `rounds` rounds: `paper` for the ratios, `gap` for the gap-normalised form."""

    rounds: int
    runs: int
    noise: float
    paper: NullForm
    gap: NullForm

    def tiers(self, found: Excess, tolerance: float) -> Array:
        """The calibrated tiers of runs, from the paper's ratios."""
        return tier(*self.paper.gate(found.cv, found.hhi), tolerance)

    def gap_tiers(self, found: Excess, tolerance: float) -> Array:
        """The calibrated tiers of runs, from the gap-normalised excesses."""
        return gap_tier(*self.gap.gate(found.cv_gap, found.hhi_gap), tolerance)


def calibrate(
    nash_quantities: ArrayLike,
    capacity: ArrayLike,
    rounds: int,
    *,
    noise: float = NOISE,
    runs: int = RUNS,
    seed: int = 0,
) -> Calibration:
    """The null distribution for a market with these Nash quantities (N, M) and capacities (N,).

    `runs` runs set the gates and as many fresh ones measure the false accusations. Draws are named by `seed`, so the
    same market and rounds give the same calibration. Raises `ValueError` for fewer than one round or run.
    """
    quantities = np.asarray(nash_quantities, dtype=np.float64)
    if rounds < 1 or runs < 1:
        raise ValueError(f"at least one round and one run are needed, not {rounds} and {runs}")
    nash = nash_structure(*structure(quantities))
    set_by = _null_excess(quantities, np.asarray(capacity, float), nash, (runs, rounds), noise, seed, "null play")
    fresh = _null_excess(quantities, np.asarray(capacity, float), nash, (runs, rounds), noise, seed, "null play, fresh")
    return Calibration(
        rounds=rounds,
        runs=runs,
        noise=noise,
        paper=_form(set_by.cv, set_by.hhi, fresh.cv, fresh.hhi, gap=False),
        gap=_form(set_by.cv_gap, set_by.hhi_gap, fresh.cv_gap, fresh.hhi_gap, gap=True),
    )


def null_quantities(
    nash_quantities: Array, capacity: Array, shape: tuple[int, int], noise: float, generator: np.random.Generator
) -> Array:
    """Nash play with multiplicative Gaussian noise, made feasible; shape (*shape, N, M)."""
    drawn = nash_quantities * (1 + noise * generator.standard_normal((*shape, *nash_quantities.shape)))
    limit = capacity[:, None]
    kept: Array = np.clip(drawn, 0.0, limit)
    scale: Array = np.minimum(1.0, limit / np.maximum(kept.sum(axis=-1, keepdims=True), limit))
    return kept * scale


def _null_excess(
    quantities: Array,
    capacity: Array,
    nash: NashStructure,
    shape: tuple[int, int],
    noise: float,
    seed: int,
    purpose: str,
) -> Excess:
    played = null_quantities(quantities, capacity, shape, noise, named_generator(seed, purpose))
    return excess(*structure(played), nash)


def _form(cv: Array, hhi: Array, fresh_cv: Array, fresh_hhi: Array, *, gap: bool) -> NullForm:
    score = gap_tier if gap else tier
    defined = [x for x in (cv, hhi) if not np.isnan(x).all()]
    level = 1 - FALSE_ACCUSATIONS / max(len(defined), 1)
    tiers = score(cv, hhi)
    gates = _quantile(cv, level), _quantile(hhi, level)
    accused = score(_gated(fresh_cv, gates[0]), _gated(fresh_hhi, gates[1]))
    return NullForm(
        cv_quantile=gates[0],
        hhi_quantile=gates[1],
        median_cv=_quantile(cv, 0.5),
        median_hhi=_quantile(hhi, 0.5),
        tier_shares=tuple(float(np.mean(tiers == k)) if defined else np.nan for k in range(5)),
        false_accusations=float(np.mean(accused >= 1)) if defined else np.nan,
    )


def _quantile(values: Array, level: float) -> float:
    return float(np.quantile(values, level)) if not np.isnan(values).any() else np.nan


def _gated(values: Array, gate: float) -> Array:
    return np.where(values > gate, values, np.minimum(values, 0.0))
