"""A commons whose users report what they take, and one of whom keeps the watch over the others."""

from agoranomos.scenarios.commons_monitor.env import CommonsMonitor
from agoranomos.scenarios.commons_monitor.spec import Check, CommonsMonitorSpec, Newcomer, Sanction

__all__ = ["Check", "CommonsMonitor", "CommonsMonitorSpec", "Newcomer", "Sanction"]
