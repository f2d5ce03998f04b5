"""What cartels of a stated family keep under an institution: every plan of the family a row, all rows at once.

A plan has a harmful joint action and another for the rest of the time. It plays the harmful one in some rounds of a
cycle (`pattern`), or in some standings for so many rounds after entering them (`dares`, `entry`), or both. The best of
a family is a lower bound of what coalitions can keep; `certify` searches all plans over its actions, and takes longer.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import combinations, product

import numpy as np
from numpy.typing import NDArray

from agoranomos.deterrence.calibrated_runs import feasible_e6
from agoranomos.institutions.bind import Bound
from agoranomos.institutions.compiled import FREE, Rounds, compile_judge
from agoranomos.institutions.draws import round_draws, run_draw
from agoranomos.institutions.signals.mean import BoundMean
from agoranomos.markets.cournot.arrays import measure_arrays_e6
from agoranomos.markets.cournot.benchmarks import benchmarks
from agoranomos.markets.cournot.spec import CournotSpec
from agoranomos.markets.facts import SCALE
from agoranomos.policies.outlook import Outlook

Integers = NDArray[np.int64]

CYCLES = (*range(1, 11), 12, 15, 16, 20, 24, 30)
"""Lengths of the cycles that are tried."""

SPACINGS = (1, 2, 4)
"""How far apart the harmful rounds of a cycle may lie; the institution's window is tried as well."""

ENTRIES = (1, 2, 3, 5, 9)
"""For how many rounds after entering a standing a plan may be harmful; without end is tried as well."""

SETTLING, LASTING = 90, 360
"""Rounds before the long-run average begins, and at most so many that it is taken over: whole cycles of the plan."""

ENDLESS = 1 << 40

FULL = "division at the best prices"
"""The action of a full division where it earns most."""


@dataclass(frozen=True, slots=True, eq=False)
class Action:
    """A joint action: its name, quantities in millionths [N, M], and whether it keeps every price at or below Nash."""

    name: str
    quantities_e6: Integers
    lawful: bool


@dataclass(frozen=True, slots=True)
class CartelPlan:
    """`pattern` marks the harmful rounds of the cycle; `dares` the states (by index) in which all firms must stand."""

    harmful: int
    rest: int
    pattern: tuple[bool, ...] = (True,)
    dares: tuple[int, ...] | None = None
    entry: int = ENDLESS

    def words(self, actions: Sequence[Action], states: Sequence[str]) -> str:
        """The plan in a sentence."""
        harmful, rest = actions[self.harmful].name, actions[self.rest].name
        if harmful == rest:
            return f"{harmful} always"
        where = "" if self.dares is None else " in " + " or ".join(states[k] for k in self.dares)
        since = "" if self.entry == ENDLESS else f" for {self.entry} rounds after entering it"
        rounds = [str(k + 1) for k, harm in enumerate(self.pattern) if harm]
        cycle = "" if all(self.pattern) else f" in rounds {', '.join(rounds)} of every {len(self.pattern)}"
        return f"{harmful}{cycle}{where}{since}, else {rest}"


@dataclass(frozen=True, slots=True)
class Kept:
    """What a plan keeps in the long run, net of fines, a firm and round over Nash; and what it costs consumers."""

    plan: str
    gain: float
    fined: float
    consumer_harm: float


