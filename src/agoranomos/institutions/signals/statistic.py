"""What every signal statistic shares: the window it reads, what a firing says, how it is bound to a market."""

from __future__ import annotations

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
    return cel.NewEnv(variables=dict.fromkeys(_SIZES, cel.Type.DOUBLE))


Threshold = Annotated[Finite | str, AfterValidator(_compiles)]
"""A number, or a CEL expression of numbers over `firms` and `goods`, evaluated when the market is known."""


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


def threshold_e6(threshold: Threshold, facts: MarketFacts) -> int:
    """The threshold in millionths for a market of this size; raises `UsageError` for an expression that fails."""
    if not isinstance(threshold, str):
        return to_e6(threshold)
    size = {"firms": float(len(facts.agents)), "goods": float(len(facts.goods))}
    number = _sizes().compile(threshold).eval(data=size).value()
    if not isinstance(number, float) or not abs(number) < 1e9:
        raise UsageError(f"threshold {threshold!r} gives {number!r}; a number was expected")
    return to_e6(number)


__all__ = ["SCALE", "BoundSignal", "Firing", "Statistic", "Threshold", "Window", "WindowLength", "measure_of"]
