"""One equilibrium of a game of two, by complementary pivoting in exact arithmetic.

The actions of both are labels. With payoffs made positive, `A y <= 1` and `B^T x <= 1` (slacks r and s) bound what each
may weigh; a label is present where its action has no weight or is a best reply. From the origin, where all labels are
present, one is dropped, and each pivot drops the label that the last brought twice, until all are present again.
Source: Lemke and Howson (1964), Equilibrium points of bimatrix games, Journal of SIAM 12; ties are broken
lexicographically, so that games with ties end, too (von Stengel 2002, Computing equilibria for two-person games,
section 2.6).
"""

from __future__ import annotations

from fractions import Fraction
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Rows: TypeAlias = list[list[Fraction]]


class _Tableau:
    """`matrix z + slack = 1`: rows of coefficients with the right side last, and the label of each row's variable.

    Column k belongs to label k: the first `len(slack)` or the last are slacks, as `slacks` says.
    """

    def __init__(self, matrix: list[list[Fraction]], slacks: list[int], weights: list[int]) -> None:
        labels = len(slacks) + len(weights)
        self.rows: Rows = []
        for index, given in enumerate(matrix):
            row = [Fraction(0)] * (labels + 1)
            for column, value in zip(weights, given, strict=True):
                row[column] = value
            row[slacks[index]] = Fraction(1)
            row[-1] = Fraction(1)
            self.rows.append(row)
        self.basis = list(slacks)
        self._order = [labels, *slacks]

    def enter(self, label: int) -> int:
        """Bring the variable of `label` in; returns the label of the one that leaves."""
        candidates = [k for k, row in enumerate(self.rows) if row[label] > 0]
        leaving = min(candidates, key=lambda k: [self.rows[k][c] / self.rows[k][label] for c in self._order])
        pivot = self.rows[leaving]
        divisor = pivot[label]
        pivot = self.rows[leaving] = [value / divisor for value in pivot]
        for k, row in enumerate(self.rows):
            factor = row[label]
            if k != leaving and factor:
                self.rows[k] = [value - factor * own for value, own in zip(row, pivot, strict=True)]
        left, self.basis[leaving] = self.basis[leaving], label
        return left

    def weights(self, labels: list[int]) -> NDArray[np.float64]:
        """The values of these variables, as shares."""
        values = {label: row[-1] for label, row in zip(self.basis, self.rows, strict=True)}
        chosen = [values.get(label, Fraction(0)) for label in labels]
        return np.array([float(value / sum(chosen)) for value in chosen])


def lemke_howson(first: NDArray[np.float64], second: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
    """One equilibrium in mixed actions of the game with payoffs `first` and `second` [K_1, K_2]: two vectors of shares.

    Payoffs are taken as the decimal numbers that they are written as, and the result is exact up to its last rounding.
    """
    mine, theirs = _positive(first), _positive(second)
    rows, columns = len(mine), len(mine[0])
    own, other = list(range(rows)), list(range(rows, rows + columns))
    of_row = _Tableau(mine, slacks=own, weights=other)
    of_column = _Tableau([list(column) for column in zip(*theirs, strict=True)], slacks=other, weights=own)
    label, place = 0, of_column
    while True:
        label = place.enter(label)
        if label == 0:
            return of_column.weights(own), of_row.weights(other)
        place = of_row if place is of_column else of_column


def _positive(payoffs: NDArray[np.float64]) -> list[list[Fraction]]:
    exact = [[Fraction(repr(float(value))) for value in row] for row in payoffs]
    least = min(min(row) for row in exact)
    return [[value - least + 1 for value in row] for row in exact]
