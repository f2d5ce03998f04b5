"""Words for `Market.brief`: what an agent is told of its own seat."""

from __future__ import annotations

from collections.abc import Iterable


def number(value: float) -> str:
    """A number as people write it, to ten digits."""
    return f"{value:.10g}"


def numbers(values: Iterable[float]) -> str:
    """Numbers in their order, separated by commas."""
    return ", ".join(number(value) for value in values)
