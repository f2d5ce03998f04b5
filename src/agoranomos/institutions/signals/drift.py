"""Drift: the share of those who break a rule has risen, told as early as a chance of false alarms allows.

The binomial CUSUM of `agoranomos.statistics.early_warning` (sources there), begun at 0 with the window and run through
it: of all ends of the window, the one that speaks most for a rise. With x the measure, n how many it speaks for, and r
the reference share, each round adds n (x - r), in millionths; what would fall below nothing begins anew. The limit is
that of the running chart, whose alarms include all of those of the windowed one: false alarms are no more frequent than
said, where agents break the rule independently of each other, and of their own past but for a stated persistence.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal

from pydantic import Field, model_validator

from agoranomos.errors import UsageError
from agoranomos.institutions.meaning import ABSENT
from agoranomos.institutions.signals.statistic import SCALE, Firing, Statistic, Window, WindowLength, measure_of
from agoranomos.markets.facts import MarketFacts
from agoranomos.statistics.early_warning import UNITS, Chart, calibrated, reference_of

UNIT: Final = SCALE // UNITS
"""Millionths of an agent in a unit of the chart."""

OF_ANSWERS: Final = frozenset({"share_violated_e6", "share_free_violated_e6"})
"""Measures of a scenario that do not say of how many agents they are shares."""

_FINEST = UNIT
"""Where agents times rounds reach this, shares rounded to millionths could add up to half a unit."""

Share = Annotated[float, Field(gt=0, lt=1, allow_inf_nan=False)]


class Drift(Statistic):
    """Fires while the last `window` rounds speak for a rise of a share from `baseline` to `to`.

    `measure` lies between 0 and 1. One that each agent has is read `of` the `agent`, or of the `market`: of all who
    have a value, together; one of the market has to be a share of all agents. Of a measure of goods one good suffices.
    The limit is such that an alarm within `horizon` rounds has a chance of `false_alarms` at most while each agent
    breaks the rule with the chance `baseline`, independently of the others. What it did before changes nothing, or,
    with `persistence`, who broke the rule does so again with that chance. Of each agent on its own, the chance is each
    agent's: among many, somebody is warned of more often.
    """

    statistic: Literal["drift"]
    measure: str
    window: WindowLength
    of: Literal["agent", "market"] = "market"
    baseline: Share
    to: Share
    horizon: Annotated[int, Field(ge=1, le=2_000)] = 50
    false_alarms: Share = 0.05
    persistence: Annotated[Share | None, ABSENT] = None

    @model_validator(mode="after")
    def _rises(self) -> Drift:
        reference_of(self.baseline, self.to)
        if self.persistence is not None and self.persistence < self.baseline:
            raise ValueError(f"persistence ({self.persistence:g}) is below baseline ({self.baseline:g})")
        if self.window > self.horizon:
            raise ValueError(f"window ({self.window}) is above horizon ({self.horizon}): nothing fires within it")
        return self

    @property
    def rounds(self) -> int:
        """Its window."""
        return self.window

    def reads(self) -> tuple[str, ...]:
        """Its measure."""
        return (self.measure,)

    def benchmarks(self) -> tuple[str, ...]:
        """None: the baseline is stated."""
        return ()

    def bind(self, facts: MarketFacts) -> BoundDrift:
        """The signal for one market.

        Raises `UsageError` for a measure that is no share, or one of those who answered alone, for a window too short,
        and for figures that take too long to calibrate.
        """
        full, kind = measure_of(facts, self.measure)
        if kind.least_e6 is None or kind.most_e6 is None or kind.least_e6 < 0 or kind.most_e6 > SCALE:
            raise UsageError(f"drift needs a measure between 0 and 1; {self.measure!r} is none")
        if full in OF_ANSWERS:
            raise UsageError(
                f"drift in {self.measure!r}: as a share of those who answered it raises false alarms where few do",
                advice="Read `violation` of the market, or `share_of_all`.",
            )
        by_firm = kind.axes[:1] == ("firm",)
        if self.of == "agent" and not by_firm:
            raise UsageError(f"drift of each agent needs a measure of each agent; {self.measure!r} is none")
        agents = 1 if self.of == "agent" else len(facts.agents)
        if agents * self.window >= _FINEST:
            raise UsageError(f"drift of {agents} agents over {self.window} rounds; together at most {_FINEST - 1}")
        chart = self._chart(agents, self.horizon)
        if chart.soonest > self.window:
            raise UsageError(
                f"drift in {self.measure!r}: {self.window} rounds of {agents} agents can never reach the limit",
                advice=self._longer(agents, chart),
            )
        goods = facts.goods if kind.axes[-1:] == ("good",) else ()
        return BoundDrift(full, by_firm, self.of == "market", self.window, chart, goods)

    def _chart(self, agents: int, horizon: int) -> Chart:
        try:
            return calibrated(agents, self.baseline, self.to, horizon, self.false_alarms, self.persistence)
        except ValueError as error:
            raise UsageError(f"drift in {self.measure!r}: {error}") from None

    def _longer(self, agents: int, chart: Chart) -> str:
        """The window that can reach the limit; a longer horizon, where that takes one, has a higher limit itself."""
        if chart.soonest <= self.horizon:
            return f"Give it a window of {chart.soonest} or more."
        horizon = self.horizon
        while chart.soonest > horizon:
            horizon = chart.soonest
            chart = self._chart(agents, horizon)
        return f"Give it a horizon of {horizon} or more, and a window of as many."


@dataclass(frozen=True, slots=True)
class BoundDrift:
    """`Drift` with the chart of a market; `by_firm` says whether each agent has a value of its own."""

    measure: str
    by_firm: bool
    pooled: bool
    window: int
    chart: Chart
    goods: tuple[str, ...]

    @property
    def limit(self) -> int:
        """The limit in millionths of an agent: half a unit below the chart's, because shares are rounded."""
        return self.chart.limit * UNIT - UNIT // 2

    @property
    def weight(self) -> int:
        """How many agents one value speaks for."""
        return 1 if self.by_firm else self.chart.agents

    def firing(self, window: Window, firm: int) -> Firing | None:
        """Whether the statistic reaches the limit; `value` is what it is, in millionths of an agent."""
        rows: list[Any] = [measures[self.measure] for measures in window]
        if not self.by_firm:
            rows = [(row,) for row in rows]
        elif not self.pooled:
            rows = [(row[firm],) for row in rows]
        if not self.goods:
            return self._alarm(rows, "")
        columns = ([[own[place] for own in row] for row in rows] for place in range(len(self.goods)))
        found = (self._alarm(column, good) for good, column in zip(self.goods, columns, strict=True))
        return next((firing for firing in found if firing is not None), None)

    def _alarm(self, rows: Any, good: str) -> Firing | None:
        statistic, reference = 0, self.chart.reference * UNIT
        for row in rows:
            excess = sum([min(max(cell, 0), SCALE) - reference for cell in row if cell is not None])
            statistic = max(0, statistic + self.weight * excess)
        return Firing(statistic, self.limit, good) if statistic >= self.limit else None
