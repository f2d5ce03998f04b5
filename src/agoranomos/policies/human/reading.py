"""A person's answer, read: what a page sends becomes a move, or is refused in words, as models' replies are."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from agoranomos.errors import UsageError, nearest
from agoranomos.markets.facts import SCALE
from agoranomos.policies.human.person import Move
from agoranomos.policies.human.situation import Part, Situation

KEYS = ("numbers", "choice", "report", "message")


def read_move(given: Mapping[str, Any], situation: Situation) -> Move:
    """The move that `{"numbers": {...}}` or `{"choice": label}` makes, with `report` and `message` where they may be.

    Numbers are counted in millionths, as markets count. Raises `UsageError` in words for whoever wrote the answer: a
    key that is not asked for, a number that is missing, none, or out of its bounds, a choice that is not listed.
    """
    for key in given:
        if key not in KEYS:
            raise UsageError(f"{key!r} is not asked for", advice=nearest(str(key), KEYS))
    numbers = _chosen(given, situation) if situation.choices else _numbers(given, situation.parts)
    report = given.get("report", False)
    message = given.get("message", "")
    if not isinstance(report, bool):
        raise UsageError(f"report: true or false was expected (found {report!r:.80})")
    if report and not situation.reports:
        raise UsageError("report: nobody listens to reports here")
    if not isinstance(message, str):
        raise UsageError(f"message: a text was expected (found {message!r:.80})")
    if message and not situation.talks:
        raise UsageError("message: nobody can talk here")
    if len(message) > situation.talks:
        raise UsageError(f"message: {len(message)} characters, and {situation.talks} are allowed")
    move = Move(numbers, report, message)
    words = fault_of(move, situation)
    if words:
        raise UsageError(words)
    return move


def fault_of(move: Move, situation: Situation) -> str:
    """What is wrong with the numbers of a move, in words; empty where it can be carried out."""
    if situation.choices:
        return "" if any(one.numbers == move.numbers for one in situation.choices) else "that is none of the choices"
    if len(move.numbers) != len(situation.parts):
        return f"{len(situation.parts)} numbers were expected, and {len(move.numbers)} were given"
    for part, value in zip(situation.parts, move.numbers, strict=True):
        if not part.low <= value <= part.high or (part.whole and value != round(value)):
            kind = "a whole number" if part.whole else "a number"
            return f'"{part.name}" must be {kind} from {part.low:.10g} to {part.high:.10g}'
    total = math.fsum(move.numbers)
    if situation.capacity is not None and total > situation.capacity:
        return f"the numbers sum to {total:.10g}, which is more than your capacity of {situation.capacity:.10g}"
    return ""


def _chosen(given: Mapping[str, Any], situation: Situation) -> tuple[float, ...]:
    if "numbers" in given:
        raise UsageError("numbers: one of the choices is asked for")
    label = given.get("choice")
    for one in situation.choices:
        if one.label == label:
            return one.numbers
    advice = nearest(str(label), [one.label for one in situation.choices])
    raise UsageError("choose one of the options" if label is None else f"no choice is {label!r:.80}", advice=advice)


def _numbers(given: Mapping[str, Any], parts: Sequence[Part]) -> tuple[float, ...]:
    if "choice" in given:
        raise UsageError("choice: numbers are asked for")
    found = given.get("numbers")
    if not isinstance(found, Mapping):
        raise UsageError("numbers: an object with a number for each of " + ", ".join(repr(part.name) for part in parts))
    names = [part.name for part in parts]
    for name in found:
        if name not in names:
            raise UsageError(f"numbers: {name!r} is not asked for", advice=nearest(str(name), names))
    return tuple(_number(part.name, found.get(part.name)) for part in parts)


def _number(name: str, value: object) -> float:
    """The number to the millionth; raises `UsageError` for none."""
    if value is None:
        raise UsageError(f'"{name}" needs a number')
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UsageError(f'"{name}" must be a number (found {value!r:.80})')
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number) or not math.isfinite(number * SCALE):
        raise UsageError(f'"{name}" must be a finite number')
    return round(number * SCALE) / SCALE
