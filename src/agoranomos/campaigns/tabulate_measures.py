"""Measures as the logs hold them, in the natural units of the tables, and which of them have columns of their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from agoranomos.campaigns.tables import BENCHMARKS
from agoranomos.institutions.entries import Opened
from agoranomos.markets.facts import SCALE, MarketFacts

AGENT_MEASURES = (
    "quantity_e6",
    "share_e6",
    "profit_e6",
    "nash_profit_e6",
    "cv_e6",
    "restraint_e6",
    "calvano_delta_e6",
)
"""Measures that have a column of their own in the table `agents`, where they are measures of an agent."""

ROUND_MEASURES = frozenset(
    ("price_e6", "hhi_e6", "price_elevation_e6", "consumer_surplus_e6", "surplus_ratio_e6", "welfare_e6", "profit_e6")
)
"""Measures that have a column of their own in the table `rounds`."""


def benchmark_columns(opened: Opened) -> dict[str, Any]:
    """The columns `<benchmark>_<measure>` and `benchmark_measures` of the table `runs`."""
    columns: dict[str, Any] = {}
    for name in BENCHMARKS:
        known = opened.facts.benchmarks.get(name, {})
        for measure in ("price", "profit", "hhi", "cv"):
            columns[f"{name}_{measure}"] = one_row(natural(known.get(f"{measure}_e6")))
        for measure in ("consumer_surplus", "welfare"):
            columns[f"{name}_{measure}"] = average(natural(known.get(f"{measure}_e6")))
    return columns | {"benchmark_measures": _benchmark_measures(opened.facts)}


def _benchmark_measures(facts: MarketFacts) -> list[tuple[str, float | None]] | None:
    return [
        (f"{benchmark}.{name.removesuffix('_e6')}", average(natural(values.get(name))))
        for benchmark, values in facts.benchmarks.items()
        for name in named_measures(facts).others
    ] or None


@dataclass(frozen=True, slots=True)
class NamedMeasures:
    """Which of a market's measures have columns of their own for agents, and which do not for rounds and agents."""

    of_agents: frozenset[str] = frozenset()
    others: tuple[str, ...] = ()
    others_of_agents: tuple[str, ...] = ()


def named_measures(facts: MarketFacts) -> NamedMeasures:
    """The measures of one market by where they go; names with their unit."""
    of_agents = frozenset(name for name in AGENT_MEASURES if name in facts.measures and _per_agent(facts, name))
    others = tuple(name for name in facts.measures if name not in of_agents and name not in ROUND_MEASURES)
    return NamedMeasures(of_agents, others, tuple(name for name in others if _per_agent(facts, name)))


def _per_agent(facts: MarketFacts, name: str) -> bool:
    return facts.measures[name].axes[:1] == ("firm",)


def average(value: Any) -> float | None:
    """The mean over all cells where the value is defined."""
    if isinstance(value, float):
        return value
    cells = [cell for cell in _cells(value) if cell is not None]
    return sum(cells) / len(cells) if cells else None


def natural(value: Any) -> Any:
    """A recorded measure in natural units, axes as lists."""
    if value is None:
        return None
    if isinstance(value, int):
        return value / SCALE
    return [part / SCALE if type(part) is int else natural(part) for part in value]


def one_row(value: Any) -> list[float | None] | None:
    """The cells of a measure in one row; None where the market has no such measure."""
    return None if value is None else _cells(value)


def _cells(value: Any) -> list[float | None]:
    if not isinstance(value, list):
        return [value]
    if not any(isinstance(part, list) for part in value):
        return value
    return [cell for part in value for cell in _cells(part)]
