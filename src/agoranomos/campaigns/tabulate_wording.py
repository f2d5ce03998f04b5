"""What a run's institution says and leaves out, from entry 0: its notice's wording, and whether it is a placebo."""

from __future__ import annotations

from functools import lru_cache

from agoranomos.institutions.entries import InstitutionRecord, Opened
from agoranomos.institutions.inheritance import recorded_source
from agoranomos.institutions.institution import Institution, load_institution
from agoranomos.institutions.notices import wording_of
from agoranomos.institutions.placebos import placebo_in_words


def notice_wording(opened: Opened) -> str:
    """The name of the wording that the run's seed draws; empty where the notice has but one, or nothing is told.

    Where institutions follow on each other, it is that of the first one that has several.
    """
    for institution in _institutions(opened):
        if len(institution.wordings) > 1:
            return wording_of(institution.wordings, opened.seed).name
    return ""


def placebo(opened: Opened) -> str:
    """What makes its institutions placebos, in words, by semicolons; empty where none is one."""
    clauses = [clause for institution in _institutions(opened) for clause in placebo_in_words(institution)]
    return "; ".join(dict.fromkeys(clauses))


def _institutions(opened: Opened) -> list[Institution]:
    records = [opened.institution, *(switch.institution for switch in opened.switches)]
    return [_read(record) for record in records if record is not None]


@lru_cache(maxsize=16)
def _read(record: InstitutionRecord) -> Institution:
    return load_institution(recorded_source(record.name, record.text, record.bases))
