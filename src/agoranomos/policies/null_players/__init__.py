"""Null players: what a curve of violations looks like where nobody has an inclination that experience could change."""

from agoranomos.policies.null_players.constant_hazard import ConstantHazard
from agoranomos.policies.null_players.iid_chooser import IidChooser
from agoranomos.policies.null_players.myopic_best_response import MyopicBestResponse
from agoranomos.policies.null_players.payoff_biased_imitation import PayoffBiasedImitation

__all__ = ["ConstantHazard", "IidChooser", "MyopicBestResponse", "PayoffBiasedImitation"]
