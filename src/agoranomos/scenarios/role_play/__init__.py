"""Role-play: somebody at work, a rule, and an option that pays more."""

from agoranomos.scenarios.role_play.audit import Audit, threshold
from agoranomos.scenarios.role_play.env import RolePlay
from agoranomos.scenarios.role_play.setting import Setting, built_in
from agoranomos.scenarios.role_play.spec import RolePlaySpec

__all__ = ["Audit", "RolePlay", "RolePlaySpec", "Setting", "built_in", "threshold"]
