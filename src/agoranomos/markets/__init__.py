"""Markets: formulas, benchmarks and environments. Nothing here knows of institutions."""

from agoranomos.markets.catalogue import build_market, load_market
from agoranomos.markets.cournot_env import Cournot
from agoranomos.markets.cournot_spec import CournotSpec
from agoranomos.markets.facts import SCALE, MarketFacts, Measured, MeasureKind, Measures, to_e6
from agoranomos.markets.market import Market

__all__ = [
    "SCALE",
    "Cournot",
    "CournotSpec",
    "Market",
    "MarketFacts",
    "MeasureKind",
    "Measured",
    "Measures",
    "build_market",
    "load_market",
    "to_e6",
]
