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
    _find_idle_sets(given)
    _find_constant_counters(given)
    _find_idle_freshness(given)
    asked = {name for guard in given.institution.guards for name in guard.names}
    for name in given.institution.manifest.audits:
        if name not in asked:
            given.findings.add("decorative-key", ("audits", name), f"no condition asks for the audit {name!r}")


def _find_idle_sets(given: Examination) -> None:
    """Judge every crossing again without the k-th value that its edge sets, and see where nothing is otherwise."""
    space = given.space
    block = slice(space.layout.first, space.layout.first + space.layout.width)
    for k in range(max((len(edge.set) for edge in space.edges), default=0)):
        setting = np.array([len(edge.set) > k for edge in space.edges], bool)
        standing, which = np.nonzero(space.among(setting))
        if not len(standing):
            continue
        stepped = given.stepper_for(*_without(space.bound, space.layout, k)).step(space.rows[standing], which)
        otherwise = (stepped.rows[:, block] != space.rows[space.next[standing, which], block]).any(axis=1)
        crossed = space.edge[standing, which]
        for place in np.setdiff1d(crossed, crossed[otherwise]).tolist():
            edge = space.edges[place]
            name = edge.set[k][0]
            given.findings.add(
                "decorative-key",
                ("transitions", edge.index, "set", name),
                f"{short(edge)} sets {name!r} to the value that it has anyway",
                "Take it out.",
            )


def _without(bound: Bound, layout: Layout, k: int) -> tuple[Bound, Layout]:
    """The same institution, but that no edge sets the k-th of its values."""
    institution = bound.institution
    edges = [_lighter(edge, k) for edge in institution.edges]
    manifest = institution.manifest.model_copy(update={"transitions": tuple(edge.spec for edge in edges)})
    edges_from = {state: tuple(one for one in edges if one.spec.source == state) for state in institution.states}
    rebound = replace(bound, institution=replace(institution, manifest=manifest, edges_from=edges_from))
    return rebound, replace(layout, bound=rebound)


def _lighter(edge: Edge, k: int) -> Edge:
    kept = tuple(one for place, one in enumerate(edge.set) if place != k)
    texts = {name: text for place, (name, text) in enumerate(edge.spec.set.items()) if place != k}
    return replace(edge, spec=edge.spec.model_copy(update={"set": texts}), set=kept)


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
    spans = [signal.rounds for signal in given.institution.manifest.signals.values()]
    if max(spans, default=1) > 1:
        return
    for edge in given.space.edges:
        if edge.spec.fresh_evidence:
            given.findings.add(
                "decorative-key",
                ("transitions", edge.index, "fresh_evidence"),
                f"{short(edge)} starts the evidence anew, but every signal looks at one round only",
            )
