"""Public goods: voluntary contributions, and punishment among those who gave."""

from agoranomos.markets.public_goods.benchmarks import contributions
from agoranomos.markets.public_goods.clear import Contributed, Punished, clear, punish
from agoranomos.markets.public_goods.env import PublicGoods
from agoranomos.markets.public_goods.spec import PublicGoodsSpec, Punishment

__all__ = [
    "Contributed",
    "PublicGoods",
    "PublicGoodsSpec",
    "Punished",
    "Punishment",
    "clear",
    "contributions",
    "punish",
]
