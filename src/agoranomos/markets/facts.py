"""What a market publishes, as integers: the only thing an institution knows of a market."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal, TypeAlias

import msgspec

SCALE = 1_000_000
"""Recorded numbers are integers in millionths; the name of each says so with the suffix `_e6`."""

Axis: TypeAlias = Literal["firm", "good"]

Measured: TypeAlias = int | tuple[int | tuple[int | None, ...] | None, ...] | None
"""One measure of one round: an integer, or tuples of them along its axes; None where it is undefined."""

Measures: TypeAlias = Mapping[str, Measured]


class MeasureKind(msgspec.Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """How a measure is shaped: `axes` from the outside in, at most one of each; `title` for people.

    `public` measures are seen by everybody, without a firm's books; `relative` ones are held against a benchmark.
    `least_e6` and `most_e6` bound what it can be, where anything does.
    """

    axes: tuple[Axis, ...]
    title: str
    public: bool = False
    relative: bool = False
    least_e6: int | None = None
    most_e6: int | None = None


class MarketFacts(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A market as an institution sees it: who trades what, what is measured, and the benchmarks' measures.

    `benchmarks` maps a name (`nash`, `monopoly`, `competitive`, `division`) to the measures of one round at that
    outcome, in millionths. `measures` is keyed by the full name with its unit, such as `hhi_e6`.
    """

    market: str
    agents: tuple[str, ...]
    goods: tuple[str, ...]
    measures: dict[str, MeasureKind]
    benchmarks: dict[str, dict[str, Measured]]


def to_e6(value: float) -> int:
    """`value` in millionths, rounded half to even; raises `ValueError` for NaN and infinities."""
    return round(value * SCALE)
