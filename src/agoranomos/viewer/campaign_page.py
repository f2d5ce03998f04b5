"""A campaign's page: arms side by side with their intervals, comparisons, checks, failures and cost."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agoranomos.campaigns.folder import CampaignFolder
from agoranomos.campaigns.status import UNDER_WAY
from agoranomos.campaigns.tables import TABLES
from agoranomos.errors import AgoraError
from agoranomos.viewer.campaign_rows import row_of, state_of
from agoranomos.viewer.confined import inside
from agoranomos.viewer.kept import Kept, stamp_of
from agoranomos.viewer.outcomes_so_far import OutcomesSoFar
from agoranomos.viewer.planned import Planned, Plans
from agoranomos.viewer.run_states import RunState, RunStates, States

if TYPE_CHECKING:
    from agoranomos.analysis.arms import ArmSummary
    from agoranomos.analysis.campaign import CampaignSummary
    from agoranomos.statistics import Interval

STALE = "The tables are older than the logs: `agora report` on the campaign brings them up to date."
DAMAGED = "The plan and the tables do not fit together: one of them is damaged."
MOCK_ONLY = "The mock engine drew the replies: no language model, and no finding."
NO_TABLES = "There are no tables yet; the same `agora run` writes them, and so does `agora report`."
NOT_YET = "Outcomes appear as runs are finished; runs can be opened now."
SO_FAR = (
    "So far: {finished} of {planned} runs are in these figures. Intervals and p-values hold for one look, when all are "
    "finished; only the confidence sequence of a stopping rule holds at every look."
)
NOT_KNOWN = "What the finished runs come to so far could not be worked out: {why}."


class CampaignPages:
    """The pages of the campaigns in `root`; what tables say is worked out once, until they are written anew."""

    def __init__(self, root: Path, plans: Plans, states: States, so_far: OutcomesSoFar) -> None:
        self._root = root
        self._plans = plans
        self._states = states
        self._so_far = so_far
        self._found: Kept[dict[str, Any]] = Kept(8)

    def page(self, name: str, folder: CampaignFolder) -> dict[str, Any]:
        """The page of one campaign; where there are no tables yet, what its plan and its status say."""
        plan, status, states = self._plans.plan(folder), self._plans.status(folder), self._states.of(folder)
        row = row_of(name, folder, plan, status)
        found = self._tabulated(folder)
        if not states.tabulated and state_of(status) in UNDER_WAY:
            found = self._under_way(folder, states) or found
        counts = _counts(states.runs)
        arms = [_merged(arm, counts.get(arm["arm"], {}), status) for arm in found["arms"] or _planned_arms(plan)]
        caveats = list(_caveats(plan, status, states, found))
        return {
            **{key: row[key] for key in ("id", "name", "title", "state")},
            "status": dict(status),
            "plan": {
                "digest": status.get("plan", "") or folder.root.name.rpartition("-")[2],
                "market": row["market"],
                "regimes": list(dict.fromkeys(arm.regime for arm in plan.arms)),
                "rounds": _rounds(plan),
                "seeds": None if plan.fault else len(plan.seeds),
                "outcome": plan.outcome,
            },
            "incomplete": any(run.status != "closed" for run in states.runs) and not found["complete"],
            "checks": found["checks"],
            "arms": arms,
            "comparisons": found["comparisons"],
            "caveats": caveats,
            "notes": [*caveats, *found["notes"]],
            "costs": {**self._plans.spending(folder), **found["costs"]},
        }

    def _tabulated(self, folder: CampaignFolder) -> dict[str, Any]:
        from agoranomos.analysis.campaign import summarise

        files = [folder.tables / f"{table}.parquet" for table in TABLES]
        if not files[0].is_file():
            return _NOTHING
        stamp = stamp_of([*files, folder.plan_file, folder.root / "campaign.yaml"])
        try:
            for file in files:
                inside(file, self._root)
            return self._found.get(folder.root, stamp, lambda: summary_page(summarise(folder.root)))
        except AgoraError as error:
            return {**_NOTHING, "notes": [" ".join(filter(None, (error.message, error.advice)))]}
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            return {**_NOTHING, "notes": [f"{DAMAGED} ({type(error).__name__}: {error})"]}

    def _under_way(self, folder: CampaignFolder, states: RunStates) -> dict[str, Any] | None:
        """What its finished runs come to, as far as that is worked out; the tables do not know them all."""
        so_far = self._so_far.of(folder, sum(run.status == "closed" for run in states.runs))
        if so_far is None:
            return None
        if so_far.page is None:
            return {**_NOTHING, "caveats": [NOT_KNOWN.format(why=so_far.fault)]}
        finished, planned = (sum(arm[key] for arm in so_far.page["arms"]) for key in ("finished", "runs"))
        return {**so_far.page, "caveats": [SO_FAR.format(finished=finished, planned=planned)]}


_NOTHING: dict[str, Any] = {
    "complete": False,
    "mock_only": False,
    "checks": [],
    "arms": [],
    "comparisons": [],
    "notes": [],
    "costs": {},
}


def _caveats(plan: Planned, status: Mapping[str, Any], states: RunStates, found: Mapping[str, Any]) -> Iterator[str]:
    """What a reader has to know before the figures."""
    if plan.fault:
        yield plan.fault
    if found["mock_only"] or plan.mock_only:
        yield MOCK_ONLY
    if "caveats" in found:
        yield from found["caveats"]
    elif found["arms"]:
        if not states.tabulated:
            yield STALE
    elif state_of(status) in UNDER_WAY:
        yield NOT_YET
    elif not found["notes"] and any(run.status == "closed" for run in states.runs):
        yield NO_TABLES


def _rounds(plan: Planned) -> dict[str, int] | None:
    """How many rounds a run has: those of the shortest and of the longest arm."""
    rounds = [arm.rounds for arm in plan.arms]
    return {"least": min(rounds), "most": max(rounds)} if rounds else None


def summary_page(summary: CampaignSummary) -> dict[str, Any]:
    """What a page says that comes from a campaign's tables."""
    from agoranomos.analysis.deviations import departures_in_words
    from agoranomos.analysis.export import as_json

    exported = as_json(summary)
    return {
        "complete": summary.complete,
        "mock_only": summary.mock_only,
        "checks": exported["manipulation_checks"],
        "arms": [_arm(arm) for arm in summary.arms],
        "comparisons": [*_planned_comparisons(exported), *_explored(summary)],
        "notes": departures_in_words(summary.departures),
        "costs": {"accounts": list(_accounts(exported)), "errors": exported.get("errors")},
    }


