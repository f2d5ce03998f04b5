"""What is known of a market and not to every agent: the numbers that a regime's text could give away."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from agoranomos.campaigns.matching.numbers import numbers_in
from agoranomos.markets import Market


@dataclass(frozen=True, slots=True)
class Fact:
    """A number: whose it is (empty: everybody's), what it is, and words that speak of it.

    `words` are parts of a pattern; a text says the fact where one of them stands in a sentence with the number.
    """

    owner: str
    name: str
    value: float
    words: tuple[str, ...]


_COST = ("costs?", "costing", "make[sd]? .{0,30}(?:at|for)", "produc\\w+ .{0,30}(?:at|for)")
_CAPACITY = ("capacity", "capacities", "at most", "can make", "can produce")
_OWN: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("marginal_cost", "marginal cost", _COST),
    ("cost", "unit cost", _COST),
    ("fixed_cost", "fixed cost", ("fixed costs?",)),
    ("capacity", "capacity", _CAPACITY),
)
"""Keys of specifications that hold one number, or one row, for each agent."""

_COMMON: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("alpha", "demand intercept", ("alpha", "intercept", "choke price", "demand")),
    ("beta", "demand slope", ("beta", "slope", "demand")),
)
_WHOLE = r"(?:market|game|run|session|experiment|play|everything|it all|all of this|it)"
"""What has the length of a run: a suspension that lasts two rounds tells nothing of it."""
_LENGTH = (
    "rounds? in all",
    "rounds? in total",
    "rounds? altogether",
    "last round",
    "final round",
    rf"{_WHOLE} (?:\w+ ){{0,2}}(?:ends?|lasts?|stops?|is over)",
)
_PLAYED = {
    "nash": ("nash", "equilibrium"),
    "monopoly": ("monopoly", "joint", "cartel", "together"),
    "competitive": ("competitive",),
}


def facts_of(market: Market) -> tuple[Fact, ...]:
    """The numbers of each agent's own, then those of the market, each once."""
    return tuple(dict.fromkeys((*_own_facts(market), *_briefs(market), *_common_facts(market), *_benchmarks(market))))


def _own_facts(market: Market) -> Iterator[Fact]:
    agents = market.possible_agents
    for key, name, words in _OWN:
        rows = getattr(market.spec, key, None)
        if rows is None or not _one_each(rows, len(agents)):
            continue
        for agent, row in zip(agents, rows, strict=True):
            if isinstance(row, Sequence):
                for part, value in zip(market.goods, row, strict=False):
                    yield Fact(agent, f"{name} of {part}", float(value), words)
            else:
                yield Fact(agent, name, float(row), words)


def _briefs(market: Market) -> Iterator[Fact]:
    """What each agent is told of its own seat before the first round, where that is a number."""
    for agent in market.possible_agents:
        for name, told in market.brief(agent).items():
            found = numbers_in(told)
            if len(found) == 1:
                yield Fact(agent, name, found[0].value, (name, *name.split()))


def _common_facts(market: Market) -> Iterator[Fact]:
    for key, name, words in _COMMON:
        values = getattr(market.spec, key, None)
        if isinstance(values, Sequence):
            for good, value in zip(market.goods, values, strict=False):
                yield Fact("", f"{name} of {good}", float(value), words)
    yield Fact("", "number of rounds", float(market.spec.rounds), _LENGTH)


def _benchmarks(market: Market) -> Iterator[Fact]:
    for benchmark, words in _PLAYED.items():
        for measure in ("price_e6", "quantity_e6"):
            values = market.facts.benchmarks.get(benchmark, {}).get(measure)
            for value in _cells(values):
                yield Fact("", f"{benchmark} {measure.removesuffix('_e6')}", value / 1e6, words)


def _cells(values: Any) -> Iterator[int]:
    if isinstance(values, int):
        yield values
    elif isinstance(values, Sequence):
        for part in values:
            yield from _cells(part)


def _one_each(rows: Any, agents: int) -> bool:
    return isinstance(rows, Sequence) and not isinstance(rows, str) and len(rows) == agents