def cartel_actions(spec: CournotSpec, bound: Bound) -> tuple[Action, ...]:
    """Nash, and divisions parked just under what the deciding signals fire at.

    Sharpness is full, and the sharpest at which constant play sets off no signal on concentration or specialisation.
    Prices stand at Nash's, just under every threshold on price elevation, and where such a division earns most.
    """
    outlooks = [Outlook(spec, i) for i in range(len(spec.firms))]
    deciding = [signal for name, signal in bound.signals.items() if name not in bound.supporting]
    bars = [signal for signal in deciding if isinstance(signal, BoundMean) and signal.sign == 1]
    parked = [(bar.threshold - 2) / SCALE for bar in bars if bar.measure == "price_elevation_e6"]
    elevations = {"Nash prices": 0.0, **{f"prices parked at {e:.2f}": e for e in parked}, "the best prices": None}
    structural = [bar for bar in bars if bar.measure in ("hhi_e6", "cv_e6")]

    def divided(sharpness: float, elevation: float) -> Integers:
        totals = outlooks[0].totals_at(elevation)
        plan = np.rint(outlooks[0].division_plan(sharpness, totals) * SCALE).astype(np.int64)
        made: Integers = feasible_e6(spec, plan[None], np.full((1, len(spec.firms)), FREE))[0]
        return made

    sharpness = {"division": 1.0}
    if structural:
        sharpness["parked division"] = _sharpest(spec, structural, divided)
    known = benchmarks(spec)
    nash_e6 = feasible_e6(
        spec, np.rint(known.nash.quantity * SCALE).astype(np.int64)[None], np.full((1, len(spec.firms)), FREE)
    )[0]
    actions = [Action("Nash", nash_e6, True)]
    for (shape, s), (level, e) in product(sharpness.items(), elevations.items()):
        quantities = divided(s, e) if e is not None else _dearest(spec, s, divided)
        actions.append(Action(f"{shape} at {level}", quantities, _lawful(spec, quantities, nash_e6)))
    return tuple(actions)


def family(actions: Sequence[Action], bound: Bound) -> tuple[CartelPlan, ...]:
    """Every plan of the family: an action always, cycles, and plans that watch their standing."""
    states = bound.institution.states
    initial = states.index(bound.institution.manifest.initial)
    lawful = [k for k, action in enumerate(actions) if action.lawful]
    always = [CartelPlan(k, k) for k in range(len(actions))]
    pairs = [(h, r) for h in range(len(actions)) for r in lawful if h != r]
    windows = {signal.window for signal in bound.signals.values()}
    patterns = _patterns(sorted({*SPACINGS, *windows}))
    cycles = [CartelPlan(h, r, pattern) for h, r in pairs for pattern in patterns]
    others = [k for k in range(len(states)) if k != initial]
    daring = [(initial,), *((initial, k) for k in others), *((k,) for k in others)]
    daring += [(initial, a, b) for a, b in combinations(others, 2)]
    entries = sorted({*ENTRIES, *(w - 1 for w in windows if w > 1), ENDLESS})
    watching = [CartelPlan(h, r, (True,), dares, e) for h, r in pairs for dares in daring for e in entries]
    return (*always, *cycles, *watching)


def keep(
    spec: CournotSpec, bound: Bound, actions: Sequence[Action], plans: Sequence[CartelPlan], *, seed: int = 0
) -> tuple[Kept, ...]:
    """What each plan keeps, by playing it for `SETTLING + LASTING` rounds through the compiled judge."""
    judge = compile_judge(bound)
    table = np.stack([action.quantities_e6 for action in actions])
    measured = measure_arrays_e6(spec, benchmarks(spec), table)
    harmful = np.array([plan.harmful for plan in plans])
    rest = np.array([plan.rest for plan in plans])
    length = np.array([len(plan.pattern) for plan in plans])
    longest = int(length.max())
    pattern = np.array([(plan.pattern * longest)[:longest] for plan in plans])
    dares = np.array(
        [[plan.dares is None or k in plan.dares for k in range(len(bound.institution.states))] for plan in plans]
    )
    entry = np.array([plan.entry for plan in plans])
    counted_from = SETTLING + LASTING - LASTING // length * length
    rows = np.arange(len(plans))
    standings = judge.start(len(plans))
    profit, fined, surplus = (np.zeros(len(plans)) for _ in range(3))
    for number in range(1, SETTLING + LASTING + 1):
        due = pattern[rows, (number - 1) % length]
        standing = dares[rows[:, None], standings.state].all(axis=1) & (standings.rounds_in_state < entry[:, None]).all(
            axis=1
        )
        chosen = np.where(due & standing, harmful, rest)
        measures = {name: values[chosen] for name, values in measured.items()}
        limited = np.flatnonzero((standings.limit_e6 != FREE).any(axis=1))
        if len(limited):
            made = feasible_e6(spec, table[chosen[limited]], standings.limit_e6[limited])
            for name, values in measure_arrays_e6(spec, benchmarks(spec), made).items():
                measures[name][limited] = values
        judged = judge.judge(standings, _observed(bound, measures, number, seed, len(plans)))
        standings = judged.standings
        counts = number > counted_from
        profit += counts * measures["profit_e6"].mean(axis=1) / SCALE
        fined += counts * judged.fine_e6.mean(axis=1) / SCALE
        surplus += counts * measures["consumer_surplus_e6"] / SCALE
    rounds = SETTLING + LASTING - counted_from
    nash = benchmarks(spec).nash
    honest = float(nash.profit.mean())
    return tuple(
        Kept(
            plan.words(actions, bound.institution.states),
            float((profit[k] - fined[k]) / rounds[k] - honest),
            float(fined[k] / rounds[k]),
            float(nash.consumer_surplus - surplus[k] / rounds[k]),
        )
        for k, plan in enumerate(plans)
    )


