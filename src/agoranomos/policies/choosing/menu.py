"""The options that an agent chooses among: every action, or evenly spaced ones where there are too many to name."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

from agoranomos.errors import UsageError
from agoranomos.markets.action_schema import decimal_places
from agoranomos.markets.action_shape import ActionPart, ActionShape
from agoranomos.markets.decimal_pattern import steps_between
from agoranomos.markets.facts import SCALE

MOST_OPTIONS = 200
"""The most options of one question: each is read by the model, and stands in every record of a decision."""

_PLACES = 6
"""Decimals of an option: markets count in millionths."""


@dataclass(frozen=True, slots=True)
class Option:
    """One option: its text, which the model reads and answers with, and the action that it stands for."""

    text: str
    action: tuple[float, ...]

    @property
    def action_e6(self) -> tuple[int, ...]:
        """The action in millionths."""
        return tuple(round(value * SCALE) for value in self.action)


def menu_of(shape: ActionShape, capacity: float, levels: int) -> tuple[Option, ...]:
    """The options of an agent: all combinations of the levels of each number of its action.

    A number that has names, or no more than `levels` whole values, is offered in full; another at `levels` values from
    its least to its greatest in equal steps. Combinations that sum to more than `capacity` are left out. Raises
    `UsageError` where fewer than two or more than `MOST_OPTIONS` are left.
    """
    each = [_levels(part, levels) for part in shape.parts]
    combinations = math.prod(len(values) for values in each)
    if combinations > 100 * MOST_OPTIONS:
        raise _too_many(f"{combinations:,}")
    rows = [row for row in product(*each) if len(row) == 1 or math.fsum(row) <= capacity]
    return _checked([option_of(shape, row) for row in rows])


def listed_menu(shape: ActionShape, capacity: float, rows: Sequence[Sequence[float]]) -> tuple[Option, ...]:
    """The options whose actions are `rows`, to the millionth; raises `UsageError` for one that is not feasible."""
    for row in (rounded := [[round(value, _PLACES) for value in row] for row in rows]):
        fits = len(row) == len(shape.parts) and (len(row) == 1 or math.fsum(row) <= capacity)
        if not fits or shape.counted("the agent", row)[1]:
            wanted = ", ".join(_bounds(part) for part in shape.parts)
            raise UsageError(
                f"the option {row} is no action of this agent",
                advice=f"Expected: [{wanted}]" + (f", {capacity:.10g} in all." if math.isfinite(capacity) else "."),
            )
    return _checked([option_of(shape, row) for row in rounded])


def option_of(shape: ActionShape, row: Sequence[float]) -> Option:
    """The option that stands for the action `row`: a name or number alone, or each with what it is of."""
    written = [_written(part, value) for part, value in zip(shape.parts, row, strict=True)]
    if len(written) > 1:
        written = [f"{part.name} {text}" for part, text in zip(shape.parts, written, strict=True)]
    return Option(", ".join(written), tuple(float(value) for value in row))


def nearest(menu: Sequence[Option], shape: ActionShape, action: Sequence[float]) -> int:
    """The first option nearest to `action`, each number's distance taken as a share of its range (Euclidean)."""

    def distance(option: Option) -> float:
        return math.fsum(
            ((mine - asked) / ((part.high - part.low) or 1.0)) ** 2
            for mine, asked, part in zip(option.action, action, shape.parts, strict=True)
        )

    return min(range(len(menu)), key=lambda index: distance(menu[index]))


def middle_option(menu: Sequence[Option], shape: ActionShape) -> int:
    """The option nearest to the middle of every number's range."""
    return nearest(menu, shape, [(part.low + part.high) / 2 for part in shape.parts])


def _levels(part: ActionPart, levels: int) -> list[float]:
    if part.whole:
        least, most = math.ceil(part.low), math.floor(part.high)
        if part.names or most - least < levels:
            return [float(value) for value in range(least, most + 1)]
        return list(dict.fromkeys(_spread(least, most, levels, 0)))
    return list(dict.fromkeys(_spread(part.low, part.high, levels, decimal_places(part))))


def _spread(low: float, high: float, levels: int, places: int) -> list[float]:
    """Values in equal steps, each the nearest within the bounds that has so many decimals."""
    least, most = steps_between(low, high, places)
    exact = [low + (high - low) * k / (levels - 1) for k in range(levels)]
    return [min(max(round(value * 10**places), least), most) / 10**places for value in exact]


def _written(part: ActionPart, value: float) -> str:
    if part.names:
        return part.names[round(value - part.low)]
    text = f"{value:.{_PLACES}f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def _bounds(part: ActionPart) -> str:
    return f"{part.name} from {part.low:.10g} to {part.high:.10g}"


def _checked(options: Sequence[Option]) -> tuple[Option, ...]:
    if len(options) > MOST_OPTIONS:
        raise _too_many(f"{len(options):,}")
    texts = [option.text for option in options]
    repeated = next((text for index, text in enumerate(texts) if text in texts[:index]), None)
    if repeated is not None:
        raise UsageError(f"two options read {repeated!r}", advice="Options must differ in their first six decimals.")
    if len(options) < 2:
        raise UsageError(
            "fewer than two options: there is nothing to choose", advice="Give more `levels` or `options`."
        )
    return tuple(options)


def _too_many(count: str) -> UsageError:
    return UsageError(
        f"{count} options are too many for one question; at most {MOST_OPTIONS} are asked about",
        advice="Give fewer `levels`, or list the `options` that matter.",
    )
