"""Every type of market that a file may name: the library's, and those of plug-ins."""

from __future__ import annotations

from importlib import import_module

from agoranomos.errors import MachineError, unknown_name
from agoranomos.markets.market_type import MarketType
from agoranomos.workspace.plug_ins import PlugIns, owner

PLUG_IN_GROUP = "agoranomos.markets"
"""Entry points of this group give a `MarketType`; the entry point's name is the type's."""

_MODULES = {
    "bertrand": "bertrand_v0",
    "bertrand-investment": "bertrand_investment_v0",
    "commons": "commons_v0",
    "cournot": "cournot_v0",
    "credence-goods": "credence_goods_v0",
    "double-auction": "double_auction_v0",
    "leniency-cartel": "leniency_cartel_v0",
    "matrix": "matrix_v0",
    "procurement": "procurement_v0",
    "public-goods": "public_goods_v0",
    "threshold-public-goods": "threshold_public_goods_v0",
}
"""The library's types, each in the module that holds its `MARKET_TYPE`, which is loaded when it is asked for."""

_PLUG_INS = PlugIns(PLUG_IN_GROUP, MarketType, "market", _MODULES)


def market_types() -> tuple[str, ...]:
    """The names of all types, sorted."""
    return tuple(sorted({*_MODULES, *_PLUG_INS.names}))


def find_market_type(name: str) -> MarketType:
    """The type called `name`; raises `UsageError` with the nearest name, or the plug-in's `MachineError`."""
    if name in _MODULES:
        found: MarketType = import_module(f"agoranomos.markets.{_MODULES[name]}").MARKET_TYPE
        return found
    try:
        return _PLUG_INS.only(name)
    except KeyError:
        raise unknown_name("market type", name, market_types()) from None


def list_market_types() -> list[tuple[str, str, str]]:
    """Name, summary (or why it does not load) and origin of every type, sorted by name."""
    listed = [(name, find_market_type(name).summary, "library") for name in _MODULES]
    for entry in _PLUG_INS.entries:
        try:
            said = _PLUG_INS.only(entry.name).summary
        except MachineError as error:
            said = error.message
        listed.append((entry.name, said, owner(entry)))
    return sorted(listed)
