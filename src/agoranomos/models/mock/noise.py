"""Noise on the numbers of a reply, and on the choice among options."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import numpy as np

from agoranomos.models.mock.scores import picked

_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_LOWEST = -30.0
"""The least score beside the greatest, so that probabilities are small and never none."""


def disturbed(value: Any, schema: Mapping[str, Any], sd: float, generator: np.random.Generator) -> Any:
    """`value` with each of its numbers multiplied by its own Gaussian draw with mean 1 and deviation `sd`.

    A number keeps its form (an integer, a text with so many decimals) and the bounds that `schema` sets it; what is
    beyond them is moved onto them.
    """
    kind = schema.get("type")
    if kind == "object":
        parts = schema["properties"]
        return {key: disturbed(part, parts[key], sd, generator) for key, part in value.items()}
    if kind in ("integer", "number"):
        moved = value * (1.0 + sd * float(generator.standard_normal()))
        moved = min(max(moved, schema.get("minimum", moved)), schema.get("maximum", moved))
        return round(moved) if kind == "integer" else moved
    if kind == "string" and "pattern" in schema and _DECIMAL.fullmatch(value):
        return _disturbed_text(value, re.compile(schema["pattern"]), sd, generator)
    return value


def _disturbed_text(text: str, pattern: re.Pattern[str], sd: float, generator: np.random.Generator) -> str:
    """The number in `text`, moved as far as the pattern lets it: what it matches is taken to be an interval."""
    exponent = int(Decimal(text).as_tuple().exponent)
    start = int(Decimal(text).scaleb(-exponent))
    kept, beyond = start, round(start * (1.0 + sd * float(generator.standard_normal())))

    def written(steps: int) -> str:
        return f"{Decimal(steps).scaleb(exponent):f}"

    if pattern.search(written(beyond)):
        return written(beyond)
    while abs(beyond - kept) > 1:
        middle = (kept + beyond) // 2
        if pattern.search(written(middle)):
            kept = middle
        else:
            beyond = middle
    return written(kept)


def noisy_scores(options: Sequence[str], option: str, sd: float) -> tuple[float, ...]:
    """Scores of options when `option` is meant and noise comes in.

    Where all options are numbers: the Gaussian density at each, centred on the one that is meant and `sd` times it
    wide. Else a trembling hand: with probability `sd` (at most 1) any option, each as probable as the others.
    """
    if sd == 0:
        return picked(options, option)
    if all(_DECIMAL.fullmatch(each) for each in options):
        centre = float(option)
        width = sd * abs(centre)
        if width == 0:
            return picked(options, option)
        return tuple(max(-0.5 * ((float(each) - centre) / width) ** 2, _LOWEST) for each in options)
    tremble = min(sd, 1.0) / len(options)
    meant = max(1.0 - min(sd, 1.0), 0.0) + tremble
    return tuple(math.log(meant if each == option else tremble) for each in options)
