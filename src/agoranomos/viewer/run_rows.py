"""The list of a campaign's runs: filtered, sorted, and a part of it at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from agoranomos.campaigns.folder import CampaignFolder
from agoranomos.viewer.run_measures import MEASURES, Measured, Measures
from agoranomos.viewer.run_states import STATUSES, RunKey, RunState, States

MOST_ROWS = 500
OF_STATE = ("arm", "seed", "status", "failure", "rounds", "entries")
SORTS = (*OF_STATE, *MEASURES)


@dataclass(frozen=True, slots=True)
class Asked:
    """Which rows: those from `offset` on, after runs were chosen by arm, status and text, and sorted."""

    offset: int = 0
    count: int = 100
    sort: str = ""
    descending: bool = False
    text: str = ""
    arm: str = ""
    status: str = ""


def run_rows(folder: CampaignFolder, asked: Asked, states: States, measures: Measures) -> dict[str, Any]:
    """`{"total", "rows"}`: how many runs were chosen, and the part of them that was asked for.

    What is undefined comes last, however they are sorted. `text` is looked for in arm, seed, status and failure.
    """
    chosen = [run for run in states.of(folder).runs if _fits(run, asked)]
    known: Mapping[RunKey, Measured] | None = None
    if asked.sort in MEASURES:
        known = measures.of(folder, None)
    if asked.sort:
        chosen = _sorted(chosen, asked, known or {})
    elif asked.descending:
        chosen.reverse()
    shown = chosen[asked.offset : asked.offset + asked.count]
    if known is None:
        known = measures.of(folder, [(run.arm, run.seed) for run in shown])
    return {"total": len(chosen), "rows": [_row(run, known) for run in shown]}


def _fits(run: RunState, asked: Asked) -> bool:
    if (asked.arm and run.arm != asked.arm) or (asked.status and run.status != asked.status):
        return False
    return not asked.text or asked.text.lower() in f"{run.arm}/{run.seed} {run.status} {run.failure}".lower()


def _sorted(runs: list[RunState], asked: Asked, known: Mapping[RunKey, Measured]) -> list[RunState]:
    def value(run: RunState) -> Any:
        if asked.sort == "status":
            return STATUSES.index(run.status)
        if asked.sort in OF_STATE:
            return getattr(run, asked.sort)
        return known.get((run.arm, run.seed), {}).get(asked.sort)

    defined = [run for run in runs if value(run) is not None]
    undefined = [run for run in runs if value(run) is None]
    return [*sorted(defined, key=value, reverse=asked.descending), *undefined]


def _row(run: RunState, known: Mapping[RunKey, Measured]) -> dict[str, Any]:
    about = known.get((run.arm, run.seed), {}) if run.status == "closed" else {}
    return {name: getattr(run, name) for name in OF_STATE} | {name: about.get(name) for name in MEASURES}
