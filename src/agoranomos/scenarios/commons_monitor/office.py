"""Who keeps the watch in the coming round: for good, in turn, or elected by what the community knows of takes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agoranomos.scenarios.commons_monitor.payoffs import Outcome
from agoranomos.scenarios.commons_monitor.spec import CommonsMonitorSpec


@dataclass(frozen=True, slots=True)
class Office:
    """Who keeps the watch (None: nobody), for how many rounds it has, and the takes known since, by fisher.

    `served` counts the rounds of the term, and a fisher that sat one of them out has a `tally` of None.
    """

    monitor: int | None
    served: int
    tally: tuple[float | None, ...]

    @classmethod
    def first(cls, spec: CommonsMonitorSpec) -> Office:
        """That of the first round."""
        monitor = spec.first_monitor
        if monitor is not None and monitor not in eligible(spec, 1):
            monitor = _next(monitor, eligible(spec, 1), len(spec.fishers))
        return cls(monitor, 0, (0.0,) * len(spec.fishers))

    def after(self, spec: CommonsMonitorSpec, outcome: Outcome, coming: int) -> Office:
        """The office in round `coming`, the one after `outcome`.

        Who sits a round out has left the watch, and so has who was found to have kept silent where a check dismisses:
        it goes to the next seat. An election is won by who took least, by what the community knows, of equals by the
        one who has the watch, and then by the next seat.
        """
        if self.monitor is None:
            return self
        tally = tuple(
            [
                None if one is None or choice is None else one + (0.0 if known is None else known)
                for one, choice, known in zip(self.tally, outcome.choices, outcome.known, strict=True)
            ]
        )
        may, count = eligible(spec, coming), len(spec.fishers)
        afresh = (0.0,) * count
        dismissed = outcome.silence_found and spec.check.dismisses
        if outcome.choices[self.monitor] is None or dismissed or self.monitor not in may:
            return Office(_next(self.monitor, may, count), 0, afresh)
        served = self.served + 1
        if spec.monitor == "appointed" or served < spec.term:
            return Office(self.monitor, served, tally)
        if spec.monitor == "rotating":
            return Office(_next(self.monitor, may, count), 0, afresh)
        return Office(_elected(self.monitor, may, tally), 0, afresh)


def eligible(spec: CommonsMonitorSpec, coming: int) -> tuple[int, ...]:
    """The seats that somebody sits in, in round `coming`."""
    seats = range(len(spec.fishers))
    empty = spec.newcomer is not None and coming < spec.newcomer.from_round
    return tuple(seats[:-1] if empty else seats)


def _next(monitor: int, may: Sequence[int], count: int) -> int:
    turns = [(monitor + by) % count for by in range(1, count + 1)]
    return next(seat for seat in turns if seat in may)


def _elected(monitor: int, may: Sequence[int], tally: Sequence[float | None]) -> int:
    count = len(tally)
    candidates = [(taken, (seat - monitor) % count) for seat in may if (taken := tally[seat]) is not None]
    return (min(candidates)[1] + monitor) % count if candidates else monitor
