"""The table of the threat model: what is forged, by whom, and what must find it. Documentation is made of it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from agoranomos.campaigns.attack.catalogue import CAMPAIGN_FORGERIES, RUN_FORGERIES
from agoranomos.campaigns.attack.forgery import Forgery
from agoranomos.campaigns.attack.trust import BRIEFLY, Trust, either


def threat_table() -> str:
    """A Markdown table: first the forgeries of one log, then those of a campaign."""
    return "\n".join(["| forgery | by | found with |", "|---|---|---|", *_rows()]) + "\n"


def _rows() -> Iterator[str]:
    for heading, forgeries in (("of one log", RUN_FORGERIES), ("of a campaign", CAMPAIGN_FORGERIES)):
        yield f"| *{heading}* | | |"
        for forgery in forgeries:
            yield f"| {forgery.name} | {forgery.by} | {_found_with(forgery)} |"


def _found_with(forgery: Forgery[Any]) -> str:
    if Trust.KEY in forgery.found_by:
        return BRIEFLY[Trust.KEY]
    return either([BRIEFLY[trust] for trust in Trust if trust in forgery.found_by])
