"""Going on under another plan than the one that a campaign began with: what may change, and what is kept of it.

A deviation may add arms, seeds, hypotheses and rules, and take away or change what has not been run. What has been run
stands in the new plan as it stood in the old one, so no run can be dropped, or done again, by planning otherwise.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from agoranomos.campaigns.late import late_hypotheses, withdrawn_hypotheses
from agoranomos.campaigns.ledger_history import History
from agoranomos.campaigns.plan import differences
from agoranomos.errors import Finding, UsageError
from agoranomos.logs import LogFault, read_blob

RunKey = tuple[str, int]


@dataclass(frozen=True, slots=True)
class Deviation:
    """One deviation: why, what changed (`path: old -> new`), and what had been opened and closed when it was recorded.

    `late` names the hypotheses that are new or changed with it, or judged by other runs or rules, although runs had
    been finished: nobody can say that they were chosen without looking. `withdrawn` names those that were confirmatory
    before it and are not any more.
    """

    plan_sha256: str
    reason: str
    claimed_unix_s: int
    opened: int
    closed: int
    changes: tuple[str, ...]
    late: tuple[str, ...]
    withdrawn: tuple[str, ...] = ()


def check_deviation(old: Mapping[str, Any], new: Mapping[str, Any], opened: Collection[RunKey]) -> None:
    """Raise `UsageError` where a run that was opened under the old plan is not in the new one as it was.

    Plans are documents as `plan.json` holds them.
    """
    for fault in _lost(old, new, opened):
        raise UsageError(
            f"not a deviation but another experiment: {fault}",
            advice="Give a changed arm another name and keep the old one, or begin anew with --anew.",
        )


def deviations(folder: Path, history: History) -> tuple[Deviation, ...]:
    """Every deviation that the ledger in `folder` tells of, the first one first.

    Raises `LogFault` where the ledger's plans do not follow from each other as deviations must.
    """
    found: list[Deviation] = []
    late: set[str] = set()
    if history.planned is None or not history.turns:
        return ()
    old = recorded_plan(folder, history.planned.plan_sha256)
    for turn in history.turns:
        new = recorded_plan(folder, turn.deviated.plan_sha256)
        for fault in _lost(old, new, turn.opened):
            raise LogFault("tampered", f"the ledger tells of a deviation that drops what was run: {fault}")
        changed, withdrawn = _too_late(old, new) if turn.closed else ((), ())
        found.append(
            Deviation(
                turn.deviated.plan_sha256,
                turn.deviated.reason,
                turn.deviated.claimed_unix_s,
                len(turn.opened),
                turn.closed,
                tuple(differences(old, new)),
                changed,
                tuple(name for name in withdrawn if name not in late),
            )
        )
        late |= set(changed)
        old = new
    return tuple(found)


def recorded_plan(folder: Path, digest: str) -> dict[str, Any]:
    """The text of a plan that the ledger in `folder` keeps; raises `Finding` where it is none."""
    try:
        plan: dict[str, Any] = json.loads(read_blob(folder, digest))
    except (ValueError, RecursionError):
        raise LogFault("damaged", f"blob {digest} is no plan: it is not JSON") from None
    if not _is_plan(plan):
        raise Finding(f"blob {digest} of {folder} is no plan")
    return plan


def _is_plan(plan: Any) -> bool:
    """Whether it has what deviations are told from: named arms, and seeds."""
    if not isinstance(plan, dict) or not all(isinstance(plan.get(key), list) for key in ("arms", "seeds")):
        return False
    named = all(isinstance(arm, dict) and isinstance(arm.get("name"), str) for arm in plan["arms"])
    return named and all(isinstance(seed, int) for seed in plan["seeds"])


def _lost(old: Mapping[str, Any], new: Mapping[str, Any], opened: Collection[RunKey]) -> Iterator[str]:
    before = {arm["name"]: arm for arm in old["arms"]}
    after = {arm["name"]: arm for arm in new["arms"]}
    planned, seeds = set(old["seeds"]), set(new["seeds"])
    for name, seed in sorted(opened):
        if name not in after:
            yield f"arm {name} is gone, and it has been run"
        elif before.get(name) != after[name]:
            changed = next(differences(before.get(name), after[name]), "it was not planned")
            yield f"arm {name} is changed, and it has been run ({changed})"
        elif seed not in planned:
            yield f"{name}/{seed} has been run, and was not planned"
        elif seed not in seeds:
            yield f"seed {seed} is gone, and {name}/{seed} has been run"


def _too_late(old: Mapping[str, Any], new: Mapping[str, Any]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Hypotheses that are late by the new plan, and those it withdraws; raises `LogFault` where one is no plan."""
    try:
        return late_hypotheses(old, new), withdrawn_hypotheses(old, new)
    except (ValidationError, KeyError, TypeError, AttributeError) as error:
        raise LogFault("damaged", f"the ledger tells of a plan that is none: {str(error).splitlines()[0]}") from None
