"""Scenarios: markets whose observations are words, a family a folder. Nothing here knows of institutions or models."""

from agoranomos.scenarios.delegated import Delegated
from agoranomos.scenarios.delegated_spec import DelegatedSpec
from agoranomos.scenarios.measures import COMMON_KINDS, common_measures
from agoranomos.scenarios.option import Option
from agoranomos.scenarios.replies import Answer, read_choice
from agoranomos.scenarios.scenario import Exchange, Scenario
from agoranomos.scenarios.scenario_spec import Fabricated, NetworkedSpec, ScenarioSpec, Sees

__all__ = [
    "COMMON_KINDS",
    "Answer",
    "Delegated",
    "DelegatedSpec",
    "Exchange",
    "Fabricated",
    "NetworkedSpec",
    "Option",
    "Scenario",
    "ScenarioSpec",
    "Sees",
    "common_measures",
    "read_choice",
]
