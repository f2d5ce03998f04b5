"""Why no contract does it, and what would: what the worker does instead, and how far each bound is off.

More wage, fine or inspection hurts no constraint. So what fails at the bounds of all three fails everywhere, and there
the constraints are inequalities in the bonus alone: some contract does it if and only if these leave a bonus.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from math import inf, isinf

import numpy as np
from scipy.optimize import linprog

from agoranomos.contracts.problem import LARGEST, ROUNDING, Problem

NOTHING = 1e-9
"""A bound below this is told as 0."""


@dataclass(frozen=True, slots=True)
class Remedy:
    """A bound that, changed alone, lets some contract do it: `at least` or `at most` a value, or any `above` it."""

    bound: str
    how: str
    value: float

    def __str__(self) -> str:
        return f"{self.bound} {self.how} {self.value:.6g}"


@dataclass(frozen=True, slots=True)
class Infeasible:
    """No contract does it. At the bonus that comes nearest, the `binding` constraints fail by the `gain`."""

    binding: tuple[str, ...]
    gain: float
    remedies: tuple[Remedy, ...]

    def __str__(self) -> str:
        helps = " or ".join(str(remedy) for remedy in self.remedies) or "no single bound helps"
        return f"fails by {self.gain:.6g}: {', '.join(self.binding)}; what would do: {helps}"


@dataclass(frozen=True, slots=True)
class _Row:
    """A constraint at the largest wage, fine and inspection: odds * bonus >= least."""

    name: str
    odds: float
    least: float


def is_feasible(problem: Problem) -> bool:
    """Whether any contract makes the wanted level a best response within the bounds."""
    room = ROUNDING * problem.scale
    low, high = 0.0, problem.most_bonus
    for row in _rows(problem):
        if row.odds > 0:
            low = max(low, row.least / row.odds)
        elif row.odds < 0:
            high = min(high, row.least / row.odds)
        elif row.least > room:
            return False
    return problem.least_wage <= problem.most_wage and low <= high + room


def why_infeasible(problem: Problem) -> Infeasible:
    """The reason; raises `ValueError` for a problem that some contract solves."""
    if is_feasible(problem):
        raise ValueError("some contract satisfies every constraint")
    rows = _rows(problem)
    solved = linprog(
        [0.0, 1.0],
        A_ub=np.array([[-row.odds, -1.0] for row in rows]),
        b_ub=np.array([-row.least for row in rows]),
        bounds=[(0.0, None if isinf(problem.most_bonus) else problem.most_bonus), (None, None)],
        method="highs",
    )
    bonus, gain = (float(value) for value in solved.x)
    room = 1e-7 * problem.scale
    binding = tuple(dict.fromkeys(row.name for row in rows if row.least - row.odds * bonus >= gain - room))
    found = [remedy for bound in BOUNDS if (remedy := _remedy(problem, bound)) is not None]
    return Infeasible(binding, gain, tuple(found))


def _rows(problem: Problem) -> list[_Row]:
    """Each constraint, but for those that an unbounded wage keeps."""
    most, rows = problem.most_inspection, []
    for rival in problem.rivals:
        name = f"not {problem.name_of(rival.level)}"
        if not (rival.caught and most > 0):
            rows.append(_Row(name, rival.odds, rival.spared))
            continue
        stake = most * problem.technology.levels[rival.level].success
        least = rival.spared - most * (problem.most_wage + problem.liable)
        rows.append(_Row(name, rival.odds + stake, least))
        if not isinf(problem.from_bonus):
            rows.append(_Row(name, rival.odds, least - stake * problem.from_bonus))
    rows.append(_Row("outside option", problem.success, problem.required - problem.most_wage))
    return [replace(row, least=problem.rounded(row.least)) for row in rows if row.least > -inf]


def _inspected(problem: Problem, value: float) -> Problem:
    return replace(problem, most_inspection=value)


def _fined(problem: Problem, value: float) -> Problem:
    return replace(problem, most_fine=value)


def _waged(problem: Problem, value: float) -> Problem:
    return replace(problem, most_wage=value)


def _rewarded(problem: Problem, value: float) -> Problem:
    return replace(problem, most_bonus=value)


def _nearer(problem: Problem, value: float) -> Problem:
    return replace(problem, margin=value)


def _liable(problem: Problem, value: float) -> Problem:
    technology = problem.technology.model_copy(update={"liability": value})
    return replace(problem, technology=technology)


def _poorer(problem: Problem, value: float) -> Problem:
    technology = problem.technology.model_copy(update={"outside_option": value})
    return replace(problem, technology=technology)


Change = Callable[[Problem, float], Problem]

BOUNDS: dict[str, tuple[Change, Callable[[Problem], float], float]] = {
    "bound on inspection": (_inspected, lambda problem: problem.most_inspection, 1.0),
    "bound on fine": (_fined, lambda problem: min(problem.most_fine, LARGEST), LARGEST),
    "liability": (_liable, lambda problem: problem.technology.liability, LARGEST),
    "bound on wage": (_waged, lambda problem: min(problem.most_wage, LARGEST), LARGEST),
    "bound on bonus": (_rewarded, lambda problem: min(problem.most_bonus, LARGEST), LARGEST),
    "margin": (_nearer, lambda problem: problem.margin, 0.0),
    "outside option": (_poorer, lambda problem: problem.technology.outside_option, 0.0),
}
"""Each bound, how it is changed, where it stands, and how far it can be moved."""


def _remedy(problem: Problem, bound: str) -> Remedy | None:
    """The nearest value of one bound at which some contract does it; None where moving it alone does not help."""
    change, stands, furthest = BOUNDS[bound]
    fails, does = stands(problem), furthest
    if not is_feasible(change(problem, does)):
        return None
    for _ in range(200):
        middle = (fails + does) / 2
        if middle in (fails, does):
            break
        fails, does = (fails, middle) if is_feasible(change(problem, middle)) else (middle, does)
    value = 0.0 if does < NOTHING else does
    if furthest > 0:
        return Remedy(bound, "at least" if value > 0 else "above", value)
    return Remedy(bound, "at most", value)
