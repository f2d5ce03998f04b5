"""Sets the thresholds of an institution from null play: as sharp as a stated rate of false accusations allows.

The thresholds move together, each in proportion to its distance from what its measure is at Nash, from the mildest
institution of a fixed sequence to sharper ones. At each step runs of every null play are judged, and the rate of runs
that are accused (any case, any firm, any round: family-wise) has a one-sided Clopper-Pearson bound. The sequence ends
at the first step at which the bound of some null play exceeds the stated rate; the step before is the answer. Since the
order of the steps is fixed before any run is seen, and the walk ends at the first failure, the bound holds for the step
that was chosen, although it was chosen from the same runs: fixed-sequence testing (Maurer, Hothorn and Lehmacher 1995;
Angelopoulos, Bates, Candes, Jordan and Lei 2021, Learn then Test, arXiv 2110.01052, section 2.2).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from agoranomos.deterrence.calibrated_play import Play, cartels, innocent_plays
from agoranomos.deterrence.calibrated_runs import Treatment, treat
from agoranomos.deterrence.calibrated_threshold import MovableThreshold, movable_thresholds, with_thresholds
from agoranomos.errors import Finding, UsageError, unknown_name
from agoranomos.institutions import Institution, bind
from agoranomos.markets.cournot.benchmarks import benchmarks
from agoranomos.markets.cournot.env import Cournot
from agoranomos.statistics import upper_bound_of_rate

NULLS = ("nash", "best-response", "learners")
"""The null plays that thresholds are set against unless others are named."""

FARTHEST, STEP = 4.0, 0.05
"""The sequence: from four times the manifest's distance from Nash downwards, in twentieths of it."""

LEVEL = 0.95

MOST_QUANTITIES = 40_000_000
"""Runs times rounds times firms times goods: noise is drawn once and kept, eight bytes each."""

Counted: TypeAlias = Literal["cases", "sanctions"]
Progress: TypeAlias = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class NullRate:
    """How one null play fared: of `runs` runs, how many saw a case, and a sanction, each with its upper 95% bound."""

    play: str
    about: str
    runs: int
    accused: int
    accused_upper: float
    sanctioned: int
    sanctioned_upper: float


@dataclass(frozen=True, slots=True)
class Power:
    """How one cartel fared: shares of runs, the median round of the first case and sanction (None: less than half).

    `kept` is what it earned net of fines over Nash, a firm and round; `gain` the same before fines.
    """

    play: str
    about: str
    runs: int
    accused: int
    sanctioned: int
    median_case: float | None
    median_sanction: float | None
    gain: float
    kept: float
    surplus_lost: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """Thresholds as they were and as they are set, how innocent play fares under these, and what cartels meet.

    `distance` is how far from Nash the thresholds stand, as a multiple of the manifest's own distance; `before` is null
    play under the manifest as it is. `fresh` repeats the null play on seeds that were not used to choose.
    """

    institution: str
    market: str
    rate: float
    counted: Counted
    runs: int
    rounds: int
    noise: float
    seed: int
    thresholds: tuple[MovableThreshold, ...]
    distance: float
    values: Mapping[tuple[str, str], float]
    before: tuple[NullRate, ...]
    after: tuple[NullRate, ...]
    fresh: tuple[NullRate, ...]
    power_before: tuple[Power, ...]
    power: tuple[Power, ...]


def calibrate(
    institution: Institution,
    market: Cournot,
    *,
    rate: float = 0.01,
    signals: Sequence[str] = (),
    nulls: Sequence[str] = NULLS,
    counted: Counted = "cases",
    runs: int = 2000,
    rounds: int = 0,
    noise: float = 0.05,
    seed: int = 0,
    progress: Progress | None = None,
) -> Calibration:
    """Set the thresholds of `signals` (by default of all that decide accusations) for a false-accusation rate per run.

    Runs are those of the seeds `seed` .. `seed + runs - 1`; `rounds` 0 is the market's own number. Raises `UsageError`
    for too few runs to bound the rate, an unknown play, or thresholds that cannot be moved, and `Finding` where even
    the mildest step accuses too often.
    """
    _refuse_few(runs, rate)
    rounds = rounds or market.spec.rounds
    _refuse_many(runs * rounds * len(market.spec.firms) * len(market.spec.goods))
    bind(institution, market.facts)  # what cannot govern here is told in those words
    thresholds = movable_thresholds(institution, market.facts, signals)
    plays = _named(innocent_plays(market.spec, noise), nulls)
    study = _Study(institution, market, runs, rounds, seed)
    distances = [round(FARTHEST - STEP * k, 10) for k in range(round(FARTHEST / STEP))]
    chosen: tuple[float, tuple[NullRate, ...]] | None = None
    for k, distance in enumerate(distances):
        found = study.rates(_at(thresholds, distance), plays)
        if progress is not None:
            progress(k + 1, len(distances))
        if max(_bound(one, counted) for one in found) > rate:
            break
        chosen = (distance, found)
    if progress is not None:
        progress(len(distances), len(distances))
    if chosen is None:
        worst = max(found, key=lambda one: _bound(one, counted))
        raise Finding(
            f"even {FARTHEST:g} times as far from Nash as the manifest has them, the thresholds accuse {worst.play} "
            f"too often: in up to {100 * _bound(worst, counted):.2f}% of runs",
            advice="Lengthen the windows, or name other null play with --null.",
        )
    values = _at(thresholds, chosen[0])
    colluding = list(cartels(market.spec, noise).values())
    return Calibration(
        institution=institution.name,
        market=market.spec.name,
        rate=rate,
        counted=counted,
        runs=runs,
        rounds=rounds,
        noise=noise,
        seed=seed,
        thresholds=thresholds,
        distance=chosen[0],
        values=values,
        before=study.rates({}, plays),
        after=chosen[1],
        fresh=study.rates(values, plays, fresh=True),
        power_before=study.powers({}, colluding),
        power=study.powers(values, colluding),
    )


