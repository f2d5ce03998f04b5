"""Sanctions and what they rest on: whether a case with evidence stands behind each of them."""

from __future__ import annotations

import numpy as np

from agoranomos.institutions.checker.examination import Examination, sanction_key, short, takes_something
from agoranomos.institutions.institution import EXPIRY

_ADVICE = "The accused cannot contest what is not cited; let the event accuse under a rule and cite its signals."


def find_baseless_sanctions(given: Examination) -> None:
    """sanction-without-evidence."""
    space = given.space
    for place, edge in enumerate(space.edges):
        if not takes_something(edge):
            continue
        event = edge.spec.on
        path: tuple[str | int, ...] = ("transitions", edge.index, *sanction_key(edge.spec))
        if not given.accuses(event):
            what = "the end of a term" if event == EXPIRY else f"the event {event!r}, which accuses nobody"
            given.findings.add(
                "sanction-without-evidence",
                path,
                f"the sanction of {short(edge)} follows {what}: no case stands behind it",
                _ADVICE,
            )
        elif not given.institution.evidence[event]:
            given.findings.add(
                "sanction-without-evidence",
                ("events", event),
                f"the event {event!r} accuses, and the sanction of {short(edge)} follows, but its cases cite no signal",
                _ADVICE,
            )
        else:
            _look_for_empty_case(given, place)


def _look_for_empty_case(given: Examination, place: int) -> None:
    """A round in which the sanction falls while none of the signals that the case would cite fires."""
    space, edge = given.space, given.space.edges[place]
    event = edge.spec.on
    cited = set(given.institution.evidence[event])
    bare = np.array([not (one.signals & cited) for one in space.circumstances])
    empty = given.crossing(place) & bare
    if not empty.any():
        return
    rows = np.argwhere(empty)
    standing, which = min(rows.tolist(), key=lambda one: int(space.distance[one[0]]))
    given.findings.add(
        "sanction-without-evidence",
        ("events", event),
        f"{event!r} can lead to the sanction of {short(edge)} in a round in which none of the signals it cites fires",
        _ADVICE,
        trace=given.witnesses.to_round(
            f"sanction without evidence by {short(edge)}", "The last round's case cites nothing.", standing, which
        ),
    )
