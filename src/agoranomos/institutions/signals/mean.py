"""A measure's mean over a window against a threshold, as a sum against the threshold times the count."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from agoranomos.documents import DocumentPart
from agoranomos.errors import UsageError
from agoranomos.institutions.signals.persistent import PersistentStatistic
from agoranomos.institutions.signals.statistic import (
    Firing,
    Threshold,
    Window,
    WindowLength,
    measure_of,
    named_benchmarks,
    threshold_e6,
)
from agoranomos.markets.facts import MarketFacts


class Attribution(DocumentPart):
    """Whom a market-wide signal accuses: agents whose own mean of `measure` over the window reaches `at_least`."""

    measure: str
    at_least: Threshold


class WindowedMean(PersistentStatistic):
    """Fires when the mean of `measure` over the last `window` rounds is `at_least` or `at_most` a threshold.

    For a measure of goods, `goods` says whether `any` good suffices, `all` must pass, or their `mean` does. Values that
    are undefined (nobody sold the good) are left out of sum and count.
    """

    statistic: Literal["mean"]
    measure: str
    window: WindowLength
    at_least: Threshold | None = None
    at_most: Threshold | None = None
    goods: Literal["any", "all", "mean"] = "any"
    accuses: Annotated[Attribution | None, Field()] = None

    @model_validator(mode="after")
    def _one_threshold(self) -> WindowedMean:
        if (self.at_least is None) == (self.at_most is None):
            raise ValueError("exactly one of `at_least` and `at_most` is needed")
        return self

    @property
    def rounds(self) -> int:
        """Its window, moved over `within` rounds."""
        return self.window + self.within - 1

    def reads(self) -> tuple[str, ...]:
        """Its measure, and the one by which it accuses."""
        return (self.measure, self.accuses.measure) if self.accuses is not None else (self.measure,)

    def benchmarks(self) -> tuple[str, ...]:
        """Those that its thresholds name."""
        own = self.accuses.at_least if self.accuses is not None else 0.0
        named = [named_benchmarks(threshold) for threshold in (self.at_least, self.at_most, own) if threshold]
        return tuple(dict.fromkeys(name for names in named for name in names))

    def bind_once(self, facts: MarketFacts) -> BoundMean:
        """The signal for one market."""
        full, kind = measure_of(facts, self.measure)
        threshold = self.at_least if self.at_least is not None else self.at_most
        assert threshold is not None  # by the validator
        if self.goods != "any" and "good" not in kind.axes:
            raise UsageError(f"signal on {self.measure!r}: `goods` is for measures of goods, and this is none")
        attribution = None
        if self.accuses is not None:
            own, own_kind = measure_of(facts, self.accuses.measure)
            if own_kind.axes[:1] != ("firm",):
                raise UsageError(f"`accuses` needs a measure of each agent; {self.accuses.measure!r} is none")
            if "good" in own_kind.axes and (self.goods != "any" or kind.axes[-1:] != ("good",)):
                raise UsageError(f"`accuses` by {self.accuses.measure!r}, good by good, needs a signal that is, too")
            attribution = _BoundAttribution(
                own, "good" in own_kind.axes, threshold_e6(self.accuses.at_least, facts, own)
            )
        return BoundMean(
            measure=full,
            axes=kind.axes,
            window=self.window,
            sign=1 if self.at_least is not None else -1,
            threshold=threshold_e6(threshold, facts, full),
            over=self.goods,
            goods=facts.goods,
            attribution=attribution,
        )


@dataclass(frozen=True, slots=True)
class _BoundAttribution:
    measure: str
    by_good: bool
    threshold: int

    def holds(self, window: Window, firm: int, good: int | None) -> bool:
        values = [measures[self.measure][firm] for measures in window]  # type: ignore[index]
        if self.by_good:
            values = [row[good] for row in values]  # type: ignore[index]
        defined = [value for value in values if value is not None]
        return bool(defined) and sum(defined) >= self.threshold * len(defined)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class BoundMean:
    """`WindowedMean` with an integer threshold; `sign` is 1 for `at_least` and -1 for `at_most`."""

    measure: str
    axes: tuple[str, ...]
    window: int
    sign: int
    threshold: int
    over: str
    goods: tuple[str, ...]
    attribution: _BoundAttribution | None

    def firing(self, window: Window, firm: int) -> Firing | None:
        """Whether the mean passes, and the agent is one of those accused."""
        name = self.measure
        values: list[Any] = [measures[name] for measures in window]
        if self.axes and self.axes[0] == "firm":
            values = [value[firm] for value in values]
        if not self.axes or self.axes[-1] != "good":
            return self._attributed(window, firm, None, self._passes(values))
        if self.over == "mean":
            return self._attributed(window, firm, None, self._passes([cell for row in values for cell in row]))
        first = None
        for good, column in enumerate(zip(*values, strict=True)):
            sums = self._passes(column)
            firing = self._attributed(window, firm, good, sums) if sums is not None else None
            if firing is not None:
                if self.over == "any":
                    return firing
                first = first or firing
            elif self.over == "all" and any(cell is not None for cell in column):
                return None
        return first

    def _passes(self, values: Sequence[Any]) -> tuple[int, int] | None:
        """The sum and the bar it passes, over the defined values; None where it does not, or none is defined."""
        if None in values:
            values = [value for value in values if value is not None]
        total, bar = sum(values), self.threshold * len(values)
        return (total, bar) if self.sign * (total - bar) >= 0 and values else None

    def _attributed(self, window: Window, firm: int, good: int | None, sums: tuple[int, int] | None) -> Firing | None:
        if sums is None:
            return None
        if self.attribution is not None and not self.attribution.holds(window, firm, good):
            return None
        return Firing(sums[0], sums[1], self.goods[good] if good is not None else "")
