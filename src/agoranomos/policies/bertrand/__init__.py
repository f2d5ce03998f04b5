"""Policies for markets in which firms choose prices."""

from agoranomos.policies.bertrand.investor import Investor, InvestorParameters
from agoranomos.policies.bertrand.price_cartel import PriceCartel, PriceCartelParameters

__all__ = ["Investor", "InvestorParameters", "PriceCartel", "PriceCartelParameters"]
