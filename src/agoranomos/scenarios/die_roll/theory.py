"""What a report is worth, and how often somebody must look for the truth to pay: exact, in fractions.

A roll x is reported as y. The agent keeps the share s of c cents a point: s c y. With probability p the payer is given
the roll too; a report that differs from it is then paid as the roll, and costs the agent the fine F. So a misreport of
d = y - x points is worth (1 - p) s c d - p F more than the truth, and no misreport pays where

    p >= p*(x) = s c (6 - x) / (s c (6 - x) + F)

with 0 for a six, and 1 without a fine. The truth is the best reply to every roll from p*(1) on. Source of the form:
Becker (1968), Crime and Punishment; of the task: Fischbacher and Foellmi-Heusi (2013), Lies in Disguise.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

from agoranomos.scenarios.die_roll.spec import FACES, PAYER, REPORT, ROLL, DieRollSpec

EXPECTED = Fraction(sum(FACES), len(FACES))
"""The mean of a roll, 7/2: what is paid for where the payer is given neither the report nor the roll."""

HARDEST = 1
"""The roll at which a misreport gains most."""


def exact(value: float) -> Fraction:
    """The fraction that a number of a file is, as it is written there."""
    return Fraction(repr(value))


@dataclass(frozen=True, slots=True)
class Terms:
    """What a point is worth to the agent, the `fine`, the `chance` that the payer has the roll, and what it is given.

    `reads` says whether the payer is given the report at all.
    """

    worth: Fraction
    fine: Fraction
    chance: Fraction
    reads: bool

    @classmethod
    def of(cls, spec: DieRollSpec) -> Terms:
        """The terms of a file."""
        worth, fine = exact(spec.share) * exact(spec.cents), exact(spec.check.fine)
        chance = Fraction(1) if spec.gives(ROLL, PAYER) else _chance(spec.check.probability, worth, fine)
        return cls(worth, fine, chance, spec.gives(REPORT, PAYER))

    def threshold(self, roll: int) -> Fraction:
        """p*(roll), the probability from which on no misreport pays."""
        return threshold(self.worth * (6 - roll), self.fine)

    def expected(self, roll: int, report: int) -> Fraction:
        """What the agent can expect to earn by reporting `report` of `roll`."""
        if not self.reads:
            return self.worth * (self.chance * roll + (1 - self.chance) * EXPECTED)
        if report == roll:
            return self.worth * roll
        return (1 - self.chance) * self.worth * report + self.chance * (self.worth * roll - self.fine)

    def best(self, roll: int) -> int:
        """The report that is worth most; the roll where nothing is worth more."""
        return max((roll, *FACES), key=lambda report: self.expected(roll, report))


def threshold(gain: Fraction, fine: Fraction) -> Fraction:
    """The probability p with (1 - p) gain = p fine; 0 where there is nothing to gain."""
    return gain / (gain + fine) if gain else Fraction(0)


def mean_over_rolls(of: Callable[[int], Fraction]) -> Fraction:
    """The expectation of `of` a fair roll."""
    return sum((of(roll) for roll in FACES), Fraction(0)) / len(FACES)


def random_reports(of: Callable[[int, int], Fraction]) -> Fraction:
    """The expectation of `of` (roll, report) where both are drawn evenly and apart: over all 36 pairs."""
    return mean_over_rolls(lambda roll: sum((of(roll, report) for report in FACES), Fraction(0)) / len(FACES))


def _chance(probability: str | float, worth: Fraction, fine: Fraction) -> Fraction:
    if not isinstance(probability, str):
        return exact(probability)
    at = threshold(worth * (6 - HARDEST), fine)
    return {"none": Fraction(0), "half": at / 2, "threshold": at, "above": (1 + at) / 2}[probability]
