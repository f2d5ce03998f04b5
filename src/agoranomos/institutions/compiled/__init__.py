"""`judge` over arrays of runs: for learners, certificates, exploration and calibration."""

from agoranomos.institutions.compiled.conversion import measured_from, rounds_from, standings_from
from agoranomos.institutions.compiled.judge import CompiledJudge, compile_judge
from agoranomos.institutions.compiled.values import (
    FREE,
    NEVER,
    UNDEFINED,
    Judged,
    Rounds,
    Standings,
    unique,
)

__all__ = [
    "FREE",
    "NEVER",
    "UNDEFINED",
    "CompiledJudge",
    "Judged",
    "Rounds",
    "Standings",
    "compile_judge",
    "measured_from",
    "rounds_from",
    "standings_from",
    "unique",
]
