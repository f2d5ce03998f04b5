"""Which intervals a figure or a table shows, in words that are made from the intervals themselves."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Protocol

METHODS = {"t": "Student t", "Welch": "Welch t"}
"""What a method is called in a sentence, where its own name does not say it."""


class Bounded(Protocol):
    """What has a point and bounds at a level, and says by which method: `Interval`, `Estimate`."""

    @property
    def point(self) -> float: ...  # noqa: D102
    @property
    def low(self) -> float: ...  # noqa: D102
    @property
    def high(self) -> float: ...  # noqa: D102
    @property
    def level(self) -> float: ...  # noqa: D102
    @property
    def n(self) -> int: ...  # noqa: D102
    @property
    def method(self) -> str: ...  # noqa: D102
    @property
    def reason(self) -> str: ...  # noqa: D102


def interval_in_words(found: Iterable[Bounded | None], of: str = "") -> str:
    """Levels and methods of the intervals that have bounds, as `95% intervals (Student t)`; why there are none else.

    `of` says over or of what they are, as `over runs`; a method that resamples says that itself.
    """
    listed = [one for one in found if one is not None]
    methods: dict[float, dict[str, None]] = {}
    for one in listed:
        if math.isfinite(one.low):
            methods.setdefault(one.level, {})[METHODS.get(one.method, one.method)] = None
    if methods:
        told = ", ".join(f"{100 * level:g}% intervals ({'; '.join(named)})" for level, named in methods.items())
        says_itself = any(" over " in name for named in methods.values() for name in named)
        return told if says_itself or not of else f"{told} {of}"
    reasons = dict.fromkeys(one.reason for one in listed if one.reason)
    return f"none ({'; '.join(list(reasons)[:2])})" if reasons else "none"
