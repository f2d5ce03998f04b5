"""Tin men: a shopping assistant with two principals, and who reads the reasons that it gives."""

from agoranomos.scenarios.tin_men.coding import Claim, Coded, code
from agoranomos.scenarios.tin_men.env import TinMen
from agoranomos.scenarios.tin_men.product import Product
from agoranomos.scenarios.tin_men.spec import TinMenSpec

__all__ = ["Claim", "Coded", "Product", "TinMen", "TinMenSpec", "code"]
