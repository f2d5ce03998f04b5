"""The cheapest contract for two levels of effort, by formula.

Write D = c_1 - c_0 + g for what shirking spares, rho = (p_1 - p_0) / p_1 for the share of a bonus that shirking loses,
w_0 for the least wage, F for the largest fine and L for the liability, R = c_1 + u + g, S = max(R - w_0, 0), and
G = w_0 + min(F, L) for what a caught worker loses in any case.

**Proposition 1** (the higher level; F at most L, or without bound). At inspection probability m the least expected cost
is

    C(m) = w_0 + max(S, max(D - m G, 0) / s(m)) + k m,

where s(m), the strength of the best instrument, is max(m, rho) for F <= L, and rho + m (1 - rho) where the fine can
take the whole bonus. Without a bonus s(m) = m; where wages are fixed and F <= L, s(m) = rho.

*Proof.* The fine costs nothing on the path and helps against shirking, so the largest one does no harm. Let
x = w - w_0 >= 0, and y = p_1 b >= 0 be what a bonus is expected to cost. A unit of pay adds m to what shirking loses as
wage; as bonus it adds rho, and, where the fine takes the bonus of a caught worker who succeeds, m p_0 / p_1 =
m (1 - rho) besides. The constraints are that these add up to D - m G, and x + y >= R - w_0; the pay is w_0 + x + y. The
dearer instrument can be exchanged for the one of strength s(m), pay unchanged, with no constraint hurt. (With such a
fine it is the bonus, for rho + m (1 - rho) >= m.) So x + y >= max(D - m G, 0) / s(m) and x + y >= S; the larger of the
two, spent on the better instrument, satisfies both. []

**Proposition 2.** C has its least value over 0 <= m <= M at one of

    0, M, rho, (D - rho S) / G, D / (S + G), sqrt(D / k)                            for F <= L,
    0, M, (D - rho S) / (G + S (1 - rho)), (sqrt((G rho + D (1 - rho)) / k) - rho) / (1 - rho)    with such a fine.

*Proof.* For F <= L and m <= rho, C is the larger of two affine functions plus an affine one: convex, with kinks only
where (D - m G) / rho = S, or where D = m G, which is after it or the same. For m >= rho, (D - m G) / m = D / m - G is
convex, so C is convex, with a kink only where D / m - G = S; where C = D / m - G + k m + w_0 its slope vanishes at
sqrt(D / k). With a fine that takes the bonus (D - m G) / (rho + m (1 - rho)) has the slope
-(G rho + D (1 - rho)) / (rho + m (1 - rho))^2, which rises: C is convex, its kink is where that quotient is S, and its
slope vanishes at the last point. Where the larger one is S, C rises with m. A convex function on an interval is least
at an end, at a kink, or where its slope vanishes. []

**Corollaries.** A bonus alone: b = D / (p_1 - p_0), at cost p_1 b, where that is at least R. A wage with inspections
alone, with w_0 = F = 0: w = D / m, at the least of M, sqrt(D / k) and D / S. A fine that makes D <= m G costs no pay
beyond max(R, w_0). With w_0 = F = 0 the bonus alone is the cheapest for every M below the smaller root of
D / m + k m = D / rho, where that is below sqrt(D / k) and D / S.

**Proposition 3** (the lower level). It is kept by paying max(R, w_0) as a wage, at m = b = f = 0, where g <= c_1 - c_0.
*Proof.* Nobody is caught, so inspections only cost; no pay below either bound keeps the worker; at b = 0 the higher
level earns nothing more. Where wages are fixed b = S / p_0 is the only way to pay S, and is too large where the higher
level then pays more. []
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import inf, isinf, sqrt

from agoranomos.contracts.problem import TOLERANCE, Problem
from agoranomos.scenarios.hidden_action.contract import Contract


def has_closed_form(problem: Problem) -> bool:
    """Whether the formulas are about it: two levels, and bounds that leave an instrument free, or nothing of it.

    So wages are fixed or have no largest one, and fines are bounded by the liability or not at all.
    """
    return (
        len(problem.technology.levels) == 2
        and (isinf(problem.most_wage) or problem.most_wage == problem.least_wage)
        and (isinf(problem.most_bonus) or problem.most_bonus == 0)
        and (isinf(problem.from_bonus) or problem.from_bonus == 0)
    )


def closed_form(problem: Problem) -> Contract | None:
    """The cheapest contract; None where there is none. Of equals the one with the fewest inspections.

    Raises `ValueError` where the formulas are not about it.
    """
    if not has_closed_form(problem):
        raise ValueError("the closed form is about two levels, with bounds that leave an instrument free or none of it")
    return _higher(problem) if problem.wanted == 1 else _lower(problem)


def least_cost_at(problem: Problem, inspection: float) -> float:
    """C(m) of Proposition 1; infinite where no contract does it."""
    return problem.least_wage + _beyond_least_wage(problem, inspection) + problem.inspection_cost * inspection


@dataclass(frozen=True, slots=True)
class _Strengths:
    """What a unit of expected pay adds to what shirking loses: `share` as bonus, `taken` * m besides, m as wage."""

    wage_free: bool
    bonus_free: bool
    share: float
    taken: float

    def of_bonus(self, inspection: float) -> float:
        return self.share + inspection * self.taken

    def best(self, inspection: float) -> float:
        return max(inspection if self.wage_free else 0.0, self.of_bonus(inspection))


def _strengths(problem: Problem) -> _Strengths:
    free = isinf(problem.most_bonus) and problem.success > 0
    share = problem.below[0].odds / problem.success if free else 0.0
    taken = 1.0 - share if free and isinf(problem.from_bonus) else 0.0
    return _Strengths(isinf(problem.most_wage), free, share, taken)


def _beyond_least_wage(problem: Problem, inspection: float) -> float:
    """The expected pay at this inspection probability, less the least wage."""
    strengths = _strengths(problem)
    strength, needed = strengths.best(inspection), _needed(problem, inspection)
    due = _due(problem)
    if (needed > 0 and strength == 0) or (due > 0 and not (strengths.wage_free or strengths.bonus_free)):
        return inf
    return max(due, needed / strength if needed else 0.0)


def _needed(problem: Problem, inspection: float) -> float:
    """What pay beyond the least wage has to make a shirker lose: max(D - m G, 0)."""
    missing = problem.below[0].spared - inspection * (problem.least_wage + problem.liable)
    return max(problem.rounded(missing), 0.0)


def _due(problem: Problem) -> float:
    """What pay beyond the least wage has to be for the worker to stay."""
    return max(problem.rounded(problem.required - problem.least_wage), 0.0)


def _points(problem: Problem) -> Iterator[float]:
    """The inspection probabilities of Proposition 2."""
    spared, strengths = problem.below[0].spared, _strengths(problem)
    due, kept = _due(problem), problem.least_wage + problem.liable
    share, taken, price = strengths.share, strengths.taken, problem.inspection_cost
    yield from (0.0, problem.most_inspection, share)
    if taken > 0:
        yield (spared - share * due) / (kept + due * taken) if kept + due > 0 else 0.0
        if price > 0:
            yield (sqrt((kept * share + spared * taken) / price) - share) / taken
        return
    if kept > 0:
        yield (spared - share * due) / kept
    if due + kept > 0:
        yield spared / (due + kept)
    if price > 0:
        yield sqrt(spared / price)


def _higher(problem: Problem) -> Contract | None:
    inside = sorted(point for point in _points(problem) if 0 <= point <= problem.most_inspection)
    costs = [least_cost_at(problem, point) for point in inside]
    best = min(costs)
    if isinf(best):
        return None
    inspection = next(m for m, cost in zip(inside, costs, strict=True) if cost <= best + 1e-12 * max(1.0, best))
    least, strengths = problem.least_wage, _strengths(problem)
    extra, needed = _beyond_least_wage(problem, inspection), _needed(problem, inspection)
    of_bonus = strengths.of_bonus(inspection)
    if not strengths.wage_free:
        wage, bonus = least, extra / problem.success if extra > 0 else 0.0
    elif inspection >= of_bonus or needed == 0:
        wage, bonus = least + extra, 0.0
    else:
        bonus = needed / of_bonus / problem.success
        wage = least + max(0.0, extra - problem.success * bonus)
    return problem.contract(wage, bonus, inspection)


def _lower(problem: Problem) -> Contract | None:
    due = _due(problem)
    if problem.bonus_ceiling < 0:
        return None
    if isinf(problem.most_wage):
        return problem.contract(problem.least_wage + due, 0.0, 0.0)
    if due == 0:
        return problem.contract(problem.least_wage, 0.0, 0.0)
    if problem.most_bonus == 0 or problem.success == 0:
        return None
    bonus = due / problem.success
    if bonus > problem.bonus_ceiling + TOLERANCE * problem.scale:
        return None
    return problem.contract(problem.least_wage, bonus, 0.0)
