"""The joint actions that the best plans are made of: the most profitable play on each side of what an institution sees.

Plans park just under thresholds. Of all ways to divide a market more or less sharply, at lower or higher prices, this
takes for each combination of signals that constant play would set off the most profitable one, to a millionth; once
among all plans, once among those whose prices never exceed Nash.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from agoranomos.deterrence.play import Integers, PlanSet, Rounds, named_actions, play, within_limits
from agoranomos.institutions.bind import Bound
from agoranomos.institutions.guards import Value
from agoranomos.institutions.institution import EXPIRY, vocabulary_of
from agoranomos.institutions.signals import BoundSignal
from agoranomos.institutions.signals.mean import BoundMean
from agoranomos.markets.cournot.spec import CournotSpec
from agoranomos.markets.facts import SCALE
from agoranomos.policies.outlook import Outlook

_COARSE = 41
_FINE = 9
_EVEN = 0.5
_ZOOMS = 9
_MOST_ELEVATED = 1.5
_LEAST_ELEVATED = -1.0


@dataclass(frozen=True, slots=True, eq=False)
class _Cloud:
    """Ways to divide a market: points [P, 2] of sharpness and price elevation, and what each brings."""

    points: NDArray[np.float64]
    rounds: Rounds

    @property
    def profit(self) -> NDArray[np.float64]:
        """Mean profit of the firms, [P]."""
        return np.asarray(self.rounds.profit_e6.mean(axis=1))


def lawful(spec: CournotSpec, rounds: Rounds) -> NDArray[np.bool_]:
    """The rounds in which no price exceeds Nash's, to the precision that is recorded."""
    nash = play(spec, named_actions(spec)["nash"][None]).price[0]
    return np.asarray(np.all(np.rint(rounds.price * SCALE) <= np.rint(nash * SCALE), axis=1))


def corner_plans(spec: CournotSpec, bound: Bound, *, prices_above_nash: bool = True) -> PlanSet:
    """The named outcomes and the corners, the most useful first; on demand none whose prices exceed Nash."""
    named = named_actions(spec)
    signals = _yardsticks(spec, bound)
    cloud = _divided(spec, _mesh(0.0, 1.0, _LEAST_ELEVATED, _MOST_ELEVATED, _COARSE))
    corners = _corners(spec, signals, cloud, prices_above_nash)
    named = {name: action for name, action in named.items() if name != "competitive"}
    halves = _divided(spec, _mesh(_EVEN, _EVEN, _LEAST_ELEVATED, _MOST_ELEVATED, _COARSE))
    even = list(_corners(spec, (), halves, prices_above_nash, 0.0).values())
    actions = {**named, **corners, **dict(zip(["even split"], even, strict=False))}
    rounds = play(spec, np.stack(list(actions.values())))
    kept = np.ones(len(rounds), dtype=bool) if prices_above_nash else lawful(spec, rounds)
    plans = PlanSet(tuple(actions), rounds.actions_e6, "").only(np.flatnonzero(kept).tolist())
    plans = plans.only(_by_use(spec, bound, plans))
    about = "Nash play, and the most profitable division of the market on each side of every threshold"
    if not prices_above_nash:
        about += ", at prices that never exceed Nash"
    return replace(undominated(spec, bound, plans), about=about)


def _by_use(spec: CournotSpec, bound: Bound, plans: PlanSet) -> list[int]:
    """The order in which actions are left out last: what is never accused, what earns most, then Nash and the rest."""
    rounds = play(spec, plans.actions_e6)
    asked = {name: signal for name, signal in bound.signals.items() if name not in bound.supporting}
    quiet = [
        not _accused(bound, dict(zip(asked, fires, strict=True)))
        for fires in _fires(list(asked.values()), rounds, len(spec.firms))
    ]
    profit = rounds.profit_e6.sum(axis=1).tolist()
    ranked = sorted(range(len(plans)), key=lambda k: (-profit[k], k))
    parked = next((k for k in ranked if quiet[k]), ranked[0])
    first = [parked, ranked[0], plans.names.index("nash")]
    return list(dict.fromkeys([*first, *ranked]))


def _accused(bound: Bound, fires: dict[str, bool]) -> bool:
    """Whether a case follows from these signals in the first state, all audits taking place."""
    manifest = bound.institution.manifest
    plain = {name: 0 if kind is int else kind is bool for name, kind in vocabulary_of(manifest).items()}
    names: dict[str, Value] = {**plain, "state": manifest.initial, EXPIRY: False, **bound.constants, **fires}
    for name, guard in bound.institution.events:
        names[name] = guard.evaluate(names)
    return any(bool(names[event]) for event in bound.spans)


