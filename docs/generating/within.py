"""Tables within pages that are otherwise written by hand: threats, policies."""

from __future__ import annotations

FACTS_BEGIN = "<!-- Written by docs/generate.py: what the policies claim -->"

FACTS_END = "<!-- So much for what the policies claim -->"

TABLE_BEGINS, TABLE_ENDS = "<!-- table: written by docs/generate.py -->\n", "<!-- end of table -->\n"


def with_threat_table(page: str) -> str:
    """The page of the threat model with the table of forgeries that `agora log attack` plays."""
    from agoranomos.campaigns.attack.table import threat_table

    before, _, rest = page.partition(TABLE_BEGINS)
    return before + TABLE_BEGINS + "\n" + threat_table() + "\n" + TABLE_ENDS + rest.partition(TABLE_ENDS)[2]


def with_facts_table(page: str) -> str:
    """The page of the policies with the table of what is claimed of each."""
    from agoranomos.policies.facts_table import facts_table

    before, _, rest = page.partition(FACTS_BEGIN)
    return before + FACTS_BEGIN + "\n\n" + facts_table() + "\n\n" + FACTS_END + rest.partition(FACTS_END)[2]
