"""What is never reached: states, edges, the sanctions that they carry."""

from __future__ import annotations

import numpy as np

from agoranomos.institutions.checker.examination import Examination, sanction_key, short, takes_something
from agoranomos.institutions.checker.requests import OPEN, UNASKED
from agoranomos.institutions.institution import EXPIRY


def find_unreached(given: Examination) -> None:
    """unreachable-state, unreachable-edge, timer-never-set, guard-always-false, sanction-cannot-fire."""
    if not given.space.complete:
        return
    space, findings = given.space, given.findings
    visited = set(np.unique(space.state).tolist())
    initial = given.institution.manifest.initial
    for index, state in enumerate(space.layout.states):
        if index not in visited:
            findings.add(
                "unreachable-state",
                ("states", state),
                f"no play ever brings an agent from {initial!r} into the state {state!r}",
                "Add a transition that leads there, or take the state out.",
            )
    crossed = set(np.unique(space.edge).tolist())
    for place, edge in enumerate(space.edges):
        if place in crossed:
            continue
        reached = space.layout.states.index(edge.spec.source) in visited
        if reached:
            _explain(given, place)
        elif not takes_something(edge):
            findings.add(
                "unreachable-edge",
                ("transitions", edge.index),
                f"{short(edge)} is never taken: nobody is ever in {edge.spec.source!r}",
            )
        if takes_something(edge):
            findings.add(
                "sanction-cannot-fire",
                ("transitions", edge.index, *sanction_key(edge.spec)),
                f"the sanction of {short(edge)} never falls: no play ever takes this transition",
                "A rule that cannot be enforced deters nobody.",
            )


def _explain(given: Examination, place: int) -> None:
    """Why an edge is never crossed although agents stand where it begins."""
    space, findings, edge = given.space, given.findings, given.space.edges[place]
    spec, at = edge.spec, ("transitions", edge.index)
    standings = given.requests.standings(place)
    happened = space.happened(spec.on)[standings]
    outcome = given.requests.of(place)
    if not happened.any():
        if spec.on == EXPIRY:
            findings.add(
                "timer-never-set",
                (*at, "on"),
                f"{short(edge)} waits for `{EXPIRY}`, but no term ever runs out in {spec.source!r}",
                f"Give `lasts` to a transition into {spec.source!r}.",
            )
        elif space.happened(spec.on).any():
            findings.add(
                "unreachable-edge",
                at,
                f"{short(edge)} is never taken: {spec.on!r} never happens to an agent in {spec.source!r}",
            )
        return  # An event that never happens at all is a fault of its own.
    asked = outcome != UNASKED
    if not asked.any():
        findings.add(
            "guard-always-false",
            (*at, "when"),
            f"the condition of {short(edge)} never holds: {spec.when}",
            f"In {spec.source!r}, whenever {spec.on!r} happens, it is false; the transition is never taken.",
        )
    elif (outcome == OPEN).any():
        taken = sorted(set(np.unique(space.edge[standings][outcome == OPEN]).tolist()))
        earlier = ", ".join(short(space.edges[one]) for one in taken if one >= 0)
        findings.add(
            "unreachable-edge",
            at,
            f"{short(edge)} is never taken: an earlier transition always comes first ({earlier})",
            "The first transition that may be taken is; put the special case before the general one.",
        )
    else:
        _explain_gates(given, place)


def _explain_gates(given: Examination, place: int) -> None:
    edge = given.space.edges[place]
    outcome = given.requests.of(place)
    last = int(outcome.max())
    if last >= 2:
        name, guard = edge.requires[last - 2]
        given.findings.add(
            "guard-always-false",
            ("transitions", edge.index, "requires", name),
            f"{short(edge)} is asked for and always denied: {name!r} never holds ({guard.text})",
            "Make the condition one that play can meet.",
        )


def find_traps(given: Examination) -> None:
    """dead-end, no-way-back: standings from which good standing is out of reach."""
    space = given.space
    good = (space.state == space.layout.states.index(given.institution.manifest.initial)) | ~space.explored
    lost = ~space.that_reach(good)
    moving = (space.state[space.next] != space.state[:, None]) & (space.next >= 0)
    stuck = lost & ~space.that_reach(moving.any(axis=1))
    adrift = lost & ~space.that_reach(stuck)
    for rule, among in (("dead-end", stuck), ("no-way-back", adrift)):
        for index in np.unique(space.state[among]).tolist():
            _trap(given, rule, index, among & (space.state == index))


def _trap(given: Examination, rule: str, index: int, among: np.ndarray) -> None:
    space, initial = given.space, given.institution.manifest.initial
    state = space.layout.states[index]
    standing = given.nearest(among)
    always = bool(among[space.state == index].all()) and space.complete
    path: tuple[str | int, ...] = ("states", state)
    why = ""
    entered = given.entering(standing)
    if not always and entered is not None:
        path, why = _cause(given, state, standing, entered)
    which = "" if always else " in some cases"
    what = f"once in {state!r}{which} an agent stays there for ever, whatever it does"
    if rule == "no-way-back":
        what = f"from {state!r}{which} no conduct leads back to {initial!r}"
    about = f"From here on {initial} is out of reach."
    given.findings.add(
        rule,
        path,
        what + why,
        "Good standing must be within reach from everywhere, or nobody has a reason to return to compliance.",
        trace=given.witnesses.to(f"{rule} {state}", about, standing, after=2),
    )


def _cause(given: Examination, state: str, standing: int, entered: int) -> tuple[tuple[str | int, ...], str]:
    """Where a standing that is sometimes a trap went wrong: the end of its term was denied, or it never had one."""
    space = given.space
    way = space.way_to(standing)
    expiring = [edge for edge in space.edges if edge.spec.source == state and edge.spec.on == EXPIRY]
    timer = space.layout.timer_of(space.rows)
    missed = any(timer[origin] == 1 and space.edge[origin, which] < 0 for origin, which in way)
    if expiring and missed and all(edge.when or edge.requires or edge.spec.cooldown for edge in expiring):
        last = expiring[-1]
        key = "when" if last.when is not None else "requires" if last.requires else "cooldown"
        return ("transitions", last.index, key), ": its term ends once, and then every way out may be denied"
    edge = space.edges[entered]
    return ("transitions", edge.index, "to"), f": {short(edge)} leads there with nothing that ends it"
