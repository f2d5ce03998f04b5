"""Institutional AI (arXiv 2601.11369), run again: the design, its tables beside the published numbers, corrections."""

from agoranomos.reproduce.institutional_ai.design import (
    BATCHES,
    MAIN,
    PLACEBOS,
    ROSTERS,
    ROUNDS,
    RUNS,
    SWEEPS,
    Asked,
    design,
)
from agoranomos.reproduce.institutional_ai.findings import findings

__all__ = ["BATCHES", "MAIN", "PLACEBOS", "ROSTERS", "ROUNDS", "RUNS", "SWEEPS", "Asked", "design", "findings"]
