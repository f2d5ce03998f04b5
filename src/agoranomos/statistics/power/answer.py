"""Of runs, effect and chance, the one that was not given; and a table of chances around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from agoranomos.statistics.power.design import Design, Equivalent
from agoranomos.statistics.power.solving import fewest_runs, smallest_effect

Asked: TypeAlias = Literal["runs", "effect", "power"]

_SIZES = 7


@dataclass(frozen=True, slots=True)
class Answer:
    """`runs` an arm find `effect` with the chance `power`; `asked` names which of the three was looked for.

    `runs` is None, or `effect` NaN, where none is enough, and `reason` says why.
    """

    asked: Asked
    runs: int | None
    effect: float
    power: float
    reason: str = ""


def answer(design: Design, *, effect: float | None, runs: int | None, target: float, sign: int = 1) -> Answer:
    """The runs that an effect needs, the smallest effect that runs find, or, where both are given, the chance.

    The smallest effect is looked for in the direction of `sign`. Raises `ValueError` where neither is given, for an
    effect that runs are asked for and that is none, and for fewer runs than the design needs.
    """
    if runs is not None and runs < design.least:
        raise ValueError(f"at least {design.least} runs an arm were expected, for this design, not {runs}")
    if effect is not None and runs is not None:
        return Answer("power", runs, effect, design.chance(effect, runs))
    if effect is not None:
        if effect == 0 and not isinstance(design, Equivalent):
            raise ValueError("an effect other than 0 was expected: no number of runs finds none")
        found = fewest_runs(lambda n: design.chance(effect, n), target, least=design.least, step=design.step)
        if found is None:
            return Answer("runs", None, effect, _limit(design, effect), _why(design))
        return Answer("runs", found, effect, design.chance(effect, found))
    if runs is None:
        raise ValueError("an effect or a number of runs was expected")
    smallest = sign * smallest_effect(lambda size: design.chance(sign * size, runs), target)
    if np.isnan(smallest):
        return Answer("effect", runs, smallest, float("nan"), _why(design, "so few runs find no effect, however large"))
    return Answer("effect", runs, smallest, design.chance(smallest, runs))


def table(design: Design, effects: Sequence[float], around: int) -> list[tuple[int, list[float]]]:
    """Numbers of runs from about a quarter of `around` to twice it, each with the chance of every effect."""
    sizes = np.unique(np.round(np.geomspace(around / 4, around * 2, _SIZES) / design.step)).astype(int) * design.step
    kept = [int(n) for n in sizes if n >= design.least]
    if around not in kept:
        kept = sorted([*kept, around])
    return [(n, [design.chance(effect, n) for effect in effects]) for n in kept]


def _limit(design: Design, effect: float) -> float:
    """The chance with as many runs as were tried."""
    return design.chance(effect, design.least + 1_000_000 * design.step)


def _why(design: Design, otherwise: str = "a million runs an arm are too few") -> str:
    if design.name.startswith("sign-flip"):
        return "the sign-flip test over so few clusters cannot reach it: add clusters"
    return "more runs in these clusters do not reach it: add clusters" if design.step > 1 else otherwise