def undominated(spec: CournotSpec, bound: Bound, plans: PlanSet) -> PlanSet:
    """Less the actions that look alike to the institution as another that earns every firm as much or more.

    Where a fine takes more than all of a round's gain, or reaches over the evidence, a smaller profit may be the better
    one, and only true doubles are left out. The order is kept.
    """
    rounds = play(spec, plans.actions_e6)
    over = any(fine.over_evidence or max(fine.rates) > SCALE for fine in bound.fines.values())
    reads = sorted({f"{m}_e6" for name in bound.signals if name not in bound.supporting for m in _reads(bound, name)})
    groups: dict[tuple[object, ...], list[int]] = {}
    for k, record in enumerate(rounds.records):
        groups.setdefault(tuple(record[name] for name in reads), []).append(k)
    kept = []
    for members in groups.values():
        chosen: list[int] = []
        for k in sorted(members, key=lambda k: (-int(rounds.profit_e6[k].sum()), k)):
            profit = rounds.profit_e6[k]
            beaten = any(
                bool(np.all(rounds.profit_e6[other] == profit if over else rounds.profit_e6[other] >= profit))
                for other in chosen
            )
            if not beaten:
                chosen.append(k)
        kept += chosen
    return plans.only(sorted(kept))


def _reads(bound: Bound, signal: str) -> tuple[str, ...]:
    return bound.institution.manifest.signals[signal].reads()


def _yardsticks(spec: CournotSpec, bound: Bound) -> list[BoundSignal]:
    """The signals that guards ask for, and the same with what their windows have left beside rounds of division.

    Where profit is convex in what is measured, a plan plays some rounds in full and one for the rest of the window's
    sum, so that threshold is a corner, too.
    """
    signals = [signal for name, signal in bound.signals.items() if name not in bound.supporting]
    full = play(spec, named_actions(spec)["division"][None])
    found = list(signals)
    for signal in signals:
        if isinstance(signal, BoundMean) and signal.sign > 0:
            level = _level(signal, full)
            room = signal.threshold * signal.window
            while level > 0 and room - level > 0:
                room -= level
            if 0 < room < signal.threshold:
                found.append(replace(signal, threshold=room))
    return found


def _level(signal: BoundMean, rounds: Rounds) -> int:
    cells = np.array(rounds.records[0][signal.measure], dtype=object).ravel()
    defined = [int(cell) for cell in cells if cell is not None]
    return max(defined, default=0)


def _mesh(low: float, high: float, least: float, most: float, count: int) -> NDArray[np.float64]:
    sharpness, elevation = np.linspace(low, high, count), np.linspace(least, most, count)
    return np.stack([part.ravel() for part in np.meshgrid(sharpness, elevation, indexing="ij")], axis=1)


def _divided(spec: CournotSpec, points: NDArray[np.float64]) -> _Cloud:
    outlook = Outlook(spec, 0)
    free = (None,) * len(spec.firms)
    actions = []
    for sharpness, elevation in points.tolist():
        plan = outlook.division_plan(sharpness, [max(total, 0.0) for total in outlook.totals_at(elevation)])
        actions.append(within_limits(spec, np.rint(plan * SCALE).astype(np.int64), free))
    return _Cloud(points, play(spec, np.stack(actions)))


def _fires(signals: Sequence[BoundSignal], rounds: Rounds, firms: int) -> list[tuple[bool, ...]]:
    """Which signals constant play of each action sets off against somebody."""
    return [
        tuple(
            any(signal.firing((record,) * signal.window, firm) is not None for firm in range(firms))
            for signal in signals
        )
        for record in rounds.records
    ]


def _corners(
    spec: CournotSpec, signals: Sequence[BoundSignal], cloud: _Cloud, prices_above_nash: bool, spread: float = 1.0
) -> dict[str, Integers]:
    firms = len(spec.firms)
    found: dict[str, Integers] = {}
    seen = _fires(signals, cloud.rounds, firms)
    fits = np.ones(len(seen), dtype=bool) if prices_above_nash else lawful(spec, cloud.rounds)
    for combination in sorted(set(seen)):
        members = np.array([own == combination for own in seen]) & fits
        if not members.any():
            continue
        best = int(np.flatnonzero(members)[np.argmax(cloud.profit[members])])
        point, profit, action = cloud.points[best], cloud.profit[best], cloud.rounds.actions_e6[best]
        reach = np.array([spread, _MOST_ELEVATED - _LEAST_ELEVATED]) / (_COARSE - 1)
        for _ in range(_ZOOMS):
            low, high = point - reach, point + reach
            mesh = _mesh(max(low[0], 0.0), min(high[0], 1.0), low[1], high[1], _FINE)
            near = _divided(spec, mesh)
            alike = np.array([own == combination for own in _fires(signals, near.rounds, firms)])
            alike &= True if prices_above_nash else lawful(spec, near.rounds)
            if alike.any():
                own = int(np.flatnonzero(alike)[np.argmax(near.profit[alike])])
                if near.profit[own] > profit:
                    point, profit, action = near.points[own], near.profit[own], near.rounds.actions_e6[own]
            reach = reach / 4.0
        found[f"sharpness {point[0]:.4f}, elevation {point[1]:.4f}"] = action
    return found


__all__ = ["corner_plans", "lawful", "undominated"]
