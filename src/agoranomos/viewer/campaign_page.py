"""A campaign's page: arms side by side with their intervals, comparisons, checks, failures and cost."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

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

STALE = "The tables are older than the logs: `agora report` on the campaign brings them up to date."
DAMAGED = "The plan and the tables do not fit together: one of them is damaged."
MOCK_ONLY = "The mock engine drew the replies: no language model, and no finding."
NO_TABLES = "There are no tables yet; the same `agora run` writes them, and so does `agora report`."
NOT_YET = "Outcomes appear as runs are finished; runs can be opened now."
WORKING_OUT = "What the finished runs come to is being worked out; they can be opened now."
SO_FAR = (
    "So far: {finished} of {planned} runs are in these figures. Intervals and p-values hold for one look, when the "
    "campaign is over; only the confidence sequence of a stopping rule holds at every look."
)
NOT_KNOWN = "Newer figures could not be worked out: {why}."
NOT_JUDGED = "not judged before the campaign is over"


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
        found = self._newest(folder, status, states)
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
            "working_out": found.get("wanted", False),
        }

    def _newest(self, folder: CampaignFolder, status: Mapping[str, Any], states: RunStates) -> dict[str, Any]:
        """What the tables say, or what more finished runs come to, as far as that is worked out."""
        tables = self._tabulated(folder)
        if states.tabulated:
            return tables
        finished, under_way = sum(run.status == "closed" for run in states.runs), state_of(status) in UNDER_WAY
        so_far = self._so_far.of(folder, finished, under_way=under_way)
        beside = {"wanted": so_far.wanted, "unknown": so_far.fault}
        if so_far.page is None or _count(so_far.page, "finished") <= _count(tables, "finished"):
            return {**tables, **beside}
        said = SO_FAR.format(finished=_count(so_far.page, "finished"), planned=_count(so_far.page, "runs"))
        older = [] if under_way else [STALE if tables["arms"] else NO_TABLES]
        half_way = [_not_judged(row) for row in so_far.page["comparisons"]]
        return {**so_far.page, "comparisons": half_way, **beside, "so_far": [said, *older]}

    def _tabulated(self, folder: CampaignFolder) -> dict[str, Any]:
        from agoranomos.analysis.campaign import summarise
        from agoranomos.viewer.summary_page import summary_page

        files = [folder.tables / f"{table}.parquet" for table in TABLES]
        if not files[0].is_file():
            return _NOTHING
        stamp = stamp_of([*files, folder.plan_file, folder.root / "campaign.yaml"])
        try:
            for file in files:
                inside(file, self._root)
            return self._found.get(folder.root, stamp, lambda: summary_page(summarise(folder.root)))
        except AgoraError as error:
            return {**_NOTHING, "notes": [error.in_one_line]}
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            return {**_NOTHING, "notes": [f"{DAMAGED} ({type(error).__name__}: {error})"]}


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
    if "so_far" in found:
        yield from found["so_far"]
    elif found["arms"]:
        if not states.tabulated:
            yield STALE
    elif state_of(status) in UNDER_WAY:
        yield WORKING_OUT if found.get("wanted") else NOT_YET
    elif not found["notes"] and any(run.status == "closed" for run in states.runs):
        yield NO_TABLES
    if found.get("unknown"):
        yield NOT_KNOWN.format(why=found["unknown"].rstrip("."))


def _count(page: Mapping[str, Any], key: str) -> int:
    """The runs of all arms that are `finished`, or all `runs`."""
    return sum(arm[key] for arm in page["arms"])


def _not_judged(row: Mapping[str, Any]) -> dict[str, Any]:
    """A comparison as it is shown half-way: only a sequence may be looked at before the end."""
    if row["kind"] != "confirmatory" or row["method"].endswith("confidence sequence"):
        return dict(row)
    return {**row, "p": None, "holm": None, "verdict": NOT_JUDGED}


def _rounds(plan: Planned) -> dict[str, int] | None:
    """How many rounds a run has: those of the shortest and of the longest arm."""
    rounds = [arm.rounds for arm in plan.arms]
    return {"least": min(rounds), "most": max(rounds)} if rounds else None


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