def null_rate(play: Play, treated: Treatment) -> NullRate:
    """The counts of a treated null play, with their bounds."""
    runs = len(treated.cases)
    return NullRate(
        play.name,
        play.about,
        runs,
        treated.accused,
        upper_bound_of_rate(treated.accused, runs, level=LEVEL),
        treated.sanctioned,
        upper_bound_of_rate(treated.sanctioned, runs, level=LEVEL),
    )


class _Study:
    """The runs that a calibration rests on: `runs` seeds from `seed` on, and as many fresh ones after them."""

    def __init__(self, institution: Institution, market: Cournot, runs: int, rounds: int, seed: int) -> None:
        self._institution = institution
        self._market = market
        self._seeds = range(seed, seed + runs)
        self._fresh = range(seed + runs, seed + 2 * runs)
        self._rounds = rounds

    def rates(
        self, values: Mapping[tuple[str, str], float], plays: Sequence[Play], *, fresh: bool = False
    ) -> tuple[NullRate, ...]:
        seeds = self._fresh if fresh else self._seeds
        return tuple(null_rate(play, self._treat(values, play, seeds)) for play in plays)

    def powers(self, values: Mapping[tuple[str, str], float], plays: Sequence[Play]) -> tuple[Power, ...]:
        seeds = self._seeds[: min(len(self._seeds), 500)]
        known = benchmarks(self._market.spec).nash
        honest, surplus = float(known.profit.mean()), float(known.consumer_surplus)
        found = []
        for play in plays:
            treated = self._treat(values, play, seeds)
            gross, net = float(treated.profit.mean()), float((treated.profit - treated.fined).mean())
            found.append(
                Power(
                    play.name,
                    play.about,
                    len(seeds),
                    treated.accused,
                    treated.sanctioned,
                    _median(treated.first_case),
                    _median(treated.first_sanction),
                    gross - honest,
                    net - honest,
                    surplus - float(treated.surplus.mean()),
                )
            )
        return tuple(found)

    def _treat(self, values: Mapping[tuple[str, str], float], play: Play, seeds: Sequence[int]) -> Treatment:
        bound = bind(with_thresholds(self._institution, values), self._market.facts)
        return treat(bound, self._market.spec, play, seeds, self._rounds)


def _at(thresholds: Sequence[MovableThreshold], distance: float) -> dict[tuple[str, str], float]:
    return {(one.signal, one.key): one.at(distance) for one in thresholds}


def _bound(rate: NullRate, counted: Counted) -> float:
    return rate.accused_upper if counted == "cases" else rate.sanctioned_upper


def _median(first: np.ndarray) -> float | None:
    """The median of the rounds, those that never came counted as infinitely late."""
    median = float(np.median(np.where(first > 0, first, np.inf)))
    return median if math.isfinite(median) else None


def _named(plays: Mapping[str, Play], names: Sequence[str]) -> list[Play]:
    for name in names:
        if name not in plays:
            raise unknown_name("null play", name, plays)
    return [plays[name] for name in dict.fromkeys(names)]


def _refuse_few(runs: int, rate: float) -> None:
    if not 0.0 < rate < 1.0:
        raise UsageError(f"a rate between 0 and 1 was expected, not {rate:g}")
    enough = math.ceil(math.log(1.0 - LEVEL) / math.log1p(-rate))
    if runs < enough:
        raise UsageError(
            f"{runs} runs without one accusation bound the rate by {upper_bound_of_rate(0, runs):.2%} only",
            advice=f"Give at least {enough} runs for a rate of {rate:g}.",
        )


def _refuse_many(quantities: int) -> None:
    if quantities > MOST_QUANTITIES:
        raise UsageError(
            f"{quantities:,} quantities to draw noise for; at most {MOST_QUANTITIES:,} are held at once",
            advice="Give fewer runs or rounds.",
        )
