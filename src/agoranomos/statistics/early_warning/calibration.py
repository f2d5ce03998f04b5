"""The limit of a CUSUM for a chance of a false alarm over a horizon."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache, partial

from agoranomos.statistics.early_warning.chart import UNITS, Chart, reference_of
from agoranomos.statistics.early_warning.markov_chain import alarm_within

MOST_CELLS = 50_000_000
"""Chances that the chain of one chart may go through, counts times values of the statistic times rounds: seconds."""


@lru_cache(maxsize=256)
def calibrated(
    agents: int, baseline: float, to: float, horizon: int, false_alarms: float, persistence: float | None = None
) -> Chart:
    """The chart with the lowest limit that raises a false alarm in `horizon` rounds with at most that chance.

    A false alarm is one while each of `agents` breaks the rule with the chance `baseline`, on its own; with a lower
    share, and where the statistic begins anew now and then, it is rarer. Without `persistence` what an agent did before
    changes nothing; with it, who broke the rule does so again with that chance, and the share stays what it is. The
    promise holds for any number of them who answer, the same in every round: fewer make coarser steps, and may need a
    higher limit than all. It does not hold where agents move together. Raises `ValueError` for values out of range, and
    where the chain would be followed for minutes.
    """
    if agents < 1 or horizon < 1:
        raise ValueError(f"{agents} agents over {horizon} rounds: at least one of each was expected")
    if not 0 < false_alarms < 1:
        raise ValueError(f"false alarms with a chance of {false_alarms:g}: more than 0 and less than 1 was expected")
    if persistence is not None and not baseline <= persistence < 1:
        raise ValueError(f"a persistence of {persistence:g}: {baseline:g}, the baseline, or more was expected, below 1")
    reference = reference_of(baseline, to)

    def rare(answering: int, limit: int) -> bool:
        counts = answering + 1
        if limit * horizon * counts * (1 if persistence is None else counts) > MOST_CELLS:
            raise ValueError(
                f"a rise from {baseline:g} to {to:g} among {agents} agents over {horizon} rounds takes too long to "
                "calibrate: a larger rise, a shorter horizon, more false alarms or fewer agents were expected"
            )
        chart = Chart(answering, reference, limit)
        return alarm_within(chart, baseline, horizon, persistence, enough=false_alarms) <= false_alarms

    found = 1
    for answering in range(agents, 0, -1):
        if not rare(answering, found):
            found = _lowest(partial(rare, answering), found)
    return Chart(agents, reference, found)


def _lowest(holds: Callable[[int], bool], above: int) -> int:
    """The lowest number above `above` for which `holds`, which holds for all that are higher."""
    high = max(2 * above, UNITS)
    while not holds(high):
        high *= 2
    low = max(high // 2, above) if high > UNITS else above
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle, high)
    return high
