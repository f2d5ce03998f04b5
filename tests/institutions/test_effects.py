"""Nothing is decorative: every field of the schema can change what is judged, how it is bound, or what agents read."""

from __future__ import annotations

import random
import typing
from dataclasses import fields as fields_of
from functools import cache
from typing import Any

import pytest

from agoranomos.documents.reader import plain
from agoranomos.errors import UsageError
from agoranomos.institutions import Institution, bind, initial_standings, judge
from agoranomos.institutions.abstract import abstract_bound, signal_measure
from agoranomos.institutions.bind import NASH_PROFIT, PROFIT, VIOLATION
from agoranomos.institutions.judgement import Observed
from agoranomos.institutions.prose import prose, stated_by_hand
from agoranomos.markets.facts import SCALE
from institutions.perturbing import Field, as_institution, changes, fields, models, sites, specimens
from institutions.playing import FIRMS, duopoly_facts
from institutions.test_digest import MERGED_AWAY, ONE_VALUE, is_prose

ROUNDS = 250
OF_PARTS = {
    (model.__name__, field.alias or name)
    for model in models()
    for name, field in model.model_fields.items()
    if typing.get_origin(field.annotation) is dict and list(models(field.annotation))
}
"""Mappings of parts: they matter by what each of their parts is, and those are all looked at."""

MATTER = [field for field in fields() if field not in ONE_VALUE | MERGED_AWAY | OF_PARTS and not is_prose(field)]


def bound_as(institution: Institution) -> str:
    """All that binding makes of the manifest, but for the manifest itself."""
    bound = bind(institution, duopoly_facts())
    return repr([getattr(bound, f.name) for f in fields_of(bound) if f.name not in {"institution", "facts"}])


def told(institution: Institution) -> str:
    """What agents are told under the institution, beside the notices of a run."""
    texts = [prose(institution, "constitution", with_penalties=True), prose(institution, "notice")]
    return "".join(one.text for one in texts)


@cache
def drawn(purpose: str) -> tuple[int, ...]:
    rng = random.Random(purpose)
    return tuple(rng.getrandbits(53) for _ in range(ROUNDS))


def judged(institution: Institution) -> str:
    """A play in which signals, audits and reports come at random, each from its own seed."""
    bound = abstract_bound(institution, FIRMS)
    standings = initial_standings(bound)
    seen: list[Any] = []
    for number in range(ROUNDS):
        measures: dict[str, Any] = {
            signal_measure(name): tuple(SCALE * (drawn(f"{name} {firm}")[number] % 2) for firm in FIRMS)
            for name in institution.manifest.signals
        }
        for profit in (PROFIT, NASH_PROFIT):
            measures[profit] = tuple(drawn(f"{profit} {firm}")[number] % (2000 * SCALE) for firm in FIRMS)
        measures[VIOLATION] = tuple(SCALE * (drawn(f"violation {firm}")[number] % 2) for firm in FIRMS)
        draws = tuple(drawn(firm)[number] for firm in FIRMS) if bound.draws else ()
        reports = tuple(firm for firm in FIRMS if drawn(f"report {firm}")[number] % 4 == 0)
        judgement = judge(bound, standings, Observed(number + 1, measures, draws, False, reports))
        standings = judgement.standings
        seen.append((judgement.cases, judgement.transitions, judgement.sanctions, judgement.issued))
        seen.append(judgement.announced)
        seen.append([(one.state, one.counters, one.timer, one.limit_e6) for one in standings])
    return repr(seen)


def stated(institution: Institution) -> str:
    """The numbers in its texts, which the checker holds against the values."""
    return repr([one.text for one in stated_by_hand(institution)])


def worded(institution: Institution) -> str:
    """What agents read in runs that draw another wording of the notice."""
    return repr(institution.wordings)


def carried_out(institution: Institution) -> str:
    """The same play where every sanction is announced and applied, whatever the manifest says of that."""
    return judged(
        as_institution({key: part for key, part in plain(institution.source.tree()).items() if key != "sanctions"})
    )


LOOKS = (bound_as, judged, carried_out, worded, told, stated)
ALLOWED = {
    "Rule": ("told",),
    "State": ("told",),
    "Notices": ("told",),
    "Observation.sees": ("refused",),  # it decides which institutions a market can have
    "Fine.of": ("refused",),  # no gap is known where no rule can be broken
    "NoticeWording": ("worded",),
    "Transition": ("carried_out",),
    "Rule.or_else": ("stated",),  # what follows is told from the values; this text is held against them
}
"""What a difference may be in, beside binding and judging, by model or field."""


@cache
def before(look: int) -> str:
    return LOOKS[look](as_institution(specimens()[0]))


def effect(data: dict[str, Any]) -> str:
    """In what the changed manifest differs first; empty where in nothing, or where it is not valid."""
    try:
        institution = as_institution(data)
    except UsageError:
        return ""
    try:
        return next((look.__name__ for i, look in enumerate(LOOKS) if look(institution) != before(i)), "")
    except UsageError:
        return "refused"


@pytest.mark.parametrize("field", MATTER, ids=".".join)
def test_every_field_can_change_what_happens_or_what_agents_read(field: Field) -> None:
    tried = 0
    for site in sites()[field]:
        if site.specimen == 0:
            for data in changes(site):
                tried += 1
                found = effect(data)
                if found in ALLOWED.get(field[0], ()) or found in ALLOWED.get(".".join(field), ()):
                    return
                if found in {"bound_as", "judged"}:
                    return
    pytest.fail(f"none of {tried} other values of {field} makes any difference")


def test_a_random_play_visits_everything() -> None:
    """Otherwise the test above would look away."""
    told_of = judged(as_institution(specimens()[0]))
    for edge in as_institution(specimens()[0]).edges:
        assert f"'{edge.key}'" in told_of, edge.key
    taken = carried_out(as_institution(specimens()[0]))
    for sanction in ("fine", "suspension", "cap", "forfeiture"):
        assert f"sanction='{sanction}'" in taken


def test_what_a_manifest_says_of_itself_changes_nothing() -> None:
    for field in fields():
        if is_prose(field):
            for site in sites()[field]:
                if site.specimen == 0:
                    changed = as_institution(next(changes(site)) if field[1] != "name" else renamed())
                    assert bound_as(changed) == before(0)
                    assert judged(changed) == before(1)


def renamed() -> dict[str, Any]:
    return {**specimens()[0], "name": "another"}
