"""Every type of market that a file may name: the library's, scenarios among them, and those of plug-ins."""

from __future__ import annotations

from importlib import import_module

from agoranomos.errors import MachineError, unknown_name
from agoranomos.markets.market_type import MarketType
from agoranomos.workspace.plug_ins import PlugIns, owner

PLUG_IN_GROUP = "agoranomos.markets"
"""Entry points of this group give a `MarketType`; the entry point's name is the type's."""

_MODULES = {
    "bertrand": "agoranomos.markets.bertrand_v0",
    "bertrand-investment": "agoranomos.markets.bertrand_investment_v0",
    "commons": "agoranomos.markets.commons_v0",
    "commons-monitor": "agoranomos.scenarios.commons_monitor_v0",
    "coordination": "agoranomos.scenarios.coordination_v0",
    "cournot": "agoranomos.markets.cournot_v0",
    "credence-agents": "agoranomos.scenarios.credence_agents_v0",
    "credence-goods": "agoranomos.markets.credence_goods_v0",
    "die-roll": "agoranomos.scenarios.die_roll_v0",
    "delegated-shopping": "agoranomos.scenarios.delegated_shopping_v0",
    "double-auction": "agoranomos.markets.double_auction_v0",
    "group-bargaining": "agoranomos.scenarios.group_bargaining_v0",
    "hidden-action": "agoranomos.scenarios.hidden_action_v0",
    "leniency-cartel": "agoranomos.markets.leniency_cartel_v0",
    "leniency-talk": "agoranomos.scenarios.leniency_talk_v0",
    "matrix": "agoranomos.markets.matrix_v0",
    "mutual-audit": "agoranomos.scenarios.mutual_audit_v0",
    "procurement": "agoranomos.markets.procurement_v0",
    "public-goods": "agoranomos.markets.public_goods_v0",
    "role-play": "agoranomos.scenarios.role_play_v0",
    "sponsored-recommendation": "agoranomos.scenarios.sponsored_recommendation_v0",
    "threshold-public-goods": "agoranomos.markets.threshold_public_goods_v0",
    "tin-men": "agoranomos.scenarios.tin_men_v0",
    "tool-use": "agoranomos.scenarios.tool_use_v0",
    "trade-report": "agoranomos.scenarios.trade_report_v0",
}
"""The library's types, each in the module that holds its `MARKET_TYPE`, which is loaded when it is asked for.

Scenarios are built on markets, so nothing here imports them: they are found by name, as those of plug-ins are.
"""

_PLUG_INS = PlugIns(PLUG_IN_GROUP, MarketType, "market", _MODULES)


def market_types() -> tuple[str, ...]:
    """The names of all types, sorted."""
    return tuple(sorted({*_MODULES, *_PLUG_INS.names}))


def find_market_type(name: str) -> MarketType:
    """The type called `name`; raises `UsageError` with the nearest name, or the plug-in's `MachineError`."""
    if name in _MODULES:
        found: MarketType = import_module(_MODULES[name]).MARKET_TYPE
        return found
    try:
        return _PLUG_INS.only(name)
    except KeyError:
        raise unknown_name("market type", name, market_types()) from None


def list_market_types(kind: str = "market") -> list[tuple[str, str, str]]:
    """Name, summary (or why it does not load) and origin of every type whose files are of this `kind`, sorted by name.

    A type that does not load is listed with the markets.
    """
    library = [(name, find_market_type(name)) for name in _MODULES]
    listed = [(name, found.summary, "library") for name, found in library if found.kind == kind]
    for entry in _PLUG_INS.entries:
        try:
            found = _PLUG_INS.only(entry.name)
        except MachineError as error:
            if kind == "market":
                listed.append((entry.name, error.message, owner(entry)))
            continue
        if found.kind == kind:
            listed.append((entry.name, found.summary, owner(entry)))
    return sorted(listed)
