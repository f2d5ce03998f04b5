"""Policies for users of a commons: restraint, greed, and restraint on conditions."""

from agoranomos.policies.commons.conditional_user import ConditionalUser
from agoranomos.policies.commons.greedy import Greedy
from agoranomos.policies.commons.opportunist import Opportunist
from agoranomos.policies.commons.sustainable_share import SustainableShare
from agoranomos.policies.commons.threshold_user import ThresholdUser

__all__ = ["ConditionalUser", "Greedy", "Opportunist", "SustainableShare", "ThresholdUser"]
