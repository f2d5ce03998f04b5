"""An action as JSON: the schema that every feasible action satisfies, and that nothing out of bounds does.

What the numbers of an action must be together (a capacity that goods share) no schema says: it is checked when a reply
is read, or made feasible when the market clears.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

from agoranomos.errors import UsageError
from agoranomos.markets.action_shape import ActionPart, ActionShape
from agoranomos.markets.decimal_pattern import decimal_pattern, steps_between

LEAST_STEPS = 100
"""Into how many steps the decimals of a number divide its range at least, as far as millionths allow."""
MOST_PLACES = 6
"""Markets count in millionths: further decimals would be rounded away."""


def action_schema(shape: ActionShape) -> dict[str, Any]:
    """The JSON Schema of an action: an object with one number a part, in order, each within its bounds.

    Raises `UsageError` for a part whose bounds hold no number that can be written.
    """
    return object_schema({part.name: number_schema(part) for part in shape.parts})


def number_schema(part: ActionPart) -> dict[str, Any]:
    """The JSON Schema of one number of an action: a JSON integer where it is whole, else a text of digits.

    A text, because a pattern holds it within its bounds in every engine. Raises `UsageError` where the bounds hold no
    such number.
    """
    if part.whole:
        least, most = math.ceil(part.low), math.floor(part.high)
        if least > most:
            raise UsageError(f"no whole number lies from {part.low:g} to {part.high:g}, as {part.name} must")
        return {"type": "integer", "minimum": least, "maximum": most}
    return {"type": "string", "pattern": decimal_pattern(part.low, part.high, decimal_places(part))}


def written_bounds(part: ActionPart) -> tuple[float, float]:
    """The least and the greatest number that can be written: within the bounds, on whole numbers or decimals.

    Raises `UsageError` where there is none.
    """
    places = 0 if part.whole else decimal_places(part)
    least, most = steps_between(part.low, part.high, places)
    if least > most:
        raise UsageError(f"no number that can be written lies from {part.low:g} to {part.high:g}, as {part.name} must")
    return least / 10**places, most / 10**places


def allows(schema: Mapping[str, Any], number: int | str) -> bool:
    """Whether a number, or a text of digits, is one that a schema of `number_schema` lets be written."""
    if schema["type"] == "integer":
        return isinstance(number, int) and schema["minimum"] <= number <= schema["maximum"]
    return re.fullmatch(schema["pattern"], str(number)) is not None


def decimal_places(part: ActionPart) -> int:
    """How many decimals a number has at most: two, or more where its range is short."""
    places = 2
    while places < MOST_PLACES and (part.high - part.low) * 10**places < LEAST_STEPS:
        places += 1
    return places


def object_schema(properties: dict[str, Any]) -> dict[str, Any]:
    """A JSON object with these properties, in this order, all of them and no others."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }
