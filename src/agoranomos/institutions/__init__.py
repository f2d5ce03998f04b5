"""Institutions: governance graphs as data, the Oracle, the Controller, and `judge`, the one function of them all."""

from agoranomos.institutions.adapter import MarketAdapter, MeasuredEnv, Outcome
from agoranomos.institutions.bind import Bound, bind
from agoranomos.institutions.fold import Tally
from agoranomos.institutions.governed import Governed, Pending, PoisonedError
from agoranomos.institutions.institution import Institution, load_institution
from agoranomos.institutions.judge import initial_standings, judge
from agoranomos.institutions.judgement import Judgement, Observed, Standing
from agoranomos.institutions.replay import Replayed, replay
from agoranomos.institutions.run_entries import ReplayMismatch

__all__ = [
    "Bound",
    "Governed",
    "Institution",
    "Judgement",
    "MarketAdapter",
    "MeasuredEnv",
    "Observed",
    "Outcome",
    "Pending",
    "PoisonedError",
    "ReplayMismatch",
    "Replayed",
    "Standing",
    "Tally",
    "bind",
    "initial_standings",
    "judge",
    "load_institution",
    "replay",
]
