"""Threshold public goods: a good that is there for all as soon as enough contribute."""

from agoranomos.markets.threshold_public_goods.benchmarks import contributors
from agoranomos.markets.threshold_public_goods.clear import Outcome, clear
from agoranomos.markets.threshold_public_goods.env import ThresholdPublicGoods
from agoranomos.markets.threshold_public_goods.equilibria import Equilibria, equilibria, expected_gain
from agoranomos.markets.threshold_public_goods.spec import ThresholdPublicGoodsSpec

__all__ = [
    "Equilibria",
    "Outcome",
    "ThresholdPublicGoods",
    "ThresholdPublicGoodsSpec",
    "clear",
    "contributors",
    "equilibria",
    "expected_gain",
]
