"""Firms that may talk, ask prices, and report: the market in which leniency programmes are tried."""

from agoranomos.markets.leniency_cartel.env import LeniencyCartel
from agoranomos.markets.leniency_cartel.spec import LeniencyCartelSpec

__all__ = ["LeniencyCartel", "LeniencyCartelSpec"]
