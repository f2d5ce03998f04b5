"""What a coalition can do in a round, and what comes of it in the market: joint actions with their measures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from agoranomos.errors import UsageError
from agoranomos.markets.cournot.benchmarks import benchmarks
from agoranomos.markets.cournot.clear import clear
from agoranomos.markets.cournot.equilibrium import joint_monopoly
from agoranomos.markets.cournot.feasible import countable, feasible
from agoranomos.markets.cournot.measures import MEASURE_KINDS
from agoranomos.markets.cournot.round import clear_round, measure_round, reference
from agoranomos.markets.cournot.spec import CournotSpec
from agoranomos.markets.facts import SCALE, Measured

Integers: TypeAlias = NDArray[np.int64]
Money: TypeAlias = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class PlanSet:
    """Joint actions that a plan may use in a round: names, and quantities in millionths [K, N, M].

    `about` says in words which actions these are, for the certificate.
    """

    names: tuple[str, ...]
    actions_e6: Integers
    about: str

    def __len__(self) -> int:
        return len(self.names)

    def only(self, kept: Sequence[int], about: str = "") -> PlanSet:
        """The actions at these places."""
        places = list(kept)
        return PlanSet(tuple(self.names[k] for k in places), self.actions_e6[places], about or self.about)


@dataclass(frozen=True, slots=True, eq=False)
class Rounds:
    """What each of K joint actions brings in the market: all that plans and institutions ask about a round.

    `records` are the measures as an institution reads them, integers in millionths. `profit_e6` [K, N] are the same
    integers; `surplus` [K] and `price` [K, M] in the market's own units.
    """

    actions_e6: Integers
    records: tuple[dict[str, Measured], ...]
    profit_e6: Integers
    surplus: Money
    price: Money

    def __len__(self) -> int:
        return len(self.records)


def play(spec: CournotSpec, actions_e6: Integers) -> Rounds:
    """Clear and measure each joint action [K, N, M] at the expected demand, as the market itself does."""
    against = reference(spec, benchmarks(spec))
    records = []
    for action in actions_e6.tolist():
        outcome = clear_round(spec, [[q / SCALE for q in row] for row in action])
        records.append(measure_round(outcome, against))
    cleared = clear(spec, actions_e6 / SCALE)
    profits = np.array([record["profit_e6"] for record in records], dtype=np.int64)
    return Rounds(actions_e6, tuple(records), profits, cleared.consumer_surplus, cleared.price)


def within_limits(spec: CournotSpec, action_e6: Integers, limits_e6: Sequence[int | None]) -> Integers:
    """A joint action [N, M] as standings let it through: scaled down to each firm's share of its capacity."""
    rows = []
    for row, limit, capacity in zip(action_e6.tolist(), limits_e6, spec.capacity, strict=True):
        most = countable(capacity) if limit is None else countable(capacity) * limit // SCALE
        rows.append(feasible(tuple(row), most)[0])
    return np.array(rows, dtype=np.int64)


def named_actions(spec: CournotSpec) -> dict[str, Integers]:
    """The outcomes that a plan may name: the benchmarks, and the joint monopoly's output at the shares of Nash play."""
    known = benchmarks(spec)
    actions = {name: _counted(spec, outcome.quantity) for name, outcome in known.outcomes().items()}
    share = known.nash.quantity / np.where(known.nash.total > 0.0, known.nash.total, 1.0)
    actions["nash-shares"] = _counted(spec, known.monopoly.total * share)
    return actions


def named_plans(spec: CournotSpec, names: Sequence[str]) -> PlanSet:
    """Plans that use the named outcomes only; raises `UsageError` for an unknown name."""
    from agoranomos.errors import unknown_name

    known = named_actions(spec)
    for name in names:
        if name not in known:
            raise unknown_name("outcome", name, known)
    chosen = tuple(dict.fromkeys(names))
    if not chosen:
        raise UsageError("no outcome was named", advice=f"Known outcomes: {', '.join(known)}.")
    actions = np.stack([known[name] for name in chosen])
    return PlanSet(chosen, actions, f"in each round all firms play one of: {', '.join(chosen)}")


