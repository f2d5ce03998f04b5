"""Keys that change nothing: cooldowns that never deny, values that are set to what they are, caps on nothing."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from agoranomos.institutions.bind import Bound
from agoranomos.institutions.checker.examination import Examination, short
from agoranomos.institutions.checker.guarded import denied_by_cooldown
from agoranomos.institutions.checker.layout import Layout
from agoranomos.institutions.institution import Edge


def find_decoration(given: Examination) -> None:
    """decorative-key, beside the words that nothing uses."""
    if not given.space.complete:
        return
    for place, edge in enumerate(given.space.edges):
        at = ("transitions", edge.index)
        if not given.crossing(place).any():
            continue
        if edge.spec.cooldown and not denied_by_cooldown(given, place):
            given.findings.add(
                "decorative-key",
                (*at, "cooldown"),
                f"the cooldown of {short(edge)} never denies anything: it is over before the edge is asked for again",
                "Take it out, or make it longer than the way back takes.",
            )
        if edge.spec.cap is not None and edge.spec.cap >= 1:
            given.findings.add(
                "decorative-key", (*at, "cap"), f"the cap of {short(edge)} leaves all of the capacity: it limits nobody"
            )
        for name in edge.spec.set:
            if _sets_nothing(given, place, name):
                given.findings.add(
                    "decorative-key",
                    (*at, "set", name),
                    f"{short(edge)} sets {name!r} to the value that it has anyway",
                    "Take it out.",
                )
    _find_constant_counters(given)
    _find_idle_freshness(given)
    asked = {name for guard in given.institution.guards for name in guard.names}
    for name in given.institution.manifest.audits:
        if name not in asked:
            given.findings.add("decorative-key", ("audits", name), f"no condition asks for the audit {name!r}")


def _sets_nothing(given: Examination, place: int, name: str) -> bool:
    """Whether every crossing leads to the same standing when the edge does not set `name`."""
    space, edge = given.space, given.space.edges[place]
    standing, which = np.nonzero(given.crossing(place))
    bound, layout = _without(space.bound, space.layout, edge, name)
    stepped = given.stepper_for(bound, layout).step(space.rows[standing], which)
    return bool(np.array_equal(stepped.rows, space.rows[space.next[standing, which]]))


def _without(bound: Bound, layout: Layout, edge: Edge, name: str) -> tuple[Bound, Layout]:
    """The same institution, but for one counter that one edge leaves alone."""
    institution = bound.institution
    spec = edge.spec.model_copy(update={"set": {k: text for k, text in edge.spec.set.items() if k != name}})
    lighter = replace(edge, spec=spec, set=tuple((k, guard) for k, guard in edge.set if k != name))
    edges = [lighter if one.index == edge.index else one for one in institution.edges]
    manifest = institution.manifest.model_copy(update={"transitions": tuple(one.spec for one in edges)})
    edges_from = {state: tuple(one for one in edges if one.spec.source == state) for state in institution.states}
    rebound = replace(bound, institution=replace(institution, manifest=manifest, edges_from=edges_from))
    return rebound, replace(layout, bound=rebound)


def _find_constant_counters(given: Examination) -> None:
    values = given.space.layout.counters_of(given.space.rows)
    written = {name for edge in given.space.edges for name in edge.spec.set}
    for index, (name, _, update) in enumerate(given.institution.counter_updates):
        column = values[:, index]
        if (update is not None or name in written) and (column == column[0]).all():
            given.findings.add(
                "decorative-key",
                ("counters", name),
                f"the counter {name!r} stays at {int(column[0])} whatever happens",
                "Take it out, or mend what should change it.",
            )


def _find_idle_freshness(given: Examination) -> None:
    spans = [
        signal.window + signal.within - 1 if hasattr(signal, "window") else signal.within + 1
        for signal in given.institution.manifest.signals.values()
    ]
    if max(spans, default=1) > 1:
        return
    for edge in given.space.edges:
        if edge.spec.fresh_evidence:
            given.findings.add(
                "decorative-key",
                ("transitions", edge.index, "fresh_evidence"),
                f"{short(edge)} starts the evidence anew, but every signal looks at one round only",
            )
