"""Many runs at once under an institution: play, clear, measure, judge, with sanctions that take effect."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agoranomos.deterrence.calibrated_play import Amounts, Play, Seen, noise_draws
from agoranomos.institutions.bind import Bound
from agoranomos.institutions.compiled import FREE, CompiledJudge, Judged, Rounds, compile_judge
from agoranomos.institutions.draws import round_draws, run_draw
from agoranomos.markets.cournot.arrays import measure_arrays_e6
from agoranomos.markets.cournot.benchmarks import benchmarks
from agoranomos.markets.cournot.clear import clear
from agoranomos.markets.cournot.feasible import countable
from agoranomos.markets.cournot.spec import CournotSpec
from agoranomos.markets.facts import SCALE
from agoranomos.randomness import named_generator

Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Treatment:
    """What an institution did to R runs: cases and sanctions [R], the round of the first of each (0: none).

    `profit` and `fined` [R] are means a firm and round, in the market's money; `surplus` [R] the mean consumer surplus
    a round.
    """

    cases: Counts
    sanctions: Counts
    first_case: Counts
    first_sanction: Counts
    profit: Amounts
    fined: Amounts
    surplus: Amounts

    @property
    def accused(self) -> int:
        """How many runs saw a case."""
        return int((self.cases > 0).sum())

    @property
    def sanctioned(self) -> int:
        """How many runs saw a sanction."""
        return int((self.sanctions > 0).sum())


def treat(bound: Bound, spec: CournotSpec, play: Play, seeds: Sequence[int], rounds: int) -> Treatment:
    """Play `rounds` rounds with each of the seeds under the institution.

    Draws are those of a run with the same seed, and so is what happens: `tests/deterrence/test_calibrated_runs.py`.
    """
    judge = compile_judge(bound)
    runs, firms, goods = len(seeds), len(spec.firms), len(spec.goods)
    noise = noise_draws(tuple(seeds), rounds, spec.firms, goods) if play.noise else None
    standings = judge.start(runs)
    initial = bound.institution.states.index(bound.institution.manifest.initial)
    seen = Seen(
        1, np.zeros((runs, firms, goods)), np.zeros((runs, goods)), np.zeros((runs, firms)), standings.state == initial
    )
    acts = _Acts(judge)
    cases, sanctions = np.zeros(runs, np.int64), np.zeros(runs, np.int64)
    first_case, first_sanction = np.zeros(runs, np.int64), np.zeros(runs, np.int64)
    profit, fined, surplus = np.zeros(runs), np.zeros(runs), np.zeros(runs)
    play.begin(spec, seeds)
    for number in range(1, rounds + 1):
        wanted = play.act(spec, seen)
        if noise is not None:
            wanted = np.clip(wanted * (1.0 + play.noise * noise[number - 1]), 0.0, np.array(spec.capacity)[:, None])
        made = feasible_e6(spec, np.rint(wanted * SCALE).astype(np.int64), standings.limit_e6)
        intercept = _intercepts(spec, tuple(seeds), number)
        cleared = clear(spec, made / SCALE, intercept)
        measures = measure_arrays_e6(spec, benchmarks(spec), made, intercept)
        judged = judge.judge(standings, _observed(bound, measures, number, seeds))
        standings = judged.standings
        happened, taken = acts.cases(judged), acts.sanctions(judged)
        first_case[(first_case == 0) & (happened > 0)] = number
        first_sanction[(first_sanction == 0) & (taken > 0)] = number
        cases += happened
        sanctions += taken
        fines = judged.fine_e6 / SCALE
        profit += cleared.profit.sum(axis=1)
        fined += fines.sum(axis=1)
        surplus += cleared.consumer_surplus
        seen = Seen(number + 1, cleared.quantity, cleared.price, cleared.profit - fines, standings.state == initial)
    firm_rounds = firms * rounds
    return Treatment(
        cases, sanctions, first_case, first_sanction, profit / firm_rounds, fined / firm_rounds, surplus / rounds
    )


class _Acts:
    """Which of a judgement's events and edges are cases and sanctions."""

    def __init__(self, judge: CompiledJudge) -> None:
        manifest = judge.bound.institution.manifest
        self._accusing = np.array([manifest.events[name].accuses is not None for name in judge.events], dtype=bool)
        edges = [edge.spec for edge in judge.bound.institution.edges]  # what takes effect, whatever is written
        self._fines = np.array([edge.fine is not None for edge in edges] + [False])
        limits = [edge.suspend or edge.cap is not None for edge in edges]
        self._limits = np.array([*limits, False])

    def cases(self, judged: Judged) -> Counts:
        """Cases of the round in each run."""
        return np.asarray(judged.events[:, :, self._accusing].sum(axis=(1, 2)))

    def sanctions(self, judged: Judged) -> Counts:
        """Sanctions of the round in each run: fines, suspensions, caps, forfeitures."""
        edges = self._fines[judged.edge].astype(np.int64) + self._limits[judged.edge]
        return np.asarray(edges.sum(axis=1) + (judged.forfeited > 0).sum(axis=(1, 2)))


def _observed(bound: Bound, measures: dict[str, Any], number: int, seeds: Sequence[int]) -> Rounds:
    draws = _round_draws(tuple(seeds), number, bound.facts.agents) if bound.draws else None
    steady = np.array([run_draw(seed) for seed in seeds], dtype=np.uint64) if bound.run_draw else None
    return Rounds(round=number, measures=measures, draws=draws, run_draw=steady)


@lru_cache(maxsize=256)
def _round_draws(seeds: tuple[int, ...], number: int, agents: tuple[str, ...]) -> NDArray[np.uint64]:
    return np.array([round_draws(seed, number, agents) for seed in seeds], dtype=np.uint64)


@lru_cache(maxsize=256)
def _intercepts(spec: CournotSpec, seeds: tuple[int, ...], number: int) -> Amounts | None:
    """The intercepts [R, M] as the market draws them, rounded to millionths; None where demand is not shocked."""
    shock = spec.demand_shock
    if shock is None:
        return None
    draws = [named_generator(seed, "demand-shock", number).standard_normal(len(spec.goods)) for seed in seeds]
    realised = np.rint(np.array(spec.alpha) * (1.0 + np.array(shock.sigma) * np.array(draws)) * SCALE)
    return np.asarray(np.maximum(realised, 0.0) / SCALE)


def feasible_e6(spec: CournotSpec, asked: Counts, limit_e6: Counts) -> Counts:
    """What standings and capacities let through, in millionths: `Market.cap` and `feasible` over arrays."""
    capacity = np.array([countable(most) for most in spec.capacity], dtype=np.int64)
    whole: Any = asked if int(capacity.max()) < 2**31 else asked.astype(object)
    share: Any = np.where(limit_e6 == FREE, SCALE, limit_e6)
    most = (capacity.astype(whole.dtype) * share) // SCALE
    total = whole.sum(axis=2)
    scaled = whole * most[:, :, None] // np.maximum(total, 1)[:, :, None]
    return np.asarray(np.where((total > most)[:, :, None], scaled, whole).astype(np.int64))
