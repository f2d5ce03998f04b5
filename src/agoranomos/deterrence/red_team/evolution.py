"""Evolution of periodic plans with continuous quantities: mutation, crossover, ever smaller steps at thresholds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from agoranomos.deterrence.red_team.arena import Arena, Integers
from agoranomos.deterrence.red_team.palette import Palette
from agoranomos.deterrence.red_team.search import Search
from agoranomos.deterrence.red_team.settled import Settled
from agoranomos.markets.facts import SCALE

PARENTS: Final = 48
CHILDREN: Final = 240
COLOURS: Final = 4
"""Different joint actions in a plan."""

LONGEST: Final = 40


@dataclass(frozen=True, eq=False)
class Plan:
    """A cycle of places in its own few joint actions int64[C, N, M]."""

    actions_e6: Integers
    cycle: tuple[int, ...]


def evolve(search: Search, palette: Palette, rng: np.random.Generator) -> None:
    """Two populations, of any plans and of plans that never raise a price, until the allowance is spent."""
    seeds = _seeds(search, palette)
    free, legal = list(seeds), [_repaired(search.arena, plan) for plan in seeds]
    if palette.limited:
        legal = []
    steps = np.full(2, 0.1)
    while not search.allowance.spent:
        free, gained = _generation(search, palette, free, rng, lawful=False, step=float(steps[0]))
        steps[0] = _next_step(float(steps[0]), gained)
        if legal and not search.allowance.spent:
            legal, gained = _generation(search, palette, legal, rng, lawful=True, step=float(steps[1]))
            steps[1] = _next_step(float(steps[1]), gained)


def _next_step(step: float, gained: bool) -> float:
    """Smaller while nothing is gained, down to a millionth, then large again."""
    if gained:
        return step
    return step * 0.6 if step > 2e-8 else 0.2


def _seeds(search: Search, palette: Palette) -> list[Plan]:
    found = [Plan(palette.actions_e6[k][None], (0,)) for k in range(len(palette))]
    known = [search.best, search.best_lawful, *search.by_family.values()]
    found += [plan for one in known if (plan := _plan_of(one)) is not None]
    return found


def _plan_of(found: Settled) -> Plan | None:
    """What a find repeats, where it is short and simple enough to go on from."""
    if not found.exact or found.cycle > LONGEST:
        return None
    actions, cycle = np.unique(found.actions_e6[found.prelude :], axis=0, return_inverse=True)
    return Plan(actions, tuple(int(k) for k in cycle.ravel())) if len(actions) <= 2 * COLOURS else None


def _generation(
    search: Search, palette: Palette, plans: list[Plan], rng: np.random.Generator, *, lawful: bool, step: float
) -> tuple[list[Plan], bool]:
    """The best of parents and children; whether a better plan was found."""
    before = search.best_lawful.gain if lawful else search.best.gain
    reference = _plan_of(search.best_lawful if lawful else search.best)
    parents = [reference, *plans] if reference is not None else plans
    children = [_child(search.arena, palette, parents, rng, step) for _ in range(CHILDREN)]
    if lawful:
        children = [_repaired(search.arena, child) for child in children]
    everyone = [*parents, *children]
    base = np.cumsum([0, *(len(plan.actions_e6) for plan in everyone)])
    menu = search.arena.menu(np.concatenate([plan.actions_e6 for plan in everyone]))
    cycles = [[int(first) + k for k in plan.cycle] for first, plan in zip(base, everyone, strict=False)]
    gains, legal = search.try_cycles(menu, cycles, "evolution")
    if lawful:
        gains = np.where(legal, gains, -np.inf)
    order = np.argsort(-gains, kind="stable")
    kept: list[Plan] = []
    lengths: dict[int, int] = {}
    for k in order.tolist():
        plan = everyone[k]
        if lengths.get(len(plan.cycle), 0) < 6:  # Not all of one length, or the search ends where it began.
            lengths[len(plan.cycle)] = lengths.get(len(plan.cycle), 0) + 1
            kept.append(plan)
        if len(kept) == PARENTS:
            break
    after = search.best_lawful.gain if lawful else search.best.gain
    return kept, after > before


def _child(arena: Arena, palette: Palette, parents: list[Plan], rng: np.random.Generator, step: float) -> Plan:
    # The best is drawn most often: half of all children descend from the first few.
    def pick() -> Plan:
        return parents[min(int(rng.exponential(max(2.0, len(parents) / 6))), len(parents) - 1)]

    plan, other = pick(), pick()
    actions, cycle = plan.actions_e6.copy(), list(plan.cycle)
    kind = rng.random()
    if kind < 0.15:
        actions, cycle = _crossed(plan, other, rng)
    elif kind < 0.45 or palette.limited:
        actions, cycle = _reworded(palette, actions, cycle, rng)
    if not palette.limited and kind >= 0.3:
        actions = _moved(arena, actions, rng, step)
    return Plan(actions, tuple(cycle[:LONGEST]))


def _crossed(plan: Plan, other: Plan, rng: np.random.Generator) -> tuple[Integers, list[int]]:
    """The beginning of one plan and the end of the other."""
    a, b = int(rng.integers(1, len(plan.cycle) + 1)), int(rng.integers(0, len(other.cycle)))
    joined = np.concatenate([plan.actions_e6[list(plan.cycle[:a])], other.actions_e6[list(other.cycle[b:])]])
    actions, cycle = np.unique(joined, axis=0, return_inverse=True)
    return actions, [int(k) for k in cycle.ravel()]


def _reworded(
    palette: Palette, actions: Integers, cycle: list[int], rng: np.random.Generator
) -> tuple[Integers, list[int]]:
    """Rounds put in, taken out, exchanged or played otherwise; now and then with an action from the palette."""
    if len(actions) < 2 * COLOURS and rng.random() < 0.4:
        actions = np.concatenate([actions, palette.actions_e6[int(rng.integers(len(palette)))][None]])
    for _ in range(int(rng.integers(1, 4))):
        at, symbol = int(rng.integers(len(cycle))), int(rng.integers(len(actions)))
        kind = rng.integers(4)
        if kind == 0 and len(cycle) < LONGEST:
            cycle.insert(at, symbol)
        elif kind == 1 and len(cycle) > 1:
            del cycle[at]
        elif kind == 2:
            other = int(rng.integers(len(cycle)))
            cycle[at], cycle[other] = cycle[other], cycle[at]
        else:
            cycle[at] = symbol
    used = sorted(set(cycle))
    return actions[used], [used.index(k) for k in cycle]


def _moved(arena: Arena, actions: Integers, rng: np.random.Generator, step: float) -> Integers:
    """Quantities moved: one, all of a good, all of an action, or from one firm to another, by about `step`."""
    capacity = np.array(arena.spec.capacity)[:, None]
    moved = actions / SCALE
    k = int(rng.integers(len(moved)))
    amount = rng.normal() * step * 10.0 ** -rng.integers(0, 3)
    firm, good = int(rng.integers(moved.shape[1])), int(rng.integers(moved.shape[2]))
    kind = rng.integers(5)
    if kind == 0:
        moved[k, firm, good] += amount * capacity[firm, 0]
    elif kind == 1:
        moved[k, :, good] *= 1.0 + amount
    elif kind == 2:
        moved[k] *= 1.0 + amount
    elif kind == 3:
        part = amount * moved[k, firm, good]
        moved[k, firm, good] -= part
        moved[k, (firm + 1) % moved.shape[1], good] += part
    else:
        moved[k] += rng.normal(size=moved[k].shape) * step * 10.0 ** -rng.integers(0, 3) * capacity
    return arena.counted(moved)


def _repaired(arena: Arena, plan: Plan) -> Plan:
    """The plan with more output of each good that would be dearer than at Nash; Nash play where capacity is short."""
    totals = arena.nash_e6.sum(axis=0)
    own = plan.actions_e6.sum(axis=1, keepdims=True)
    factor = np.where(own < totals, totals / np.maximum(own, 1), 1.0)
    more = np.ceil(plan.actions_e6 * factor).astype(np.int64)
    more = arena.counted(more / SCALE)
    short = (more.sum(axis=1) < totals - 1).any(axis=1)
    return Plan(np.where(short[:, None, None], arena.nash_e6, more), plan.cycle)
