"""Delta over learning rates and decays of exploration: a coarse form of the paper's figure 1."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from agoranomos.reproduce.calvano import Progress, reproduce_calvano
from agoranomos.reproduce.calvano_settings import CalvanoSettings, Setting, paper_setting
from agoranomos.reproduce.gain_map import GainMap

LEARNING_RATES = (0.025, 0.05, 0.1, 0.15, 0.2, 0.25)
DECAYS = (1e-6, 4e-6, 8e-6, 1.2e-5, 1.6e-5, 2e-5)
"""The paper has 100 points of each between 0.025 and 0.25, and between 0 and 2e-5."""


def reproduce_grid(
    settings: CalvanoSettings,
    folder: Path | None = None,
    *,
    setting: Setting | None = None,
    learning_rates: tuple[float, ...] = LEARNING_RATES,
    decays: tuple[float, ...] = DECAYS,
    workers: int = 1,
    progress: Progress | None = None,
) -> list[GainMap]:
    """The settings' sessions in each cell; every cell keeps its own in a folder below `folder`."""
    played = setting or paper_setting()
    gain, margin = (np.empty((len(learning_rates), len(decays))) for _ in range(2))
    done, of = 0, gain.size * settings.sessions
    for row, rate in enumerate(learning_rates):
        for column, decay in enumerate(decays):
            cell = replace(settings, rule=replace(settings.rule, learning_rate=rate, decay=decay))
            where = None if folder is None else folder / "cells" / f"alpha-{rate:g}-beta-{decay:g}"
            found = reproduce_calvano(cell, where, setting=played, workers=workers)
            gain[row, column] = found.gain.point
            margin[row, column] = found.gain.high - found.gain.point
            done += settings.sessions
            if progress is not None:
                progress(done, of)
    title = f"Q-learners without an institution, {settings.sessions} sessions a cell"
    return [GainMap(title, "alpha", "beta", learning_rates, decays, gain, margin, settings.sessions)]
