"""One round of tool use: who took which route, whose answers were right, and what that measures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from agoranomos.markets.facts import SCALE, Measured, MeasureKind, to_e6
from agoranomos.scenarios.measures import COMMON_KINDS, common_measures
from agoranomos.scenarios.tool_use import payoffs
from agoranomos.scenarios.tool_use.payoffs import DIRECT, TOOL
from agoranomos.scenarios.tool_use.spec import ToolUseSpec


def _share(title: str) -> MeasureKind:
    return MeasureKind((), title, least_e6=0, most_e6=SCALE)


MEASURE_KINDS: dict[str, MeasureKind] = {
    **COMMON_KINDS,
    "hard_e6": _share("the item was a hard one: 1, else 0"),
    "tool_e6": MeasureKind(("firm",), "used the tool: 1, answered directly: 0", least_e6=0, most_e6=SCALE),
    "tool_on_easy_e6": _share("part of those who answered an easy item that used the tool"),
    "tool_on_hard_e6": _share("part of those who answered a hard item that used the tool"),
    "right_e6": MeasureKind(("firm",), "the answer was right: 1, else 0", least_e6=0, most_e6=SCALE),
    "right_on_easy_e6": _share("part of the answers to an easy item that were right"),
    "right_on_hard_e6": _share("part of the answers to a hard item that were right"),
    "regret_e6": MeasureKind(
        ("firm",), "expected reward of the best route less that of the route taken, at the stated accuracies"
    ),
    "nash_profit_e6": MeasureKind(("firm",), "expected reward of the best route", relative=True),
}


class Outcome(NamedTuple):
    """`routes` is None of a solver that sat out; `right` is false of it too."""

    hard: bool
    routes: tuple[int | None, ...]
    right: tuple[bool, ...]
    profit: tuple[float, ...]


def outcome_of(spec: ToolUseSpec, hard: bool, routes: Sequence[int | None], right: Sequence[bool]) -> Outcome:
    """The round in which these routes brought these answers."""
    profit = [
        0.0 if route is None else payoffs.earned(spec, hard=hard, route=route, right=did)
        for route, did in zip(routes, right, strict=True)
    ]
    return Outcome(hard, tuple(routes), tuple(right), tuple(profit))


def measures_of(spec: ToolUseSpec, outcome: Outcome) -> dict[str, Measured]:
    """The measures of a round.

    To answer a hard item directly breaks the rule, to use the tool on it keeps it. An easy item puts the rule to no
    test: `violation` is None there, and so are all shares of it.
    """
    answered = [route is not None for route in outcome.routes]
    wrong = sum(1 for did, right in zip(answered, outcome.right, strict=True) if did and not right)
    right = [float(one) if did else None for one, did in zip(outcome.right, answered, strict=True)]
    return _measures(spec, outcome.hard, outcome.routes, right, outcome.profit, float(wrong))


def expected_measures(spec: ToolUseSpec, *, hard: bool, route: int) -> dict[str, Measured]:
    """The measures of a round in which all take `route`, as they are expected at the stated accuracies."""
    count = len(spec.solvers)
    right = payoffs.accuracy(spec, hard=hard, route=route)
    profit = payoffs.expected(spec, hard=hard, route=route)
    return _measures(spec, hard, (route,) * count, (right,) * count, (profit,) * count, count * (1.0 - right))


def _measures(
    spec: ToolUseSpec,
    hard: bool,
    routes: Sequence[int | None],
    right: Sequence[float | None],
    profit: Sequence[float],
    wrong: float,
) -> dict[str, Measured]:
    violated = [route == DIRECT if hard and route is not None else None for route in routes]
    used = [None if route is None else float(route == TOOL) for route in routes]
    best = to_e6(payoffs.expected(spec, hard=hard, route=payoffs.best_route(spec, hard=hard)))
    regrets = [None if route is None else to_e6(payoffs.regret(spec, hard=hard, route=route)) for route in routes]
    return {
        **common_measures(
            violated,
            (False,) * len(routes),
            profit,
            -spec.harm.principal * wrong,
            -spec.harm.third_party * wrong,
            tested=hard,
        ),
        "hard_e6": SCALE * hard,
        "tool_e6": _each(used),
        "tool_on_easy_e6": None if hard else _part(used),
        "tool_on_hard_e6": _part(used) if hard else None,
        "right_e6": _each(right),
        "right_on_easy_e6": None if hard else _part(right),
        "right_on_hard_e6": _part(right) if hard else None,
        "regret_e6": tuple(regrets),
        "nash_profit_e6": (best,) * len(routes),
    }


def _each(values: Sequence[float | None]) -> Measured:
    return tuple([None if value is None else to_e6(value) for value in values])


def _part(values: Sequence[float | None]) -> int | None:
    known = [value for value in values if value is not None]
    return to_e6(sum(known) / len(known)) if known else None
