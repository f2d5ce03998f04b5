"""Experts who know better than their customers: the market of Dulleck, Kerschbamer and Sutter."""

from agoranomos.markets.credence_goods.env import CredenceGoods
from agoranomos.markets.credence_goods.spec import CredenceGoodsSpec

__all__ = ["CredenceGoods", "CredenceGoodsSpec"]
