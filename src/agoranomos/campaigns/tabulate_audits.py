"""How many audits took place in each round, drawn again from what the run recorded."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from agoranomos.institutions.bind import BoundAudit, bound_audits
from agoranomos.institutions.draws import uniform
from agoranomos.institutions.entries import InstitutionRecord, Opened
from agoranomos.institutions.inheritance import recorded_source
from agoranomos.institutions.institution import load_institution


class AuditCounts:
    """Counts the audits of one run, by the institution that holds in a round."""

    def __init__(self, opened: Opened) -> None:
        first = [(1, opened.institution)]
        held = [*first, *((switch.first_round, switch.institution) for switch in opened.switches)]
        self._held = [(start, () if record is None else _audits(record)) for start, record in held]

    def of(self, number: int, draws: Sequence[int]) -> int | None:
        """The audits of a round, one for each agent or one of the whole market; None where the institution has none.

        `draws` are the round's, one an agent, as it recorded them.
        """
        audits = next(audits for start, audits in reversed(self._held) if start <= number)
        if not audits or not draws:
            return None
        return sum(
            uniform(draw, audit.salted) < audit.below
            for audit in audits
            for draw in (draws[:1] if audit.of_market else draws)
        )


@lru_cache(maxsize=64)
def _audits(record: InstitutionRecord) -> tuple[BoundAudit, ...]:
    """The audits of a recorded institution; only texts that speak of audits are read."""
    if not any("audits" in text for text in (record.text, *record.bases)):
        return ()
    return bound_audits(load_institution(recorded_source(record.name, record.text, record.bases)).manifest)
