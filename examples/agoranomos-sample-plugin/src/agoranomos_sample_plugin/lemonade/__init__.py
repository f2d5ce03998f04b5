"""Lemonade stands on one street: whoever asks least sells."""

from agoranomos_sample_plugin.lemonade.env import Lemonade
from agoranomos_sample_plugin.lemonade.spec import LemonadeSpec

__all__ = ["Lemonade", "LemonadeSpec"]
