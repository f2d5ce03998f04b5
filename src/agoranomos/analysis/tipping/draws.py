"""The draws of all bootstraps of an arm, named, so that a report comes out the same again."""

from __future__ import annotations

import numpy as np

from agoranomos.analysis.tipping.trajectories import Trajectories
from agoranomos.randomness import named_generator

SEED = 20_261_121


def draws(data: Trajectories, purpose: str) -> np.random.Generator:
    """Those for one `purpose` of one arm."""
    return named_generator(SEED, f"tipping-{purpose}", agent=data.arm.name)
