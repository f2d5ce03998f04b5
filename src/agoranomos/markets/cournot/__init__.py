"""Firms choose quantities of goods: the market of Cournot (1838), chapter 7, with many goods and capacities."""

from agoranomos.markets.cournot.env import Cournot
from agoranomos.markets.cournot.spec import CournotSpec, beyond_totals, cournot_spec

__all__ = ["Cournot", "CournotSpec", "beyond_totals", "cournot_spec"]