def _arm(summary: ArmSummary) -> dict[str, Any]:
    """An arm: `cases`, `sanctions` and `fines` are means a run, `calls`, `tokens` and `failures` totals over runs."""
    arm, conduct, acts = summary.arm, summary.conduct, summary.enforcement
    known = bool(summary.results)
    means = {**summary.means, **summary.others}
    return {
        "arm": arm.name,
        "regime": arm.regime,
        "roster": arm.roster,
        "market": arm.market,
        "institution": arm.institution,
        "models": [model for model in dict.fromkeys(arm.models) if model],
        "runs": arm.planned,
        "finished": len(summary.results),
        "failed": len(arm.failed),
        "measures": {name: _interval(found) for name, found in means.items() if found.n},
        "benchmarks": {
            name: {"price": _plain(known.mean_price), "profit": _plain(known.total_profit)}
            | {"welfare": _plain(known.welfare), "consumer_surplus": _plain(known.consumer_surplus)}
            for name, known in arm.benchmarks.items()
        },
        "failures": dict(conduct.failures) if known else None,
        "calls": conduct.calls if known else None,
        "tokens": conduct.prompt_tokens + conduct.reply_tokens if known else None,
        "fines": _plain(acts.fines),
        "cases": _plain(acts.per_run(acts.cases)),
        "sanctions": _plain(acts.per_run(acts.sanctions)),
    }


