"""Independent learners by proximal policy optimisation (PPO), in any market, under an institution or none."""

from agoranomos.learning.ppo.settings import PpoSettings
from agoranomos.learning.ppo.training import Progress, Training, train

__all__ = ["PpoSettings", "Progress", "Training", "train"]