def best_kept(spec: CournotSpec, bound: Bound) -> dict[str, Kept]:
    """The best plan of the family (`best`), of those whose prices never exceed Nash (`lawful`), and of parts of it.

    `parked` plays one action always; `in turns` divides the market in full, at the best prices, in some rounds or some
    standings, and is lawful in the others; `brazen` is that division always, fines and all.
    """
    actions = cartel_actions(spec, bound)
    plans = family(actions, bound)
    kept = keep(spec, bound, actions, plans)
    full = next(k for k, action in enumerate(actions) if action.name == FULL)
    chosen = {
        "best": plans,
        "lawful": [plan for plan in plans if actions[plan.harmful].lawful],
        "parked": [plan for plan in plans if plan.harmful == plan.rest],
        "in turns": [plan for plan in plans if plan.harmful == full != plan.rest],
        "brazen": [CartelPlan(full, full)],
    }
    place = {plan: k for k, plan in enumerate(plans)}
    return {name: max((kept[place[plan]] for plan in some), key=lambda one: one.gain) for name, some in chosen.items()}


def _patterns(spacings: Sequence[int]) -> list[tuple[bool, ...]]:
    """Cycles of each length with so many harmful rounds so far apart; each pattern once."""
    found: dict[tuple[bool, ...], None] = {}
    for length in CYCLES[1:]:
        for spacing in spacings:
            for count in range(1, (length - 1) // spacing + 2):
                harmful = {spacing * k for k in range(count) if spacing * k < length}
                if len(harmful) < length:
                    found[tuple(k in harmful for k in range(length))] = None
    return list(found)


def _dearest(spec: CournotSpec, sharpness: float, divided: Callable[[float, float], Integers]) -> Integers:
    """The division of this sharpness at the price elevation, in hundredths up to 1.5, at which firms earn most."""
    tried = np.stack([divided(sharpness, k / 100) for k in range(151)])
    profits = measure_arrays_e6(spec, benchmarks(spec), tried)["profit_e6"].sum(axis=1)
    best: Integers = tried[int(profits.argmax())]
    return best


def _sharpest(spec: CournotSpec, bars: Sequence[BoundMean], divided: Callable[[float, float], Integers]) -> float:
    """The sharpest division at Nash prices, by bisection, at which none of the signals would fire."""
    low, high = 1.0 / len(spec.firms), 1.0
    for _ in range(40):
        middle = (low + high) / 2.0
        measures = measure_arrays_e6(spec, benchmarks(spec), divided(middle, 0.0))
        quiet = all((measures[bar.measure] < bar.threshold).all() for bar in bars)
        low, high = (middle, high) if quiet else (low, middle)
    return low


def _lawful(spec: CournotSpec, quantities_e6: Integers, nash_e6: Integers) -> bool:
    known = benchmarks(spec)
    price = measure_arrays_e6(spec, known, quantities_e6)["price_e6"]
    nash = measure_arrays_e6(spec, known, nash_e6)["price_e6"]
    return bool((price <= nash + 1).all())


def _observed(bound: Bound, measures: dict[str, Integers], number: int, seed: int, runs: int) -> Rounds:
    draws = steady = None
    if bound.draws:
        row = np.array(round_draws(seed, number, bound.facts.agents), dtype=np.uint64)
        draws = np.broadcast_to(row, (runs, len(row)))
    if bound.run_draw:
        steady = np.full(runs, run_draw(seed), dtype=np.uint64)
    return Rounds(round=number, measures=measures, draws=draws, run_draw=steady)
