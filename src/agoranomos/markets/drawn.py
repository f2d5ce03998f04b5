"""Numbers that a file leaves to be drawn: `{from: 30, to: 60}` in the place of a number.

Each run draws its own from its seed, uniformly and rounded to two decimals, so that a model that has memorised a
market is found out. A specification as it is read holds the middle of every range in the number's place, which is
what a plan is made with, and remembers the ranges; `draw` gives the numbers of one run.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final, TypeAlias

from agoranomos.randomness import named_generator

Ranges: TypeAlias = dict[str, tuple[float, float]]
"""Lowest and highest number by place: the key, then indices from the outside in, joined by dots (`marginal_cost.0.1`).
"""

PURPOSE: Final = "costs"
"""The name of the draw; all the numbers of a run come from one generator, in the order of `Ranges`."""

DECIMALS: Final = 2


def lifted(data: Mapping[str, Any], keys: Sequence[str]) -> dict[str, Any]:
    """`data` with the middle of its range in every place under `keys` that has one, and the ranges under `ranges`.

    Raises `ValueError`, naming the place, for a range that is not `{from: low, to: high}` with finite low < high.
    """
    found: Ranges = {}
    filled = {key: _lift(value, key, found) if key in keys else value for key, value in data.items()}
    if found:
        if filled.get("ranges"):
            raise ValueError("`ranges` is written by the library; write a range in the place of its number")
        filled["ranges"] = found
    return filled


def is_range(value: Any) -> bool:
    """Whether `value` is written as a range."""
    return isinstance(value, Mapping) and bool({"from", "to"} & set(value))


def middle(low: float, high: float) -> float:
    """What stands in a range's place until it is drawn."""
    return low + (high - low) / 2


def require_middles(values: Mapping[str, Any], ranges: Ranges) -> None:
    """Raise `ValueError` where a range has no number in its place, or another than its middle."""
    for place, (low, high) in ranges.items():
        key, *indices = place.split(".")
        held = values.get(key)
        try:
            for index in indices:
                held = held[int(index)]  # type: ignore[index]
        except (TypeError, ValueError, IndexError):
            held = None
        if held != middle(low, high):
            raise ValueError(f"{place} is {held!r}, and its range {low:g} to {high:g} has another middle")


def draw(ranges: Ranges, seed: int) -> dict[str, float]:
    """The number of each place in the run with this seed, rounded to two decimals within its range."""
    drawn = named_generator(seed, PURPOSE).random(len(ranges)).tolist()
    return {
        place: min(max(round(low + (high - low) * share, DECIMALS), low), high)
        for (place, (low, high)), share in zip(ranges.items(), drawn, strict=True)
    }


def replaced(values: Mapping[str, Any], parts: Mapping[str, Any]) -> dict[str, Any]:
    """`values` with `parts` in their places; what is not touched is shared, lists on the way become new lists."""
    changed = dict(values)
    for key in {place.partition(".")[0] for place in parts}:
        own = {place.partition(".")[2]: part for place, part in parts.items() if place.partition(".")[0] == key}
        changed[key] = _replace(changed[key], own)
    return changed


def _replace(value: Any, parts: Mapping[str, Any]) -> Any:
    if "" in parts:
        return parts[""]
    below: dict[int, dict[str, Any]] = {}
    for place, part in parts.items():
        index, _, rest = place.partition(".")
        below.setdefault(int(index), {})[rest] = part
    return [_replace(item, below[i]) if i in below else item for i, item in enumerate(value)]


def _lift(value: Any, place: str, found: Ranges) -> Any:
    if is_range(value):
        found[place] = _bounds(value, place)
        return middle(*found[place])
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_lift(item, f"{place}.{i}", found) for i, item in enumerate(value)]
    return value


def _bounds(value: Mapping[str, Any], place: str) -> tuple[float, float]:
    try:
        low, high = float(value["from"]), float(value["to"])
    except (KeyError, TypeError, ValueError, OverflowError):
        low = high = math.nan
    if not (set(value) == {"from", "to"} and math.isfinite(low) and math.isfinite(high) and low < high):
        raise ValueError(f"{place}: a number is drawn from a range {{from: 30, to: 60}}, finite and in order")
    if round(high - low, 9) < 10.0**-DECIMALS:
        raise ValueError(
            f"{place}: from {low!r} to {high!r}: numbers are drawn with {DECIMALS} decimals, and a narrower range than "
            f"{10.0**-DECIMALS:g} would leave nothing to be drawn"
        )
    return low, high
