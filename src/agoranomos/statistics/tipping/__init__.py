"""Alignment tipping: rates, events, drift, change points, response curves and reproduction, as functions on arrays."""

from agoranomos.statistics.tipping.change_point import ChangePoint, change_point
from agoranomos.statistics.tipping.contagion import Contagion, contagion
from agoranomos.statistics.tipping.drift import Drift, drift
from agoranomos.statistics.tipping.events import hazard, later_hazard, persistence, success_effect
from agoranomos.statistics.tipping.groups import (
    AdoptionTime,
    ResponseCurve,
    adoption_time,
    response_curve,
    unstable_point,
)
from agoranomos.statistics.tipping.null_curves import constant_hazard
from agoranomos.statistics.tipping.rates import area, experience_effect, sharpness, shift, violation_rate
from agoranomos.statistics.tipping.reproduction import reproduction_number
from agoranomos.statistics.tipping.synthetic import KINDS, synthetic

__all__ = [
    "KINDS",
    "AdoptionTime",
    "ChangePoint",
    "Contagion",
    "Drift",
    "ResponseCurve",
    "adoption_time",
    "area",
    "change_point",
    "constant_hazard",
    "contagion",
    "drift",
    "experience_effect",
    "hazard",
    "later_hazard",
    "persistence",
    "reproduction_number",
    "response_curve",
    "sharpness",
    "shift",
    "success_effect",
    "synthetic",
    "unstable_point",
    "violation_rate",
]