def mirror(spec: CournotSpec) -> tuple[int, ...] | None:
    """The goods of firm 2 in the order that makes it firm 1 again, where two firms are interchangeable that way.

    None where they are not: with other numbers of firms, or costs, demands and capacities that no renaming of goods
    matches. Goods are swapped in pairs only.
    """
    if len(spec.firms) != 2 or spec.capacity[0] != spec.capacity[1]:
        return None
    goods = range(len(spec.goods))
    first, second = spec.marginal_cost
    found: list[int] = []
    for j in goods:
        partners = [
            k
            for k in goods
            if k not in found
            and first[j] == second[k]
            and second[j] == first[k]
            and (spec.alpha[j], spec.beta[j]) == (spec.alpha[k], spec.beta[k])
        ]
        if not partners:
            return None
        paired = [found.index(j)] if j in found else partners
        if paired[0] not in partners:
            return None
        found.append(paired[0])
    return tuple(found)


def grid_plans(spec: CournotSpec, step: float, most: int = 5_000_000) -> PlanSet:
    """Plans over a grid of quantities in steps of `step`, within capacities.

    Where two firms are interchangeable after a renaming of goods, the second does the mirror image of the first;
    otherwise every combination is a joint action. Nash play is always among them. Raises `UsageError` for a grid of
    more than `most` joint actions.
    """
    if not step > 0:
        raise UsageError(f"--grid {step:g}: a positive step of quantity was expected")
    step_e6 = max(1, round(step * SCALE))
    swapped = mirror(spec)
    menus = [_menu(spec, firm, step_e6, most) for firm in range(len(spec.firms))]
    if swapped is not None:
        own = np.array(menus[0], dtype=np.int64)
        actions = np.stack([own, own[:, list(swapped)]], axis=1)
        kind = "mirror images of each other"
    else:
        size = int(np.prod([len(menu) for menu in menus], dtype=object))
        if size > most:
            raise UsageError(
                f"a grid of step {step:g} has {size:,} joint actions", advice="Take a coarser --grid, or name --plans."
            )
        actions = np.array(list(product(*menus)), dtype=np.int64)
        kind = "every combination"
    nash = named_actions(spec)["nash"]
    actions = np.concatenate([nash[None], actions])
    names = ("nash", *(shown(action) for action in actions[1:]))
    about = f"quantities in steps of {step:g} within capacities ({kind}), and Nash play"
    return PlanSet(names, actions, about)


def _menu(spec: CournotSpec, firm: int, step_e6: int, most: int) -> list[tuple[int, ...]]:
    capacity = countable(spec.capacity[firm])
    levels = range(0, capacity + 1, step_e6)
    if len(levels) ** len(spec.goods) > most:
        raise UsageError("the grid is too fine", advice="Take a coarser --grid, or name --plans.")
    return [row for row in product(levels, repeat=len(spec.goods)) if sum(row) <= capacity]


def shown(action_e6: Integers) -> str:
    """A joint action in words: each firm's quantities, firms apart by `|`."""
    return " | ".join(" ".join(f"{q / SCALE:.6g}" for q in row) for row in action_e6.tolist())


def lone_actions(spec: CournotSpec, suspended: Sequence[bool]) -> list[Integers]:
    """What firms may do while others are suspended: the joint monopoly of those who may act, and nothing."""
    acting = [i for i, out in enumerate(suspended) if not out]
    nothing = np.zeros((len(spec.firms), len(spec.goods)), dtype=np.int64)
    if not acting:
        return [nothing]
    rest = spec.model_copy(
        update={
            "firms": tuple(spec.firms[i] for i in acting),
            "marginal_cost": tuple(spec.marginal_cost[i] for i in acting),
            "capacity": tuple(spec.capacity[i] for i in acting),
        }
    )
    alone = nothing.copy()
    alone[acting] = _counted(rest, joint_monopoly(rest).quantity)
    return [alone]


def _counted(spec: CournotSpec, quantity: NDArray[np.float64]) -> Integers:
    rows = [
        feasible(tuple(round(q * SCALE) for q in row), countable(capacity))[0]
        for row, capacity in zip(np.asarray(quantity).tolist(), spec.capacity, strict=True)
    ]
    return np.array(rows, dtype=np.int64)


__all__ = [
    "MEASURE_KINDS",
    "PlanSet",
    "Rounds",
    "grid_plans",
    "lone_actions",
    "mirror",
    "named_actions",
    "named_plans",
    "play",
    "shown",
    "within_limits",
]
