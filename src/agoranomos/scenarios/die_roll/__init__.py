"""Die-roll: a number is rolled, another may be reported, and who is paid for it does not report it."""

from agoranomos.scenarios.die_roll.env import DieRoll
from agoranomos.scenarios.die_roll.spec import Check, DieRollSpec
from agoranomos.scenarios.die_roll.theory import Terms

__all__ = ["Check", "DieRoll", "DieRollSpec", "Terms"]
