"""What a round comes to: what each party was given of it, what the payer made of that, and who earned what.

The payer knows what was delivered to it and nothing else. It pays for the report where it has no roll to hold it
against, for the roll where it has one, and for the mean of a roll where it has neither.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from agoranomos.scenarios.die_roll.spec import PAYER, PRINCIPAL, REPORT, ROLL, STATEMENT, DieRollSpec
from agoranomos.scenarios.die_roll.theory import EXPECTED, Terms, exact
from agoranomos.scenarios.parties import delivered

NOTHING, CLAIMS, ADMITS = 0, 1, 2
"""What is said of a report: nothing, that it is what was rolled, that it was changed."""

STATEMENTS = ("nothing", "claims", "admits")


@dataclass(frozen=True, slots=True)
class Paid:
    """How many points the payer pays for, and whether it found that the report differs from the roll."""

    points: Fraction
    found: bool


@dataclass(frozen=True, slots=True)
class Outcome:
    """One round. `report` is None of an agent that gave none; payoffs are in cents.

    `given` says what each party was delivered, `watched` whether the payer had the roll, `last` whether the round is
    the last of the run, and `honest` whether every report so far was the roll (None: there was none).
    """

    roll: int
    report: int | None
    statement: int
    given: Mapping[str, Mapping[str, int]]
    watched: bool
    found: bool
    agent: Fraction
    principal: Fraction
    payer: Fraction
    last: bool = False
    honest: bool | None = None

    @property
    def misreported(self) -> bool | None:
        """Whether the report is not the roll."""
        return None if self.report is None else self.report != self.roll


def pays_for(given: Mapping[str, int]) -> Paid:
    """What the payer does with what it was given of a round in which there was a report."""
    report, roll = given.get(REPORT), given.get(ROLL)
    if report is None:
        return Paid(EXPECTED if roll is None else Fraction(roll), False)
    if roll is None:
        return Paid(Fraction(report), False)
    return Paid(Fraction(roll), report != roll)


def knows(given: Mapping[str, int]) -> bool:
    """Whether who was given this knows that the report is not the roll, as far as it can be known from it."""
    report, roll = given.get(REPORT), given.get(ROLL)
    compared = report is not None and roll is not None and report != roll
    return compared or given.get(STATEMENT) == ADMITS


def outcome(
    spec: DieRollSpec, roll: int, report: int | None, statement: int, *, looked: bool, terms: Terms | None = None
) -> Outcome:
    """The round in which `report` is given of `roll`, and the payer `looked` at the roll or did not.

    `terms` are those of the specification, by default worked out from it.
    """
    items = {ROLL: roll} if report is None else {ROLL: roll, REPORT: report}
    if report is not None and spec.responsibility == "asked":
        items[STATEMENT] = statement
    given = delivered(spec.all_routes(), items, spec.parties())
    if looked:
        given[PAYER] = {**given[PAYER], ROLL: roll}
    paid = Paid(Fraction(0), False) if report is None else pays_for(given[PAYER])
    terms = terms or Terms.of(spec)
    pay = exact(spec.cents) * paid.points
    fine = terms.fine if paid.found else Fraction(0)
    agent = terms.worth * paid.points
    return Outcome(
        roll=roll,
        report=report,
        statement=statement,
        given=given,
        watched=ROLL in given[PAYER],
        found=paid.found,
        agent=agent - fine,
        principal=pay - agent,
        payer=fine - pay,
    )


def principal_knew(outcome: Outcome) -> bool:
    """Whether the principal knows of the misreport from what it was given."""
    return knows(outcome.given[PRINCIPAL])
