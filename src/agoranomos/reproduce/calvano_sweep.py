"""The same learners under an institution: Delta over how likely detection is and how high the fines are.

The institution is `bertrand-audit` with other values for its audit and its rates, judged by the project's own `judge`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from agoranomos.deterrence.derived import changed
from agoranomos.documents import read_text
from agoranomos.institutions import load_institution
from agoranomos.institutions.institution import Institution
from agoranomos.reproduce.calvano import CalvanoResult, Progress, reproduce_calvano
from agoranomos.reproduce.calvano_settings import CalvanoSettings, Setting, paper_setting
from agoranomos.reproduce.gain_map import GainMap, gain_map
from agoranomos.workspace import find_workspace, resolve

INSTITUTION = "bertrand-audit"
FINES = (0.0, 1.0, 2.0, 4.0, 8.0, 16.0)
"""Fines at the first finding, in units of what the round earned above Nash; on watch they are twice as high."""

DETECTION = (0.05, 0.1, 0.2, 0.4, 0.8)
"""Chances that the authority looks in a round."""

MOST_PERIODS = 10_000_000
"""Audits by chance can keep a strategy on the edge between two prices: a session is then given up, and counts."""


def audited(fine: float, detection: float) -> Institution:
    """`bertrand-audit` with this fine at the first finding, twice as much on watch, and this chance of a look."""
    institution = load_institution(read_text(resolve("institutions", INSTITUTION, find_workspace())))
    return changed(
        institution,
        [
            f"audits.look.probability={detection!r}",
            f"transitions.0.fine.rate={fine!r}",
            f"transitions.1.fine.rate={2.0 * fine!r}",
        ],
    )


def reproduce_sweep(
    settings: CalvanoSettings,
    folder: Path | None = None,
    *,
    fines: Sequence[float] = FINES,
    detection: Sequence[float] = DETECTION,
    workers: int = 1,
    progress: Progress | None = None,
) -> list[GainMap]:
    """Two maps, with the own standing in learners' states and without; cells keep their sessions below `folder`."""
    market = paper_setting().market
    own = replace(settings, rule=replace(settings.rule, most=min(settings.rule.most, MOST_PERIODS)))
    maps = []
    for perceives in (True, False):

        def cell(chance: float, fine: float, heard: Progress | None, perceives: bool = perceives) -> CalvanoResult:
            played = Setting(market, audited(fine, chance), perceives)
            where = f"{'with' if perceives else 'without'}-standing-fine-{fine:g}-detection-{chance:g}"
            kept = None if folder is None else folder / "cells" / where
            return reproduce_calvano(own, kept, setting=played, workers=workers, progress=heard)

        title = f"own standing {'known' if perceives else 'not known'} to the learners"
        rows, columns = ("chance of a look", detection), ("fine, as a multiple of the gain", fines)
        maps.append(gain_map(title, rows, columns, cell, settings.sessions, progress))
    return maps
