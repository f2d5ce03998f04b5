"""Early warning: whether the share of those who break a rule has risen, decided round by round as it is seen."""

from agoranomos.statistics.early_warning.calibration import calibrated
from agoranomos.statistics.early_warning.chart import UNITS, Chart, reference_of
from agoranomos.statistics.early_warning.markov_chain import Delay, alarm_by_round, alarm_within, delay_after
from agoranomos.statistics.early_warning.monitoring import first_alarms, statistics_of

__all__ = [
    "UNITS",
    "Chart",
    "Delay",
    "alarm_by_round",
    "alarm_within",
    "calibrated",
    "delay_after",
    "first_alarms",
    "reference_of",
    "statistics_of",
]
