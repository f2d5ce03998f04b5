"""Policies for the leniency cartel: loyal, treacherous, deterred, and finding out."""

from agoranomos.policies.leniency_cartel.cartelist import Cartelist
from agoranomos.policies.leniency_cartel.deterred import Deterred
from agoranomos.policies.leniency_cartel.traitor import CartelWithReport
from agoranomos.policies.leniency_cartel.trial_cartelist import TrialCartelist

__all__ = ["CartelWithReport", "Cartelist", "Deterred", "TrialCartelist"]
