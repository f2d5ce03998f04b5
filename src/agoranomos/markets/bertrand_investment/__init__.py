"""Prices and investment: firms sell several goods and pay, once and for all, for lower unit costs."""

from agoranomos.markets.bertrand_investment.env import BertrandInvestment
from agoranomos.markets.bertrand_investment.spec import BertrandInvestmentSpec

__all__ = ["BertrandInvestment", "BertrandInvestmentSpec"]
