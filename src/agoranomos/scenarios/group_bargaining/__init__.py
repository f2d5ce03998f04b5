"""Group bargaining: hikers and pressers settle one number, and the median of their proposals holds."""

from agoranomos.scenarios.group_bargaining.clear import Settled, clear
from agoranomos.scenarios.group_bargaining.env import GroupBargaining
from agoranomos.scenarios.group_bargaining.sentiment import mean_sentiment, sentiment
from agoranomos.scenarios.group_bargaining.setting import Setting, built_in
from agoranomos.scenarios.group_bargaining.spec import GroupBargainingSpec

__all__ = [
    "GroupBargaining",
    "GroupBargainingSpec",
    "Setting",
    "Settled",
    "built_in",
    "clear",
    "mean_sentiment",
    "sentiment",
]
