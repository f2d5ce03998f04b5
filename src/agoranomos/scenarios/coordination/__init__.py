"""Coordination: a group, an option that pays where enough choose it, and perhaps a rule against it."""

from agoranomos.scenarios.coordination.clear import Cleared, clear
from agoranomos.scenarios.coordination.env import Coordination
from agoranomos.scenarios.coordination.seeded import Seeded
from agoranomos.scenarios.coordination.setting import Setting, built_in
from agoranomos.scenarios.coordination.spec import CoordinationSpec, Factors
from agoranomos.scenarios.coordination.theory import advantage, audit_threshold, audited_game, unstable_point

__all__ = [
    "Cleared",
    "Coordination",
    "CoordinationSpec",
    "Factors",
    "Seeded",
    "Setting",
    "advantage",
    "audit_threshold",
    "audited_game",
    "built_in",
    "clear",
    "unstable_point",
]
