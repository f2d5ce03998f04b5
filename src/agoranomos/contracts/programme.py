"""The cheapest pay at one inspection probability: a linear programme in wage and bonus, solved by HiGHS."""

from __future__ import annotations

from dataclasses import dataclass
from math import isinf

import numpy as np
from scipy.optimize import linprog

from agoranomos.contracts.problem import TOLERANCE, Problem
from agoranomos.errors import MachineError

OPTIMAL, INFEASIBLE = 0, 2
"""How `scipy.optimize.linprog` says that it found an optimum, or that there is nothing to find."""


@dataclass(frozen=True, slots=True)
class Pay:
    """A wage, a bonus, and what the two are expected to cost."""

    wage: float
    bonus: float
    expected: float


def cheapest_pay(problem: Problem, inspection: float) -> Pay | None:
    """The least expected pay that keeps the worker at the wanted level, at the largest fine; None where none does.

    The programme is in the stake x = m (w - w_0), not in the wage, where m > 0. What a fine takes out of the bonus is
    the smaller one of two amounts, so each lower level has a constraint for either. The outside option is not
    multiplied by m: where m is small the solver would not see it. All amounts are in units of the problem's own scale.
    """
    least, success = problem.least_wage, problem.success
    unit = inspection if inspection > 0 else 1.0
    rows, bounds = [], []
    for rival in problem.rivals:
        if not (rival.caught and inspection > 0):
            rows.append([0.0, -rival.odds])
            bounds.append(-rival.spared)
            continue
        stake = inspection * problem.technology.levels[rival.level].success
        certain = inspection * (least + problem.liable) - rival.spared
        rows.append([-1.0, -rival.odds - stake])
        bounds.append(certain)
        if not isinf(problem.from_bonus):
            rows.append([-1.0, -rival.odds])
            bounds.append(certain + stake * problem.from_bonus)
    rows.append([-1.0 / unit, -success])
    bounds.append(least - problem.required)
    ceiling = None if isinf(problem.most_bonus) else problem.most_bonus / problem.scale
    spread = None if isinf(problem.most_wage) else unit * (problem.most_wage - least) / problem.scale
    solved = linprog(
        [1.0 / unit, success],
        A_ub=np.array(rows),
        b_ub=np.array(bounds) / problem.scale,
        bounds=[(0.0, spread), (0.0, ceiling)],
        method="highs-ds",
        options={"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10},
    )
    if solved.status == INFEASIBLE:
        return None
    if solved.status != OPTIMAL:
        raise MachineError(f"the linear programme at inspection {inspection:g} was not solved: {solved.message}")
    return _made_exact(problem, inspection, max(0.0, float(solved.x[1]) * problem.scale))


def _made_exact(problem: Problem, inspection: float, bonus: float) -> Pay | None:
    """The solver's bonus with the least wage that goes with it, free of the solver's own rounding.

    None where that wage is beyond the largest one by more than rounding: by what a constraint would then miss.
    """
    room = TOLERANCE * problem.scale
    wages = [problem.least_wage, problem.required - problem.success * bonus]
    if max(wages) > problem.most_wage + room:
        return None
    if inspection > 0:
        taken = min(bonus, problem.from_bonus)
        for rival in problem.below:
            succeeds = problem.technology.levels[rival.level].success
            wages.append((rival.spared - rival.odds * bonus) / inspection - problem.liable - succeeds * taken)
            if inspection * (wages[-1] - problem.most_wage) > room:
                return None
    wage = min(max(wages), problem.most_wage)
    return Pay(wage, bonus, wage + problem.success * bonus)