def _interval(found: Interval) -> dict[str, Any]:
    return {
        "mean": _plain(found.point),
        "low": _plain(found.low),
        "high": _plain(found.high),
        "n": found.n,
        "level": found.level,
        "method": found.method,
        "reason": found.reason,
        "warning": found.warning,
    }


def _planned_comparisons(exported: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """What the campaign said before it ran that it would compare; `kind` is the role that its report gives it."""
    for answer in exported.get("hypotheses", ()):
        yield {
            "name": answer["name"],
            "a": answer["first"],
            "b": answer["second"],
            "outcome": answer["outcome"],
            "difference": answer["estimate"]["point"],
            "low": answer["estimate"]["low"],
            "high": answer["estimate"]["high"],
            "level": answer["estimate"]["level"],
            "method": answer["estimate"]["method"],
            "p": answer["p"],
            "holm": answer["p_holm"],
            "n": answer["pairs"],
            "reason": answer["estimate"]["reason"],
            "verdict": answer["verdict"],
            "kind": answer["role"],
        }


def _accounts(exported: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Who gained and who paid, for each comparison that was planned."""
    for answer in exported.get("hypotheses", ()):
        about = {"hypothesis": answer["name"], "first": answer["first"], "second": answer["second"]}
        yield {**about, "lines": answer["accounts"]}


def _explored(summary: CampaignSummary) -> Iterator[dict[str, Any]]:
    """Every two arms of one roster and market, measure by measure, by Welch's test; nobody planned these."""
    for comparison in summary.comparisons:
        for contrast in comparison.contrasts:
            welch = contrast.welch
            yield {
                "name": "",
                "a": comparison.first,
                "b": comparison.second,
                "outcome": contrast.measure,
                "difference": _plain(welch.difference),
                "low": _plain(welch.low),
                "high": _plain(welch.high),
                "level": welch.level,
                "method": "Welch t",
                "p": _plain(welch.p),
                "holm": None,
                "n": min(welch.n_first, welch.n_second),
                "reason": welch.reason,
                "verdict": "",
                "kind": "exploratory",
            }


def _planned_arms(plan: Planned) -> list[dict[str, Any]]:
    return [
        {
            "arm": arm.name,
            "regime": arm.regime,
            "roster": arm.roster,
            "market": arm.market,
            "institution": arm.institution,
            "models": list(arm.models),
            "runs": len(plan.seeds),
            "finished": 0,
            "failed": 0,
            "measures": {},
            "benchmarks": {},
            **dict.fromkeys(("failures", "calls", "tokens", "fines", "cases", "sanctions")),
        }
        for arm in plan.arms
    ]


def _counts(runs: Iterable[RunState]) -> dict[str, dict[str, int]]:
    """By arm, how many runs are how far; `runs` is all of them."""
    found: dict[str, dict[str, int]] = {}
    for run in runs:
        arm = found.setdefault(run.arm, {"runs": 0, "finished": 0, "failed": 0, "under_way": 0})
        arm["runs"] += 1
        name = "finished" if run.status == "closed" else run.status
        if name in arm:
            arm[name] += 1
    return found


def _merged(arm: Mapping[str, Any], counts: Mapping[str, int], status: Mapping[str, Any]) -> dict[str, Any]:
    """An arm as the tables have it, with how far it is now and, before there are tables, the calls of this session."""
    calls = {row["arm"]: row["calls"] for row in status.get("arms", ())}
    more = {"calls": calls.get(arm["arm"])} if arm["calls"] is None else {}
    return {**arm, "under_way": 0, **counts, **more}


def _plain(value: float) -> float | None:
    return float(value) if math.isfinite(value) else None
