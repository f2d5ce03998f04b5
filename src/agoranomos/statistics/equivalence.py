"""Two one-sided tests: whether an effect is shown to be smaller than a margin, either way."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy import special

from agoranomos.statistics.result import NAN, Estimate


@dataclass(frozen=True, slots=True)
class Equivalence:
    """`p` at or below `1 - level` shows the effect within +/- `margin`; so does an interval that lies within it.

    `low`, `high` bound the effect at `2 level - 1` (90% for a level of 95%), as the two one-sided tests do. NaN with
    a `reason` where the estimate has no standard error.
    """

    point: float
    low: float
    high: float
    p: float
    margin: float
    level: float
    reason: str = ""

    @property
    def shown(self) -> bool:
        """Whether the effect is shown to lie within the margin."""
        return self.p <= 1 - self.level + 1e-12


def equivalence_test(estimate: Estimate, margin: float, *, level: float = 0.95) -> Equivalence:
    """Whether the estimate's effect lies strictly within +/- `margin`, by two one-sided t tests.

    p is the larger of the two, which is that of the nearer end of the margin. Takes any estimate that has a standard
    error and degrees of freedom: of means, pairs, clusters or a mixed model. Source: D. J. Schuirmann, "A comparison of
    the two one-sided tests procedure and the power approach", Journal of Pharmacokinetics and Biopharmaceutics 15
    (1987). Raises `ValueError` for a margin that is not above zero.
    """
    if not margin > 0:
        raise ValueError(f"a margin above zero was expected, not {margin:g}")
    point, se = estimate.point, estimate.se
    if np.isnan(se) or np.isnan(estimate.df):
        reason = estimate.reason or f"{estimate.method} gives no standard error"
        return Equivalence(point, NAN, NAN, NAN, margin, level, reason)
    nearer, df = (abs(point) - margin) / se, estimate.df
    p = float(special.ndtr(nearer) if np.isinf(df) else special.stdtr(df, nearer))
    width = float(special.ndtri(level) if np.isinf(df) else special.stdtrit(df, level)) * se
    return Equivalence(point, point - width, point + width, p, margin, level)
