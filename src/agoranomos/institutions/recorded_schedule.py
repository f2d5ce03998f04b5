"""The institutions that a run recorded in its entry 0, read from their own texts."""

from __future__ import annotations

from agoranomos.errors import UsageError
from agoranomos.institutions.bind import Bound, bind
from agoranomos.institutions.entries import InstitutionRecord, Opened
from agoranomos.institutions.inheritance import recorded_source
from agoranomos.institutions.institution import Institution, load_institution
from agoranomos.institutions.run_entries import ReplayMismatch
from agoranomos.institutions.schedule import Schedule, schedule_of


def recorded_institution(opened: Opened) -> Institution | None:
    """The institution that the run began with, read from its own text; raises as `recorded_schedule`."""
    return _recorded(opened.institution)


def recorded_schedule(opened: Opened) -> Schedule:
    """The institutions that the run recorded, each read from its own text and bound to the recorded market.

    Raises `ReplayMismatch` where digests differ, or where the rounds of switches do not grow.
    """
    rounds = [switch.first_round for switch in opened.switches]
    if rounds != sorted(set(rounds)) or (rounds and rounds[0] < 2):
        raise ReplayMismatch(0, f"institutions are replaced in rounds {', '.join(map(str, rounds))}, out of order")
    switches = {switch.first_round: _bind(_recorded(switch.institution), opened) for switch in opened.switches}
    return schedule_of(_bind(_recorded(opened.institution), opened), switches).worded(opened.seed)


def _recorded(record: InstitutionRecord | None) -> Institution | None:
    if record is None:
        return None
    try:
        institution = load_institution(
            recorded_source(f"institution {record.name} in entry 0", record.text, record.bases)
        )
    except UsageError as error:
        raise ReplayMismatch(0, f"the recorded institution is not valid: {error.message}") from None
    for what, found, stated in (
        ("name", institution.name, record.name),
        ("file digest", institution.file_sha256, record.file_sha256),
        ("semantic digest", institution.semantic_sha256, record.semantic_sha256),
    ):
        if found != stated:
            raise ReplayMismatch(0, f"the recorded institution's {what} is {found}, the entry states {stated}")
    return institution


def _bind(institution: Institution | None, opened: Opened) -> Bound | None:
    return bind(institution, opened.facts) if institution is not None else None


def check_same_institution(opened: Opened, institution: Institution) -> None:
    """Raise `ReplayMismatch` when `institution` is not the regime that the run recorded."""
    if opened.switches:
        raise ReplayMismatch(0, f"the run records several institutions after each other; {institution.name} was given")
    record = opened.institution
    if record is None:
        raise ReplayMismatch(0, f"the run records no institution; {institution.name} was given")
    if record.semantic_sha256 != institution.semantic_sha256:
        raise ReplayMismatch(
            0,
            f"the run was recorded under {record.name} with semantic digest {record.semantic_sha256[:16]}...; "
            f"the file given, {institution.source.name}, has {institution.semantic_sha256[:16]}...",
        )
