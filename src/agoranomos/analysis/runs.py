"""What one run came to: prices, surplus and welfare first, then structure and tier, then enforcement and failures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from agoranomos.analysis.calibration import Calibration
from agoranomos.analysis.tiers import RECORDED, NashStructure
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
