"""What one run came to: prices, surplus and welfare first, then structure and tier, then enforcement and failures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from agoranomos.analysis.calibration import Calibration
from agoranomos.analysis.tables import UNKNOWN, ArmData, Flags, RunData
from agoranomos.analysis.tiers import RECORDED, NashStructure, excess, gap_tier, nash_structure, tier
from agoranomos.campaigns.tables import SANCTION_KINDS

LAST = 20
"""How many final rounds stand for the long run."""

REPAIR_LIMIT = 0.05
"""The share of repaired moves above which a run says more about repairs than about its agents."""


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Means over rounds, per round, before fines; `price` over goods too, `profit` summed over agents.

    `welfare` is consumer surplus plus profit, less what enforcement cost in the round if a price of a case is given.
    """

    price: float
    consumer_surplus: float
    welfare: float
    profit: float
    price_elevation: float
    surplus_ratio: float


@dataclass(frozen=True, slots=True)
class Structure:
    """Excess over Nash and the tiers that follow; NaN where undefined.

    `tier` is the paper's where its ratios exist and the gap form's elsewhere; `calibrated_tier` is the same form
    against null play (NaN without a calibration).
    """

    hhi_excess: float
    cv_excess: float
    hhi_gap: float
    cv_gap: float
    tier: float
    gap_tier: float
    calibrated_tier: float


UNSCORED = Structure(*[float("nan")] * 7)
"""In a market that publishes no CV: there are no tiers where no firm chooses among goods."""


@dataclass(frozen=True, slots=True)
class RunResult:
    """One run. `structure` leaves out the rounds in which an agent sat suspended; `structure_all` counts them."""

    arm: str
    seed: int
    rounds: int
    suspended_rounds: int
    outcomes: Outcomes
    outcomes_last: Outcomes
    price_free: float
    """The mean price of the rounds that no agent sat out."""
    structure: Structure
    structure_all: Structure
    structure_last: Structure
    acts: Mapping[str, int]
    fines: float
    lost_welfare: float
    """Welfare at Nash less welfare, summed over the rounds in which an agent sat suspended."""
    decisions: int
    repaired: int
    projected: int
    calls: int
    failures: Mapping[str, int]
    others: Mapping[str, float] = field(default_factory=dict)
    """The market's other measures, means over rounds; those of the last rounds in `others_last`."""
    others_last: Mapping[str, float] = field(default_factory=dict)

    @property
    def cases(self) -> int:
        """Cases opened."""
        return self.acts.get("case", 0)

    @property
    def sanctions(self) -> int:
        """Fines, suspensions, caps and forfeitures imposed."""
        return sum(self.acts.get(kind, 0) for kind in SANCTION_KINDS)

    @property
    def over_repair_limit(self) -> bool:
        """Whether too many of its moves were repaired for it to speak for its agents."""
        return self.repaired > REPAIR_LIMIT * self.decisions


@dataclass(frozen=True, slots=True)
class Null:
    """Null play for whole runs and for their last rounds; None where the market cannot be simulated."""

    whole: Calibration | None = None
    last: Calibration | None = None


def uses_gap_form(nash: NashStructure) -> bool:
    """Whether the paper's ratio of CVs does not exist, because a firm's Nash CV is 0 or undefined."""
    return not bool((nash.cv > RECORDED).all())


def run_result(arm: ArmData, run: RunData, null: Null, *, case_cost: float = 0.0) -> RunResult:
    """Everything that reports say of one run; `case_cost` is what a case costs society, in the market's money."""
    nash = run.nash if run.nash is not None else arm.benchmarks.get("nash", UNKNOWN)
    scored = nash.cv.size > 0
    reference = nash_structure(_or_unknown(nash.hhi, run.hhi), _or_unknown(nash.cv, run.cv))
    everything = slice(None)
    last = slice(max(run.rounds - LAST, 0), None)
    sat_out: Flags = np.asarray(run.suspended.any(axis=1))
    cost = case_cost * run.acts.get("case", 0) / run.rounds if run.rounds else 0.0
    return RunResult(
        arm=arm.name,
        seed=run.seed,
        rounds=run.rounds,
        suspended_rounds=int(sat_out.sum()),
        outcomes=_outcomes(run, everything, nash.consumer_surplus, cost),
        outcomes_last=_outcomes(run, last, nash.consumer_surplus, cost),
        price_free=_mean(run.price[np.logical_not(sat_out)]),
        structure=_structure(run, everything, np.logical_not(sat_out), reference, null.whole) if scored else UNSCORED,
        structure_all=_structure(run, everything, np.ones_like(sat_out), reference, null.whole) if scored else UNSCORED,
        structure_last=_structure(run, last, np.logical_not(sat_out), reference, null.last) if scored else UNSCORED,
        acts=run.acts,
        fines=float(run.fine.sum()),
        lost_welfare=float((nash.welfare - run.welfare[sat_out]).sum()),
        decisions=int((~run.suspended).sum()),
        repaired=int(run.repaired.sum()),
        projected=int(run.projected.sum()),
        calls=run.calls,
        failures=run.failures,
        others={key: _mean(values) for key, values in run.others.items()},
        others_last={key: _mean(values[last]) for key, values in run.others.items()},
    )


def _or_unknown(at_nash: np.ndarray, by_round: np.ndarray) -> np.ndarray:
    """The measure at Nash, (M,) or (N,), or NaN for each column of `by_round` in a market that does not publish it."""
    return at_nash if at_nash.size else np.full(by_round.shape[1], np.nan)


def _outcomes(run: RunData, window: slice, nash_surplus: float, cost_per_round: float) -> Outcomes:
    surplus = _mean(run.consumer_surplus[window])
    return Outcomes(
        price=_mean(run.price[window]),
        consumer_surplus=surplus,
        welfare=_mean(run.welfare[window]) - cost_per_round,
        profit=_mean(run.profit[window].sum(axis=1)),
        price_elevation=_mean(run.price_elevation[window]),
        surplus_ratio=surplus / nash_surplus if nash_surplus > 0 else float("nan"),
    )


def _structure(
    run: RunData, window: slice, counted: Flags, reference: NashStructure, null: Calibration | None
) -> Structure:
    found = excess(run.hhi[window], run.cv[window], reference, counted[window])
    papers, gaps = tier(found.cv, found.hhi, RECORDED), gap_tier(found.cv_gap, found.hhi_gap, RECORDED)
    by_gap = uses_gap_form(reference)
    calibrated = float("nan")
    if null is not None:
        calibrated = float(null.gap_tiers(found, RECORDED) if by_gap else null.tiers(found, RECORDED))
    return Structure(
        hhi_excess=float(found.hhi),
        cv_excess=float(found.cv),
        hhi_gap=float(found.hhi_gap),
        cv_gap=float(found.cv_gap),
        tier=float(gaps if by_gap else papers),
        gap_tier=float(gaps),
        calibrated_tier=calibrated,
    )


def _mean(values: np.ndarray) -> float:
    """The mean of what is defined; NaN where nothing is."""
    defined = values[~np.isnan(values)]
    return float(defined.mean()) if defined.size else float("nan")
