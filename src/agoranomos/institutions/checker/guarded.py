"""Conditions that decide nothing: events that never or always happen, guards that always hold."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from agoranomos.institutions.checker.examination import Examination, short
from agoranomos.institutions.checker.requests import UNASKED
from agoranomos.institutions.guards import Guard


def find_idle_guards(given: Examination) -> None:
    """event-without-signal, guard-always-true, and conditions of `requires` that deny nothing."""
    if not given.space.complete:
        return
    space, findings = given.space, given.findings
    evident = ~space.suspended
    for index, (name, guard) in enumerate(given.institution.events):
        happened = space.events[:, :, index]
        if not happened.any():
            findings.add(
                "event-without-signal",
                ("events", name, "when"),
                f"the event {name!r} never happens: no combination of signals makes `{guard.text}` true",
                "Whatever follows from it never follows.",
            )
        elif happened[evident].all():
            findings.add(
                "guard-always-true",
                ("events", name, "when"),
                f"the event {name!r} happens in every round, whatever anybody does: `{guard.text}` always holds",
            )
    for place, edge in enumerate(space.edges):
        standings = given.requests.standings(place)
        happened = space.happened(edge.spec.on)[standings]
        outcome = given.requests.of(place)
        if edge.when is not None and happened.any() and (outcome[happened] != UNASKED).all():
            findings.add(
                "guard-always-true",
                ("transitions", edge.index, "when"),
                f"the condition of {short(edge)} always holds when it is asked: {edge.spec.when}",
                f"Whenever {edge.spec.on!r} happens in {edge.spec.source!r} it is true; leave it out, or mend it.",
            )
        for k, (name, guard) in enumerate(edge.requires):
            asked = (outcome == 0) | (outcome >= 2 + k)
            if asked.any() and not (outcome == 2 + k).any():
                findings.add(
                    "decorative-key",
                    ("transitions", edge.index, "requires", name),
                    f"the gate {name!r} of {short(edge)} never denies anything: {guard.text}",
                )


def find_undecided(given: Examination) -> None:
    """guard-cannot-be-decided: the first standing in which a run would stop, as a division by zero makes it."""
    fault = given.space.fault
    if fault is None:
        return
    said = fault.message.replace("INVALID_ARGUMENT: ", "")
    for path, guard in _guards(given):
        if f"{guard.text!r}" in fault.message:
            given.findings.add(
                "guard-cannot-be-decided",
                path,
                f"in a standing that play reaches, {said}: a run would stop there",
                "Ask first whether the question makes sense, as in `n > 0 && 10 / n > 2`; nothing further was checked.",
                trace=given.witnesses.to(
                    "undecided guard", "In the round that follows the guard has no answer.", fault.standing
                ),
            )
            return


def _guards(given: Examination) -> Iterator[tuple[tuple[str | int, ...], Guard]]:
    institution = given.institution
    yield from ((("events", name, "when"), guard) for name, guard in institution.events)
    yield from ((("counters", name, "next"), guard) for name, _, guard in institution.counter_updates if guard)
    for edge in given.space.edges:
        at = ("transitions", edge.index)
        yield from (((*at, "when"), edge.when),) if edge.when is not None else ()
        yield from (((*at, "requires", name), guard) for name, guard in edge.requires)
        yield from (((*at, "set", name), guard) for name, guard in edge.set)


def denied_by_cooldown(given: Examination, place: int) -> bool:
    """Whether the edge's cooldown ever denies a request."""
    return bool(np.any(given.requests.of(place) == 1))
