"""Markets: formulas, benchmarks and environments. Nothing here knows of institutions."""

from agoranomos.markets.action_shape import ActionPart, ActionShape
from agoranomos.markets.catalogue import build_market, described_market, load_cournot, load_market, parse_market
from agoranomos.markets.cournot import Cournot, CournotSpec
from agoranomos.markets.facts import SCALE, MarketFacts, Measured, MeasureKind, Measures, to_e6
from agoranomos.markets.market import Market
from agoranomos.markets.market_spec import MarketSpec
from agoranomos.markets.market_type import MarketType
from agoranomos.markets.registry import find_market_type, market_types
from agoranomos.markets.round_market import RoundMarket
from agoranomos.markets.stage_game import StageGame

__all__ = [
    "SCALE",
    "ActionPart",
    "ActionShape",
    "Cournot",
    "CournotSpec",
    "Market",
    "MarketFacts",
    "MarketSpec",
    "MarketType",
    "MeasureKind",
    "Measured",
    "Measures",
    "RoundMarket",
    "StageGame",
    "build_market",
    "described_market",
    "find_market_type",
    "load_cournot",
    "load_market",
    "market_types",
    "parse_market",
    "to_e6",
]
