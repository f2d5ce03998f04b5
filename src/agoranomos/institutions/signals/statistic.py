"""What every signal statistic shares: the window it reads, what a firing says, how it is bound to a market."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Protocol, TypeAlias

from cel_expr_python import cel
from pydantic import AfterValidator, Field

from agoranomos.documents import DocumentPart, Finite
from agoranomos.errors import UsageError, nearest
from agoranomos.institutions.guards import explain
from agoranomos.markets.facts import SCALE, MarketFacts, Measured, MeasureKind, to_e6

Window: TypeAlias = tuple[dict[str, Measured], ...]
"""The measures of the rounds that count as evidence, oldest first."""

WindowLength = Annotated[int, Field(ge=1, le=10_000)]

_SIZES = ("firms", "goods")
BENCHMARKS = ("nash", "monopoly", "competitive", "division", "efficient")
"""The benchmarks that a threshold may name."""

_WORD = re.compile(r"(?<![\w.])[a-z_]\w*")


def _compiles(threshold: float | str) -> float | str:
    if isinstance(threshold, str):
        try:
            found = _sizes().compile(threshold).return_type()
        except RuntimeError as error:
            raise ValueError(explain(str(error))) from None
        if found != cel.Type.DOUBLE:
            raise ValueError(f"the expression is of type {found.name()}; DOUBLE was expected (2.0 and not 2)")
    return threshold


def _sizes() -> cel.Env:
    return cel.NewEnv(variables=dict.fromkeys((*_SIZES, *BENCHMARKS), cel.Type.DOUBLE))


Threshold = Annotated[Finite | str, AfterValidator(_compiles)]
"""A number, or a CEL expression of numbers, evaluated when the market is known.

It may use `firms` and `goods` (how many there are), and where one measure is compared, `nash`, `monopoly`,
`competitive`, `division` and `efficient`: the measure's mean value at that benchmark.
"""


def named_benchmarks(threshold: float | str) -> tuple[str, ...]:
    """The benchmarks that a threshold names."""
    words = set(_WORD.findall(threshold)) if isinstance(threshold, str) else set()
    return tuple(name for name in BENCHMARKS if name in words)


@dataclass(frozen=True, slots=True)
class Firing:
    """A signal fired against one agent: `value` passed `threshold` (sums over the window), on `good` if on one."""

    value: int
    threshold: int
    good: str = ""


class BoundSignal(Protocol):
    """A signal whose thresholds are integers for one market."""

    @property
    def window(self) -> int:
        """How many rounds of evidence it reads."""
        ...

    def firing(self, window: Window, firm: int) -> Firing | None:
        """Whether the signal fires against `firm`; `window` holds exactly `self.window` rounds."""
        ...


class Statistic(DocumentPart):
    """Base of the signals' specifications."""

    about: str = ""

    @property
    def rounds(self) -> int:
        """Rounds of evidence that it reads, in any market."""
        raise NotImplementedError

    def reads(self) -> tuple[str, ...]:
        """The measures that it reads, without their unit."""
        raise NotImplementedError

    def benchmarks(self) -> tuple[str, ...]:
        """The benchmarks that it compares with."""
        raise NotImplementedError

    def bind(self, facts: MarketFacts) -> BoundSignal:
        """The signal for one market; raises `UsageError` for a measure that the market does not publish."""
        raise NotImplementedError


def measure_of(facts: MarketFacts, name: str) -> tuple[str, MeasureKind]:
    """The full name (`hhi_e6`) and shape of the measure `hhi`; raises `UsageError` with the nearest published one."""
    full = f"{name}_e6"
    kind = facts.measures.get(full)
    if kind is None:
        published = [key.removesuffix("_e6") for key in facts.measures]
        raise UsageError(f"market {facts.market} publishes no measure {name!r}", advice=nearest(name, published))
    return full, kind


def threshold_e6(threshold: Threshold, facts: MarketFacts, measure: str = "") -> int:
    """The threshold in millionths for a market of this size; raises `UsageError` for an expression that fails.

    `measure` is the full name of what is compared; without one no benchmark may be named.
    """
    if not isinstance(threshold, str):
        return to_e6(threshold)
    known = {"firms": float(len(facts.agents)), "goods": float(len(facts.goods))}
    for benchmark in named_benchmarks(threshold):
        known[benchmark] = _mean_at(benchmark, facts, measure, threshold)
    number = _sizes().compile(threshold).eval(data=known).value()
    if not isinstance(number, float) or not abs(number) < 1e9:
        raise UsageError(f"threshold {threshold!r} gives {number!r}; a number was expected")
    return to_e6(number)


def _mean_at(benchmark: str, facts: MarketFacts, measure: str, threshold: str) -> float:
    """The mean over firms and goods of a measure at a benchmark, in its own units."""
    if not measure:
        raise UsageError(f"threshold {threshold!r} names {benchmark!r}, but compares no measure with it")
    cells = _defined(facts.benchmarks.get(benchmark, {}).get(measure))
    if not cells:
        raise UsageError(
            f"threshold {threshold!r}: market {facts.market} gives no {measure.removesuffix('_e6')!r} at {benchmark!r}",
            advice=f"Benchmarks of this market: {', '.join(facts.benchmarks) or 'none'}.",
        )
    return sum(cells) / len(cells) / SCALE


def _defined(value: Measured) -> list[int]:
    if isinstance(value, tuple):
        return [cell for part in value for cell in _defined(part)]
    return [] if value is None else [value]


__all__ = [
    "BENCHMARKS",
    "SCALE",
    "BoundSignal",
    "Firing",
    "Statistic",
    "Threshold",
    "Window",
    "WindowLength",
    "measure_of",
    "named_benchmarks",
    "threshold_e6",
]
