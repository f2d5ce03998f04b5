"""Delta over learning rates and decays of exploration: a coarse form of the paper's grid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from agoranomos.reproduce.calvano import CalvanoResult, Progress, reproduce_calvano
from agoranomos.reproduce.calvano_settings import CalvanoSettings, Setting, paper_setting
from agoranomos.reproduce.gain_map import GainMap, gain_map

LEARNING_RATES = (0.025, 0.05, 0.1, 0.15, 0.2, 0.25)
DECAYS = (1e-6, 4e-6, 8e-6, 1.2e-5, 1.6e-5, 2e-5)
"""A few points of the paper's grid."""


def reproduce_grid(
    settings: CalvanoSettings,
    folder: Path | None = None,
    *,
    setting: Setting | None = None,
    learning_rates: Sequence[float] = LEARNING_RATES,
    decays: Sequence[float] = DECAYS,
    workers: int = 1,
    progress: Progress | None = None,
) -> list[GainMap]:
    """The settings' sessions in each cell; every cell keeps its own in a folder below `folder`."""
    played = setting or paper_setting()

    def cell(rate: float, decay: float, heard: Progress | None) -> CalvanoResult:
        own = replace(settings, rule=replace(settings.rule, learning_rate=rate, decay=decay))
        where = None if folder is None else folder / "cells" / f"alpha-{rate:g}-beta-{decay:g}"
        return reproduce_calvano(own, where, setting=played, workers=workers, progress=heard)

    title = "Q-learners without an institution"
    return [gain_map(title, ("alpha", learning_rates), ("beta", decays), cell, settings.sessions, progress)]
