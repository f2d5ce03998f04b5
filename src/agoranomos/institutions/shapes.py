"""Whether measures have the shape that a market's facts declare."""

from __future__ import annotations

from collections.abc import Sequence

from agoranomos.markets.facts import MarketFacts, Measured, Measures
from agoranomos.randomness import MAX_EXACT_INTEGER


def misshapen(facts: MarketFacts, measures: Measures) -> str:
    """What is wrong with the measures of a round, in words; empty when they are as `facts.measures` declares."""
    if measures.keys() != facts.measures.keys():
        return f"measures {sorted(measures)} were given; {sorted(facts.measures)} were declared"
    return next((fault for name, value in measures.items() if (fault := _misfit(facts, name, value))), "")


def misshapen_benchmarks(facts: MarketFacts) -> str:
    """What is wrong with the benchmarks, in words; each may leave measures out.

    It holds none that is not declared, and a number for every firm in those per firm: fines are reckoned from it.
    """
    for label, measures in facts.benchmarks.items():
        for name, value in measures.items():
            if name not in facts.measures:
                return f"benchmark {label}: {name} is no declared measure"
            if fault := _misfit(facts, name, value):
                return f"benchmark {label}: {fault}"
            if "firm" in facts.measures[name].axes and _undefined(value):
                return f"benchmark {label}: measure {name} is per firm, and has no number for some: {value!r}"
    return ""


def _misfit(facts: MarketFacts, name: str, value: Measured) -> str:
    lengths = {"firm": len(facts.agents), "good": len(facts.goods)}
    axes = facts.measures[name].axes
    fault = _fault(value, [lengths[axis] for axis in axes])
    return f"measure {name}, with axes {axes}: {fault}" if fault else ""


def _undefined(value: Measured) -> bool:
    return any(_undefined(cell) for cell in value) if isinstance(value, tuple) else value is None


def _fault(value: Measured, shape: Sequence[int]) -> str:
    if not shape:
        if value is None or (type(value) is int and abs(value) <= MAX_EXACT_INTEGER):
            return ""
        return f"an integer below 2**53 in size was expected, found {value!r}"
    if not isinstance(value, tuple) or len(value) != shape[0]:
        return f"{shape[0]} values were expected, found {value!r}"
    return next((fault for cell in value if (fault := _fault(cell, shape[1:]))), "")
