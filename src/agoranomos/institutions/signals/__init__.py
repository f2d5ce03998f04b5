"""What the Oracle can compute from a window of measures: one statistic a file, all in integers."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from agoranomos.institutions.signals.dispersion import DispersionCollapse
from agoranomos.institutions.signals.drift import Drift
from agoranomos.institutions.signals.mean import WindowedMean
from agoranomos.institutions.signals.statistic import BoundSignal, Firing, Window
from agoranomos.institutions.signals.synchronous import SynchronousMove

SignalSpec = Annotated[WindowedMean | DispersionCollapse | SynchronousMove | Drift, Field(discriminator="statistic")]

__all__ = [
    "BoundSignal",
    "DispersionCollapse",
    "Drift",
    "Firing",
    "SignalSpec",
    "SynchronousMove",
    "Window",
    "WindowedMean",
]
