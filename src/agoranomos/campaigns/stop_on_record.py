"""Whether what a ledger says of the stopping rule is what the plan has, and was kept to."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from agoranomos.campaigns.ledger_history import History
from agoranomos.errors import Finding
from agoranomos.logs import LogFault


def begun_against_the_rule(plan: Mapping[str, Any], history: History) -> Iterator[Finding]:
    """Faults of a ledger that says a rule was met which the plan has not, or that goes on with later seeds after it.

    `plan` is the document that is followed now, as `plan.json` holds it.
    """
    met = history.stopped
    if met is None:
        return
    rule = (plan.get("campaign") or {}).get("stopping") or {}
    if rule.get("hypothesis") != met.hypothesis or met.seed not in plan["seeds"]:
        yield LogFault(
            "tampered", f"the ledger says that a stopping rule on {met.hypothesis!r} was met; the plan has none"
        )
        return
    place = {seed: index for index, seed in enumerate(plan["seeds"])}
    for arm, seed in history.begun_since:
        if place.get(seed, 0) > place[met.seed]:
            yield LogFault(
                "tampered", f"the ledger begins {arm}/{seed} after the stopping rule was met at seed {met.seed}"
            )
