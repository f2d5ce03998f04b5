"""Policies for members of a public goods game: giving on conditions, riding free, and punishing at one's own cost."""

from agoranomos.policies.public_goods.altruistic_punisher import AltruisticPunisher
from agoranomos.policies.public_goods.conditional_cooperator import ConditionalCooperator
from agoranomos.policies.public_goods.free_rider import FreeRider

__all__ = ["AltruisticPunisher", "ConditionalCooperator", "FreeRider"]
