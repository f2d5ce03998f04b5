"""The cheapest contract for any number of levels: a linear programme at each of finitely many inspection probabilities.

**Proposition.** The least expected cost over 0 <= m <= M is taken at one of the probabilities that `candidates` lists.

*Proof.* Fix m > 0 and the largest fine. In the plane of wage and bonus every constraint is a half-plane whose line has
coefficients that are affine in m: one or two for each lower level, and those of the outside option, of the least and
the largest wage, of the bonus's bounds 0 and above (higher levels set one, too). The least pay is that of a feasible
corner, where two lines meet; by Cramer's rule it is N(m) / D(m) with polynomials N and D of degree two at most. The
least cost V(m) is the least of N(m) / D(m) + k m over the corners that are feasible at m. Where one of them is least
and feasible on both sides of m, a minimum of V there is one of its own: (N / D)' + k vanishes, or it is constant and
has the same value at an end. Where two of them cross, V has a kink that points up, which is no minimum. What is left
are the probabilities at which a corner becomes feasible or ceases to be: a third line runs through it, so the
determinant of the three lines vanishes, a polynomial of degree three at most; where two lines fall together it
vanishes, too. The candidates are all real roots of these polynomials between 0 and M, with 0 and M. V takes its least
value, for the constraints are closed, and wages or bonuses that grow without bound are not cheap. []

The pay can only fall as m rises: what keeps the worker at m keeps it at every larger m. So between two candidates a < b
nothing costs less than pay(b) + k a, and stretches whose bound is no less than the best cost so far are left out
unsolved. That changes no result.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from math import inf, isinf

import numpy as np
from numpy.polynomial import Polynomial

from agoranomos.contracts.problem import NEGLIGIBLE, Problem
from agoranomos.contracts.programme import Pay, cheapest_pay
from agoranomos.errors import UsageError
from agoranomos.scenarios.hidden_action.contract import Contract

EQUAL = 1e-12
"""Relative: costs that differ by less are the same, and the contract with fewer inspections is taken."""

NEARLY_REAL = 1e-6
"""A double root is found as two that are this near to the real line; one that is none of them does no harm."""


def search(problem: Problem) -> Contract | None:
    """The cheapest contract; None where there is none. Of equals the one with the fewest inspections."""
    return _Search(problem, candidates(problem)).best()


def search_each(problem: Problem, bounds: Sequence[float]) -> list[Contract | UsageError | None]:
    """What `search` finds at each bound on inspection, from the least; the error where it names sums that none can.

    What was solved for one bound is not solved again for the next.
    """
    widest = replace(problem, most_inspection=max(bounds))
    points = tuple(sorted({*candidates(widest), *bounds}))
    shared, found, before = _Search(widest, points), list[Contract | UsageError | None](), 0
    for bound in sorted(bounds):
        last = points.index(bound)
        try:
            found.append(shared.best(before, last))
        except UsageError as error:
            found.append(error)
        before = last
    return found


def candidates(problem: Problem) -> tuple[float, ...]:
    """The inspection probabilities of which one is the cheapest, in order; roots that are 0 but for rounding are 0."""
    lines, roots = _lines(problem), set[float]()
    for one, other in combinations(lines, 2):
        roots.update(_stationary(problem, one, other))
    for three in combinations(lines, 3):
        roots.update(_roots(_determinant(*three)))
    inside = {root for root in roots if NEGLIGIBLE <= root <= problem.most_inspection}
    return tuple(sorted({0.0, problem.most_inspection} | inside))


@dataclass(frozen=True, slots=True)
class _Line:
    """The line wage * w + bonus * b = total, whose coefficients are polynomials in m, the constant first."""

    wage: Polynomial
    bonus: Polynomial
    total: Polynomial


def _line(wage: Sequence[float], bonus: Sequence[float], total: Sequence[float]) -> _Line:
    return _Line(Polynomial(wage), Polynomial(bonus), Polynomial(total))


def _lines(problem: Problem) -> list[_Line]:
    """The lines of all constraints, at the largest fine."""
    lines = [_line([1], [problem.success], [problem.required])]
    lines += [_line([1], [0], [wage]) for wage in (problem.least_wage, problem.most_wage) if not isinf(wage)]
    lines += [_line([0], [1], [b]) for b in {0.0, problem.most_bonus, problem.bonus_ceiling} if 0 <= b < inf]
    for rival in problem.below:
        succeeds = problem.technology.levels[rival.level].success
        if problem.from_bonus > 0:
            lines.append(_line([0, 1], [rival.odds, succeeds], [rival.spared, -problem.liable]))
        if not isinf(problem.from_bonus):
            least = problem.liable + succeeds * problem.from_bonus
            lines.append(_line([0, 1], [rival.odds], [rival.spared, -least]))
    return lines


def _stationary(problem: Problem, one: _Line, other: _Line) -> Iterable[float]:
    """Where the slope of the cost in the corner of two lines vanishes."""
    across = one.wage * other.bonus - other.wage * one.bonus
    wage = one.total * other.bonus - other.total * one.bonus
    bonus = one.wage * other.total - other.wage * one.total
    pay = wage + problem.success * bonus
    return _roots(pay.deriv() * across - pay * across.deriv() + problem.inspection_cost * across * across)


def _determinant(one: _Line, other: _Line, third: _Line) -> Polynomial:
    return (
        one.wage * (other.bonus * third.total - third.bonus * other.total)
        - one.bonus * (other.wage * third.total - third.wage * other.total)
        + one.total * (other.wage * third.bonus - third.wage * other.bonus)
    )


def _roots(polynomial: Polynomial) -> Iterable[float]:
    """The real roots; none where it is constant."""
    largest = float(np.max(np.abs(polynomial.coef)))
    trimmed = polynomial.trim(EQUAL * largest)
    if trimmed.degree() < 1:
        return ()
    return [float(root.real) for root in np.atleast_1d(trimmed.roots()) if abs(root.imag) < NEARLY_REAL]


class _Search:
    """One search, with what was solved on the way."""

    def __init__(self, problem: Problem, points: tuple[float, ...]) -> None:
        self._problem = problem
        self._points = points
        self._solved: dict[int, Pay | None] = {}
        self._least = inf

    def best(self, before: int = 0, last: int | None = None) -> Contract | None:
        """The best of the places up to `last`, of which those up to `before` were searched."""
        last = len(self._points) - 1 if last is None else last
        if self._pay(last) is None:  # the set of what does it only grows with m
            return None
        self._pay(before)
        self._explore(before, last)
        place = min(place for place in self._solved if self._cost(place) <= self._least + EQUAL * max(1, self._least))
        pay, inspection = self._solved[place], self._points[place]
        assert pay is not None
        return self._problem.contract(pay.wage, pay.bonus, inspection)

    def _explore(self, left: int, right: int) -> None:
        """Solve what lies strictly between two solved places, unless nothing cheaper can lie there."""
        pay = self._pay(right)
        if right - left < 2 or pay is None:
            return
        bound = pay.expected + self._problem.inspection_cost * self._points[left + 1]
        if bound > self._least + EQUAL * max(1.0, self._least):
            return
        middle = (left + right) // 2
        self._pay(middle)
        self._explore(left, middle)
        self._explore(middle, right)

    def _pay(self, place: int) -> Pay | None:
        if place not in self._solved:
            self._solved[place] = cheapest_pay(self._problem, self._points[place])
            self._least = min(self._least, self._cost(place))
        return self._solved[place]

    def _cost(self, place: int) -> float:
        pay = self._solved[place]
        return inf if pay is None else pay.expected + self._problem.inspection_cost * self._points[place]
