"""Ladders: whether going on with an offence ever costs less than it did, and whether each rung is ever charged."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from agoranomos.institutions.checker.examination import Examination, rates_of, short, takes_something
from agoranomos.institutions.checker.layout import Rows
from agoranomos.institutions.checker.walks import NOWHERE
from agoranomos.institutions.manifest import Transition

_SUSPENDS = float("inf")


@dataclass(frozen=True, slots=True)
class _Base:
    """What a fine is a share of, and its floor: only fines that agree in these can be compared by their rates."""

    of: str
    over: str
    above: str
    floor: float


def find_weakening(given: Examination) -> None:
    """weakening-ladder: of two accusations in a row, with nothing but accused rounds between, the later costs less.

    Only fines of one base are compared, and a fine with no sanction at all. Relief (a clean round, the end of a term)
    between the two ends the comparison.
    """
    space = given.space
    bases = {_base(edge.spec) for edge in space.edges if edge.spec.fine is not None}
    for base in sorted((base for base in bases if base is not None), key=str):
        _compare(given, base)


def _base(spec: Transition) -> _Base | None:
    return None if spec.fine is None else _Base(spec.fine.of, spec.fine.over, spec.fine.above, spec.fine.floor)


def _compare(given: Examination, base: _Base) -> None:
    space = given.space
    charged = charges(given, base)
    accused = space.accused & (space.next != NOWHERE)
    worst = np.full(space.size, -1.0)
    origin = np.full((space.size, 2), NOWHERE, np.int64)
    fined = accused & np.isfinite(charged) & (charged >= 0) & given_fine(given, base)
    rows, which = np.nonzero(fined)
    raised = _raise(worst, origin, space.next, rows, which, charged[fined])
    waiting = accused & (space.edge == NOWHERE)
    while len(raised):
        of, which = np.nonzero(waiting[raised])
        raised = _raise(worst, origin, space.next, raised[of], which, worst[raised[of]])
    answering = space.among(np.array([given.accuses(edge.spec.on) for edge in space.edges], bool))
    weaker = accused & answering & (worst[:, None] > charged) & (charged >= 0)
    for place in np.unique(space.edge[weaker]).tolist():
        crossings = np.argwhere(weaker & (space.edge == place))
        standing, by = min(crossings.tolist(), key=lambda one: int(space.distance[one[0]]))
        _report(given, place, standing, by, float(worst[standing]), float(charged[standing, by]), origin)


def given_fine(given: Examination, base: _Base) -> np.ndarray:
    """bool[n, i]: where an edge with a fine of this base is crossed."""
    return given.space.among(np.array([_base(edge.spec) == base for edge in given.space.edges], bool))


def charges(given: Examination, base: _Base) -> np.ndarray:
    """float[n, i]: the rate charged in each round; 0 for a crossing without sanction, infinite for one not comparable.

    It is -1 where no edge is crossed.
    """
    space = given.space
    found = np.full(space.next.shape, -1.0)
    for place, edge in enumerate(space.edges):
        crossing = given.crossing(place)
        if _base(edge.spec) == base and not edge.spec.suspend and edge.spec.cap is None:
            rates = np.array(rates_of(edge.spec))
            found[crossing] = rates[rungs(given, place, space.next[crossing].astype(np.int64))]
        else:
            found[crossing] = _SUSPENDS if takes_something(edge) else 0.0
    return found


def rungs(given: Examination, place: int, after: Rows) -> Rows:
    """The rung of an edge's ladder that is charged, from 0, for each standing after a crossing."""
    spec = given.space.edges[place].spec
    if spec.fine is None or spec.fine.by is None:
        return np.zeros(len(after), np.int64)
    names = [name for name, _, _ in given.institution.counter_updates]
    counted = given.space.layout.counters_of(given.space.rows)[after, names.index(spec.fine.by)]
    counted = counted + np.where(counted > 0, spec.forfeit.get(spec.fine.by, 0), 0)
    return np.asarray(np.clip(counted, 1, len(rates_of(spec))) - 1)


def _raise(
    worst: np.ndarray, origin: np.ndarray, after: np.ndarray, rows: np.ndarray, which: np.ndarray, values: np.ndarray
) -> np.ndarray:
    """Let the standings after these rounds know the highest of `values`, and where it came from; those that learnt."""
    order = np.argsort(values, kind="stable")
    rows, which, values = rows[order], which[order], values[order]
    goal = after[rows, which]
    higher = values > worst[goal]
    goal = goal[higher]
    worst[goal] = values[higher]
    origin[goal, 0], origin[goal, 1] = rows[higher], which[higher]
    return np.unique(goal)


def _report(
    given: Examination, place: int, standing: int, which: int, before: float, now: float, origin: np.ndarray
) -> None:
    space, edge = given.space, given.space.edges[place]
    way = [(standing, which)]
    at = standing
    while True:
        row, by = int(origin[at, 0]), int(origin[at, 1])
        way.append((row, by))
        if space.edge[row, by] != NOWHERE:
            break
        at = row
    first = space.edges[int(space.edge[way[-1]])]
    cost = f"a rate of {now:g}" if now > 0 else "nothing"
    given.findings.add(
        "weakening-ladder",
        ("transitions", edge.index),
        f"after a fine at a rate of {before:g} ({short(first)}), going on with it costs {cost} ({short(edge)})",
        "Whoever was fined once would rather go on than stop; let the ladder climb.",
        trace=given.witnesses.along(
            f"weaker sanction by {short(edge)}",
            "The last fine is lower than the one before.",
            [*space.way_to(way[-1][0]), *way[::-1]],
        ),
    )


def find_unused_rungs(given: Examination) -> None:
    """unused-sanction: rungs of a ladder that no edge with this ladder ever charges, fines that take nothing."""
    space = given.space
    if not space.complete:
        return
    ladders: dict[tuple[tuple[float, ...], str | None], list[int]] = {}
    for place, edge in enumerate(space.edges):
        if edge.spec.fine is not None:
            ladders.setdefault((rates_of(edge.spec), edge.spec.fine.by), []).append(place)
            if not any(rates_of(edge.spec)) and not edge.spec.fine.floor:
                given.findings.add(
                    "unused-sanction", ("transitions", edge.index, "fine"), f"the fine of {short(edge)} takes nothing"
                )
    for (rates, by), places in ladders.items():
        charged = {int(r) for place in places for r in np.unique(rungs(given, place, _after(given, place)))}
        missed = [f"{rate:g}" for rung, rate in enumerate(rates) if rung not in charged]
        if by is not None and charged and missed:
            given.findings.add(
                "unused-sanction",
                ("transitions", space.edges[places[0]].index, "fine", "rate"),
                f"of the ladder {', '.join(f'{rate:g}' for rate in rates)} the rate {' and '.join(missed)} is never "
                f"charged: {by!r} never has that value when a fine falls",
                "Take the rung out, or let the counter reach it.",
            )
    _find_empty_forfeits(given)


def _after(given: Examination, place: int) -> Rows:
    return np.unique(given.space.next[given.crossing(place)]).astype(np.int64)


def _find_empty_forfeits(given: Examination) -> None:
    names = [name for name, _, _ in given.institution.counter_updates]
    held = given.space.layout.counters_of(given.space.rows)
    for edge in given.space.edges:
        for name in edge.spec.forfeit:
            if not held[:, names.index(name)].any():
                given.findings.add(
                    "unused-sanction",
                    ("transitions", edge.index, "forfeit", name),
                    f"{short(edge)} takes nothing off {name!r}: it is always 0",
                )
