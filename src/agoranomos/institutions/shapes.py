"""Whether measures have the shape that a market's facts declare."""

from __future__ import annotations

from collections.abc import Sequence

from agoranomos.markets.facts import MarketFacts, Measured, Measures
from agoranomos.randomness import MAX_EXACT_INTEGER


def misshapen(facts: MarketFacts, measures: Measures) -> str:
    """What is wrong with the measures of a round, in words; empty when they are as `facts.measures` declares."""
    if measures.keys() != facts.measures.keys():
        return f"measures {sorted(measures)} were given; {sorted(facts.measures)} were declared"
    lengths = {"firm": len(facts.agents), "good": len(facts.goods)}
    for name, kind in facts.measures.items():
        fault = _fault(measures[name], [lengths[axis] for axis in kind.axes])
        if fault:
            return f"measure {name}, with axes {kind.axes}: {fault}"
    return ""


def _fault(value: Measured, shape: Sequence[int]) -> str:
    if not shape:
        if value is None or (type(value) is int and abs(value) <= MAX_EXACT_INTEGER):
            return ""
        return f"an integer below 2**53 in size was expected, found {value!r}"
    if not isinstance(value, tuple) or len(value) != shape[0]:
        return f"{shape[0]} values were expected, found {value!r}"
    return next((fault for cell in value if (fault := _fault(cell, shape[1:]))), "")
