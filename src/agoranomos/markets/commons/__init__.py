"""Commons: a renewable stock that many take from."""

from agoranomos.markets.commons.benchmarks import Rule, rules, sustainable_yield
from agoranomos.markets.commons.clear import Outcome, clear
from agoranomos.markets.commons.env import Commons
from agoranomos.markets.commons.growth import Doubling, LevhariMirman, Logistic
from agoranomos.markets.commons.run_metrics import RunMetrics, run_metrics
from agoranomos.markets.commons.spec import CommonsSpec

__all__ = [
    "Commons",
    "CommonsSpec",
    "Doubling",
    "LevhariMirman",
    "Logistic",
    "Outcome",
    "Rule",
    "RunMetrics",
    "clear",
    "rules",
    "run_metrics",
    "sustainable_yield",
]
