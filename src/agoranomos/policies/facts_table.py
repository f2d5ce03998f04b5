"""The table of what is claimed of every policy of the library, for the documentation."""

from __future__ import annotations

from agoranomos.policies.facts import FAMILIES
from agoranomos.policies.registry import POLICIES, list_policies

HEADER = ("policy", "family", "memory", "chance", "asks for", "reads")


def facts_table() -> str:
    """The library's policies with facts as a Markdown table, by family and name."""
    claimed = {listed.name: POLICIES[listed.name].facts for listed in list_policies() if listed.origin == "library"}
    rows = sorted(
        (FAMILIES.index(facts.family), name, facts.row()) for name, facts in claimed.items() if facts is not None
    )
    lines = [HEADER, ("---",) * len(HEADER), *((f"`{name}`", *row) for _, name, row in rows)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
