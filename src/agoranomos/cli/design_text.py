"""What `agora design` says, as text and as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import isinf
from typing import TYPE_CHECKING, Any

from agoranomos.cli.terminal import say, show, visible

if TYPE_CHECKING:
    from agoranomos.cli.design_run import Played
    from agoranomos.contracts import Design
    from agoranomos.contracts.reading import Question

Beside = Mapping[tuple[str, ...], "Design"]

TOLERANCE = 1e-9
"""Relative to the amounts in question: a difference that is no more than this is told as 0."""


def say_design(question: Question, found: Design, beside: Beside, levels: Sequence[Design]) -> None:
    """The contract, what it costs, what binds, and what other instruments and other levels would cost."""
    from rich.table import Table

    problem = found.problem
    say(f"{question.document.name}: {question.level} is wanted of {_levels(question)}; by {found.method}")
    say()
    if found.contract is not None:
        _say_contract(found)
    else:
        say(reason(found))
    say()
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("beside it")
    for name in ("wage", "bonus", "inspection", "fine", "cost", "beyond first best"):
        table.add_column(name, justify="right")
    if found.contract is not None:
        table.add_row("the contract found", *_row(found))
    for names, other in beside.items():
        row = ("-", "-", "-", "-", "out of reach", "-") if other.contract is None else _row(other)
        table.add_row(_named(names), *row)
    table.add_row("effort that can be seen", number(problem.first_best_cost), "", "", "", *_first_best(found))
    show(table)
    say()
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("each level")
    for name in ("surplus", "least cost", "the principal keeps"):
        table.add_column(name, justify="right")
    for level in levels:
        out = level.contract is None
        costs = ("out of reach", "-") if out else (number(level.cost), number(level.profit, level.problem.scale))
        table.add_row(visible(level.problem.name_of(level.problem.wanted)), number(level.surplus), *costs)
    show(table)


def reason(found: Design) -> str:
    """Why there is no contract, and what would do."""
    why = found.why
    if why is None:
        return ""
    lines = [f"out of reach: {', '.join(why.binding)} by {number(why.gain)}, whatever is offered within the bounds."]
    helps = [str(remedy) for remedy in why.remedies]
    lines.append(f"What would do: {'; or '.join(helps)}." if helps else "No single bound helps.")
    return "\n".join(lines)


def _say_contract(found: Design) -> None:
    contract, problem = found.contract, found.problem
    assert contract is not None

    def money(amount: float) -> str:
        return number(amount, problem.scale)

    say(
        f"wage {number(contract.wage)}, bonus {number(contract.bonus)} for a success, inspection with probability "
        f"{number(contract.inspection)}, fine {number(contract.fine)}"
    )
    say(
        f"costs {number(found.cost)} a worker and round: wages {number(found.wages)}, bonuses {number(found.bonuses)}, "
        f"inspections {number(found.inspections)}"
    )
    say(f"binding: {', '.join(found.binding) or 'nothing'}")
    say(
        f"agency cost {money(found.agency_cost)}: the worker has {money(found.rent)} beyond its outside option, "
        f"inspections take {money(found.inspections)}"
    )
    first = found.first_best_surplus
    say(
        f"surplus {money(found.surplus)}, at first best {money(first)}; the principal keeps {money(found.profit)}, "
        f"at first best {money(first - problem.technology.outside_option)}"
    )


def _first_best(found: Design) -> tuple[str, str]:
    return number(found.problem.first_best_cost), number(0.0)


def _row(found: Design) -> tuple[str, ...]:
    contract = found.contract
    assert contract is not None
    terms = (contract.wage, contract.bonus, contract.inspection, contract.fine)
    return (*map(number, terms), number(found.cost), number(found.agency_cost, found.problem.scale))


def _levels(question: Question) -> str:
    return visible(", ".join(level.name for level in question.problem.technology.levels))


def _named(names: tuple[str, ...]) -> str:
    if len(names) == 1:
        return f"{names[0]} alone"
    return f"{', '.join(names[:-1])} and {names[-1]}"


def number(value: float, scale: float = 0.0) -> str:
    """At most six significant digits, and no minus before nothing; what is rounding among amounts of `scale` is 0."""
    return "0" if abs(value) <= max(1e-12, TOLERANCE * scale) else f"{value:.6g}"


def as_json(
    question: Question, found: Design, beside: Beside, levels: Sequence[Design], played: Played | None
) -> dict[str, Any]:
    """All of it as plain values."""
    problem = found.problem
    written: dict[str, Any] = {
        "name": question.document.name,
        "wanted": question.level,
        "method": found.method,
        "bounds": {
            "least_wage": problem.least_wage,
            "wage": _bound(problem.most_wage),
            "bonus": _bound(problem.most_bonus),
            "inspection": problem.most_inspection,
            "fine": _bound(problem.most_fine),
            "liability": problem.technology.liability,
            "outside_option": problem.technology.outside_option,
            "margin": problem.margin,
        },
        "first_best": {"surplus": found.first_best_surplus, "cost_of_wanted": problem.first_best_cost},
        "surplus": found.surplus,
        **_design(found),
        "beside": [{"instruments": list(names), **_design(other)} for names, other in beside.items()],
        "levels": [
            {"level": other.problem.name_of(other.problem.wanted), "surplus": other.surplus, **_design(other)}
            for other in levels
        ],
    }
    if found.why is not None:
        written["why"] = {
            "broken": list(found.why.binding),
            "by": found.why.gain,
            "would_do": [{"bound": r.bound, "how": r.how, "value": r.value} for r in found.why.remedies],
        }
    return written if played is None else {**written, "played": played.as_json()}


def _design(found: Design) -> dict[str, Any]:
    if found.contract is None:
        return {"contract": None}
    return {
        "contract": found.contract.model_dump(exclude={"prize"}),
        "cost": found.cost,
        "of_which": {"wages": found.wages, "bonuses": found.bonuses, "inspections": found.inspections},
        "binding": list(found.binding),
        "agency_cost": found.agency_cost,
        "rent": found.rent,
        "profit": found.profit,
    }


def _bound(value: float) -> float | None:
    return None if isinf(value) else value
