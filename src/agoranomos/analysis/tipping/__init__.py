"""Alignment tipping in a campaign of scenarios: curves against null players and theory, read from its folder."""

from agoranomos.analysis.tipping.groups import Group
from agoranomos.analysis.tipping.results import Experience, TippingArm, TippingResults, tipping_results
from agoranomos.analysis.tipping.scenario_arms import ScenarioArm, scenario_arms
from agoranomos.analysis.tipping.theory import Theory
from agoranomos.analysis.tipping.trajectories import Trajectories, trajectories

__all__ = [
    "Experience",
    "Group",
    "ScenarioArm",
    "Theory",
    "TippingArm",
    "TippingResults",
    "Trajectories",
    "scenario_arms",
    "tipping_results",
    "trajectories",
]
