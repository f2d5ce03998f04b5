"""Tells trackers of a campaign while it runs; what fails there is remarked on once and stops nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import isnan
from pathlib import Path

import numpy as np

from agoranomos.analysis.campaign import CampaignSummary, summarise
from agoranomos.campaigns import CampaignFolder, Plan
from agoranomos.campaigns.progress import Look, Progress, nothing_asked
from agoranomos.campaigns.tally import Tally
from agoranomos.tracking.tracker import Series, Story, Tracker

SECONDS_BETWEEN_COUNTS = 10.0
KEPT = ("plan.json", "campaign.yaml", "env.json", "status.json", "spending.json")
"""Files of a campaign's folder that trackers keep, with the report where there is one; logs and tables stay here."""

Remark = Callable[[str], None]


class Telling:
    """One campaign and those who are told of it. `remark` shows a person what a tracker failed with, or gave."""

    def __init__(self, trackers: Mapping[str, Tracker], remark: Remark) -> None:
        self._trackers = dict(trackers)
        self._remark = remark
        self._steps = 0

    def begin(self, plan: Plan) -> None:
        """The campaign begins, or goes on."""
        told = story(plan)
        self._each(lambda tracker: tracker.begin(told))

    def progress(self, inner: Progress) -> Progress:
        """A progress that shows what `inner` shows, and tells the trackers now and then."""
        return Told(inner, self._count) if self._trackers else inner

    def end(self, folder: CampaignFolder, state: str) -> None:
        """The session ended, well or not."""
        if not self._trackers:
            return
        summary = summarise(folder.root)
        measures, series, files = measures_of(summary), series_of(summary), files_of(folder)

        def told(tracker: Tracker) -> None:
            if place := tracker.end(state, measures, series, files):
                self._remark(f"tracked: {place}")

        self._each(told)

    def _count(self, counted: Mapping[str, float]) -> None:
        self._steps += 1
        self._each(lambda tracker: tracker.count(counted, self._steps))

    def _each(self, tell: Callable[[Tracker], None]) -> None:
        """Tell every tracker; one that fails is told no more."""
        for name, tracker in list(self._trackers.items()):
            try:
                tell(tracker)
            except Exception as error:
                del self._trackers[name]
                self._remark(f"{name} is not told any more ({type(error).__name__}: {error}); the campaign goes on.")


class Told:
    """Hands everything on to another progress, and tells now and then what was counted."""

    def __init__(self, inner: Progress, tell: Callable[[Mapping[str, float]], None]) -> None:
        self._inner = inner
        self._tell = tell
        self._tally: Tally | None = None
        self._look: Look = nothing_asked
        self._told = 0.0

    def begin(self, tally: Tally, look: Look = nothing_asked) -> None:
        """The work begins."""
        self._tally, self._look, self._told = tally, look, tally.seconds
        self._inner.begin(tally, look)

    def advance(self) -> None:
        """Something more was counted."""
        self._inner.advance()
        if self._tally is not None and self._tally.seconds - self._told >= SECONDS_BETWEEN_COUNTS:
            self._count(self._tally)

    def end(self) -> None:
        """The work ended, or was broken off."""
        self._inner.end()
        if self._tally is not None:
            self._count(self._tally)

    def say(self, text: str) -> None:
        """A line between the figures."""
        self._inner.say(text)

    def _count(self, tally: Tally) -> None:
        self._told = tally.seconds
        asked, done = self._look(), tally.all
        counted: dict[str, float] = {
            "runs": done.finished,
            "failed_runs": done.failed,
            "rounds": done.rounds,
            "calls": done.calls,
            "prompt_tokens": asked.traffic.prompt_tokens,
            "reply_tokens": asked.traffic.reply_tokens,
            "failed_calls": asked.traffic.failed,
        }
        if asked.money is not None:
            counted["money"] = asked.money
        self._tell(counted)


def story(plan: Plan) -> Story:
    """The plan as trackers are told of it."""
    campaign = plan.campaign
    settings: dict[str, str | int | float] = {
        "plan_sha256": plan.digest,
        "arms": ", ".join(arm.name for arm in plan.arms),
        "seeds": len(campaign.all_seeds),
        "runs": len(plan.runs()),
        "outcome": campaign.outcome or "",
        "models": ", ".join(dict.fromkeys(model for arm in plan.arms for model in arm.models)),
    }
    for name, one in campaign.hypotheses.items():
        outcome = one.outcome or campaign.outcome
        settings[f"hypothesis_{name}"] = f"{one.role}: {one.first} against {one.second}, {outcome} {one.expects}"
    return Story(campaign.name, campaign.title, plan.label, settings)


def measures_of(summary: CampaignSummary) -> dict[str, float]:
    """Every mean that exists, with its bounds where it has some: `arm/measure`, and with `_low` and `_high`."""
    found: dict[str, float] = {}
    for arm in summary.arms:
        for measure, interval in {**arm.means, **arm.others}.items():
            named = {"": interval.point, "_low": interval.low, "_high": interval.high}
            found |= {f"{arm.arm.name}/{measure}{end}": value for end, value in named.items() if not isnan(value)}
        found |= {
            f"{arm.arm.name}/cases_per_run": arm.enforcement.per_run(arm.enforcement.cases),
            f"{arm.arm.name}/sanctions_per_run": arm.enforcement.per_run(arm.enforcement.sanctions),
            f"{arm.arm.name}/fines_per_run": arm.enforcement.fines,
        }
    found |= {"runs/planned": summary.planned, "runs/finished": summary.finished, "runs/failed": summary.failed}
    return {name: float(value) for name, value in found.items() if not isnan(value)}


def series_of(summary: CampaignSummary) -> list[Series]:
    """The mean price of each round (welfare, where the market has no prices), arm by arm."""
    found = []
    for arm in summary.arms:
        if not arm.trajectory.size:
            continue
        by_round = [column[np.isfinite(column)] for column in arm.trajectory.T]
        values = tuple(float(column.mean()) for column in by_round if column.size)
        found.append(Series(f"{arm.arm.name}/{'price' if arm.priced else 'welfare'}_by_round", values))
    return found


def files_of(folder: CampaignFolder) -> list[Path]:
    """What is kept of the campaign by a tracker."""
    found = [folder.root / name for name in KEPT]
    report: Sequence[Path] = sorted((folder.root / "report").glob("*")) if (folder.root / "report").is_dir() else ()
    return [path for path in (*found, *report) if path.is_file()]
