"""Policies for experts: honest, fraudulent in three ways, and finding out."""

from agoranomos.policies.credence_goods.honest_expert import HonestExpert
from agoranomos.policies.credence_goods.overcharger import Overcharger
from agoranomos.policies.credence_goods.overtreater import Overtreater
from agoranomos.policies.credence_goods.trial_expert import TrialExpert
from agoranomos.policies.credence_goods.undertreater import Undertreater

__all__ = ["HonestExpert", "Overcharger", "Overtreater", "TrialExpert", "Undertreater"]
