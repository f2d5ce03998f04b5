"""The papers whose studies are campaigns: how each one's findings are told and written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from agoranomos.errors import UsageError, nearest
from agoranomos.reproduce.lock import Lock
from agoranomos.reproduce.sections import Findings
from agoranomos.reproduce.study import Executed
from agoranomos.reproduce.writing import write_findings

Tell = Callable[[Mapping[str, Executed]], Findings]


def teller(paper: str) -> Tell:
    """What tells a paper's findings; raises `UsageError` for a paper that is not known."""
    from agoranomos.reproduce import alignment_tipping, institutional_ai, market_division, tin_men

    known: dict[str, Tell] = {
        "alignment-tipping": alignment_tipping.findings,
        "institutional-ai": institutional_ai.findings,
        "market-division": market_division.findings,
        "tin-men": tin_men.findings,
    }
    if paper not in known:
        raise UsageError(f"a study of {paper!r} is not known to this version", advice=nearest(paper, known))
    return known[paper]


def write_report_of(lock: Lock, folder: Path, executed: Mapping[str, Executed]) -> None:
    """Write the report of a locked study into its folder."""
    write_findings(teller(lock.paper)(executed), folder)
