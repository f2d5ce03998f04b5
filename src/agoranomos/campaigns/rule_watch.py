"""Holds a campaign's stopping rule against its runs while they end."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeAlias

import numpy as np

from agoranomos.campaigns.folder import CampaignFolder
from agoranomos.campaigns.ledger_entries import Head, Stopped
from agoranomos.campaigns.ledger_history import History
from agoranomos.campaigns.plan import Plan, PlannedRun
from agoranomos.campaigns.stopping import Looks, Seen, Taken, looks_of
from agoranomos.errors import UsageError
from agoranomos.markets.facts import SCALE

Measure: TypeAlias = Callable[[Plan, PlannedRun, Path, Head], Seen]
"""What a finished run came to, from its log at a place, closed at a head: `analysis.inference.measure_run`."""


class RuleWatch:
    """Takes looks as runs end, and says which runs are still wanted. Without a rule every run is.

    Looks are taken in the order of seeds, so what they decide does not depend on how many runs go on beside each other.
    What was begun before the rule was met is wanted to its end.
    """

    def __init__(
        self, plan: Plan, folder: CampaignFolder, history: History, measure: Measure | None, now: Callable[[], int]
    ) -> None:
        """Raise `UsageError` where the plan has a rule, and nothing is given that could measure a run."""
        looks = looks_of(plan)
        if looks is not None and measure is None:
            raise UsageError(
                f"campaign {plan.campaign.name} has a stopping rule, and nothing is given to measure its runs with",
                advice="Give Settings(measure=agoranomos.analysis.inference.measure_run).",
            )
        self._looks: Looks | None = looks
        self._plan, self._folder, self._history, self._measure, self._now = plan, folder, history, measure, now
        self._place = {seed: place for place, seed in enumerate(plan.campaign.all_seeds)}
        self._seen: dict[tuple[str, int], Seen] = {}

    @property
    def met(self) -> Stopped | None:
        """What the ledger says, or is about to be told, of the rule; None while it is not met."""
        return self._history.stopped

    def wants(self, run: PlannedRun) -> bool:
        """Whether the run is to be played: the rule is not met before its seed, or it was begun already."""
        if self.met is None or bool(self._history.of(*run.key)):
            return True
        return self._place[run.seed] <= self._place.get(self.met.seed, len(self._place))

    async def catch_up(self, finished: Iterable[PlannedRun]) -> Stopped | None:
        """Take in what was finished before this session; the entry for the ledger where the rule is met by that."""
        if self._looks is None or self.met is not None:
            return None
        for run in finished:
            closed = self._history.of(*run.key)[-1].closed
            if closed is not None and self._looks.concerns(run.arm.name):
                await self._take_in(run, closed.head)
        return self._look()

    async def see(self, run: PlannedRun, head: Head) -> Stopped | None:
        """Take in a run that has just been closed; the entry for the ledger where the rule is met by it."""
        if self._looks is None or self.met is not None or not self._looks.concerns(run.arm.name):
            return None
        await self._take_in(run, head)
        return self._look()

    async def _take_in(self, run: PlannedRun, head: Head) -> None:
        if self._measure is not None:
            place = self._folder.run(*run.key)
            self._seen[run.key] = await asyncio.to_thread(self._measure, self._plan, run, place, head)

    def _look(self) -> Stopped | None:
        """The first look that is due by now and decides; from then on no other is taken."""
        rule = self._plan.campaign.stopping
        # Another run may have met the rule while this one was measured.
        if self._looks is None or rule is None or self.met is not None:
            return None
        for taken in self._looks.take(lambda arm, seed: self._seen.get((arm, seed))):
            if taken.verdict is not None:
                body = _entry(rule.hypothesis, rule.sequence, taken, self._now())
                self._history.note(body)
                return body
        return None


def in_words(met: Stopped) -> str:
    """What the ledger says of the rule, as one line."""
    low, high = ("" if bound is None else f"{bound / SCALE:g}" for bound in (met.low_e6, met.high_e6))
    bounds = f"{low or 'minus infinity'} to {high or 'infinity'}"
    left_out = f", {met.left_out} left out" if met.left_out else ""
    return (
        f"stopped by its rule after {met.pairs} seeds{left_out}: {met.hypothesis} is decided ({met.verdict}), "
        f"difference {met.estimate_e6 / SCALE:g}, {met.sequence} sequence {bounds}"
    )


def _entry(hypothesis: str, sequence: str, taken: Taken, now: int) -> Stopped:
    look = taken.look
    assert taken.verdict is not None
    return Stopped(
        hypothesis,
        sequence,
        taken.verdict,
        look.n,
        taken.left_out,
        taken.seed,
        round(look.point * SCALE),
        _millionths(look.low),
        _millionths(look.high),
        now,
    )


def _millionths(bound: float) -> int | None:
    return round(bound * SCALE) if np.isfinite(bound) else None
