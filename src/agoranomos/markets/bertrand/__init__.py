"""Firms choose prices: logit, Hotelling and homogeneous demand, at the same time or in turn."""

from agoranomos.markets.bertrand.env import Bertrand
from agoranomos.markets.bertrand.spec import BertrandSpec, bertrand_spec

__all__ = ["Bertrand", "BertrandSpec", "bertrand_spec"]
