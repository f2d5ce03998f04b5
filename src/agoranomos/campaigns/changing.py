"""What a level of a factor makes of a market, an institution and a roster."""

from __future__ import annotations

from collections.abc import Mapping
from io import StringIO
from typing import Any

from pydantic import ValidationError
from ruamel.yaml import YAML

from agoranomos.agents import Roster, resolve_roster
from agoranomos.documents import Source, first_fault
from agoranomos.errors import UsageError, nearest
from agoranomos.institutions.inheritance import Extended, bases_of
from agoranomos.markets import MarketSpec
from agoranomos.policies import find_policy
from agoranomos.workspace import Workspace

MAX_NAME = 60
"""The longest name that a changed institution is given."""


def changed_market(spec: MarketSpec, changes: Mapping[str, Any]) -> MarketSpec:
    """The specification with other values for some of its keys; raises `UsageError` for what it does not allow."""
    known = spec.model_dump(mode="json")
    for key in changes:
        if key not in known:
            raise UsageError(f"market: unknown key {key!r}", advice=nearest(key, known))
    try:
        return type(spec).model_validate({**known, **changes})
    except ValidationError as error:
        raise UsageError(f"market: {first_fault(error)[1]}") from None


def changed_institution(source: Source, name: str, suffix: str, changes: Mapping[str, Any]) -> Source:
    """A manifest that extends `source`, says what is otherwise, and is called `<name>-<suffix>`.

    It is a text like any other: an entry 0 holds it with its bases, so whoever verifies a run needs nothing else.
    """
    own = {"kind": "institution", "version": 1, "name": f"{name}-{suffix}"[:MAX_NAME].rstrip("-_.")}
    pinned = {"institution": name, "sha256": source.sha256}
    writer, text = YAML(), StringIO()
    writer.default_flow_style = False
    writer.dump({**own, "extends": pinned, **changes}, text)
    return Extended(
        f"{own['name']} (made from {name} by the campaign)", text.getvalue(), (_own(source), *bases_of(source))
    )


def changed_roster(roster: Roster, changes: Mapping[str, Any], workspace: Workspace) -> Roster:
    """The roster with other parameters for every agent whose policy has them.

    Raises `UsageError` for a parameter that no policy of the roster has, and for a value that one does not allow.
    """
    known = [set(find_policy(entry.policy).parse(entry.parameters).model_dump()) for entry in roster.agents]
    for key in changes:
        if not any(key in names for names in known):
            raise UsageError(
                f"parameters: no policy of roster {roster.name} has {key!r}", advice=nearest(key, set().union(*known))
            )
    entries = tuple(
        entry.model_copy(update={"parameters": entry.parameters | {k: v for k, v in changes.items() if k in names}})
        for entry, names in zip(roster.agents, known, strict=True)
    )
    return resolve_roster(roster.model_copy(update={"agents": entries}), workspace)


def _own(source: Source) -> Source:
    return Source(source.name, source.text)
