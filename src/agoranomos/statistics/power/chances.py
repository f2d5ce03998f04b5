"""The chance that a test finds what is there: closed forms and one integral, no simulation."""

from __future__ import annotations

import math

import numpy as np
from scipy import special, stats

_NODES = 4_000


def chance_of_difference(effect: float, standard_error: float, df: float, *, level: float = 0.95) -> float:
    """The chance that a two-sided t test rejects a zero difference when it is `effect`, in the units of the error.

    By the noncentral t distribution. Source: J. Cohen, Statistical Power Analysis for the Behavioral Sciences, 2nd ed.
    (1988), section 12.8; the values are normal.
    """
    centre = abs(effect) / standard_error
    critical = float(special.stdtrit(df, 0.5 + level / 2))
    above = float(stats.nct.sf(critical, df, centre))
    below = float(stats.nct.cdf(-critical, df, centre))
    # SciPy gives NaN for tails that are too small for it, and for centres that are too far.
    if math.isnan(above):
        above = 1.0
    return min(1.0, above + (0.0 if math.isnan(below) else below))


def chance_of_equivalence(
    effect: float, margin: float, standard_error: float, df: float, *, level: float = 0.95
) -> float:
    """The chance that two one-sided tests show the difference within +/- `margin` when it is `effect`.

    The estimate is normal and its squared error a chi square over df, apart from each other; the chance is integrated
    over the error. Source: D. B. Owen's integral as in K. F. Phillips, "Power of the two one-sided tests procedure in
    bioequivalence", Journal of Pharmacokinetics and Biopharmaceutics 18 (1990).
    """
    critical = float(special.stdtrit(df, level))
    shares = (np.arange(_NODES) + 0.5) / _NODES
    room = margin - critical * standard_error * np.sqrt(special.chdtri(df, 1 - shares) / df)
    inside = special.ndtr((room - effect) / standard_error) - special.ndtr((-room - effect) / standard_error)
    return float(np.where(room > 0, inside, 0.0).mean())
