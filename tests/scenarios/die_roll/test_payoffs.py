"""What a round is worth to whom: by hand, and over every roll, report, statement and route."""

from fractions import Fraction
from itertools import product

import pytest

from agoranomos.scenarios.die_roll import DieRollSpec
from agoranomos.scenarios.die_roll.payoffs import ADMITS, CLAIMS, NOTHING, outcome, pays_for, principal_knew

FACES = range(1, 7)


def test_by_hand():
    spec = DieRollSpec(share=0.25, cents=2.0, check={"probability": 0.0, "fine": 3.0})
    truth = outcome(spec, 2, 2, NOTHING, looked=False)
    assert (truth.agent, truth.principal, truth.payer) == (1, 3, -4)
    lie = outcome(spec, 2, 6, NOTHING, looked=False)
    assert (lie.agent, lie.principal, lie.payer, lie.found) == (3, 9, -12, False)
    found = outcome(spec, 2, 6, NOTHING, looked=True)
    assert (found.agent, found.principal, found.payer, found.found) == (-2, 3, -1, True)
    none = outcome(spec, 2, None, NOTHING, looked=True)
    assert (none.agent, none.principal, none.payer, none.misreported) == (0, 0, 0, None)


def test_every_round_only_moves_money():
    tables = ("agent", "principal", "payer")
    for receivers in [(), ("payer",), ("principal", "payer")]:
        for seen in [("agent",), ("agent", "payer")]:
            spec = DieRollSpec(routes={"report": receivers, "roll": seen})
            for roll, report, looked in product(FACES, [None, *FACES], (True, False)):
                found = outcome(spec, roll, report, NOTHING, looked=looked)
                assert sum(getattr(found, party) for party in tables) == 0
                assert found.misreported is (None if report is None else report != roll)
                knows = "payer" in receivers and (looked or "payer" in seen)
                assert found.found is (report is not None and report != roll and knows)


def test_the_payer_goes_by_what_it_was_given_and_by_nothing_else():
    for roll, report in product(FACES, FACES):
        assert pays_for({}).points == Fraction(7, 2)
        assert pays_for({"roll": roll}).points == roll
        assert pays_for({"report": report}).points == report
        both = pays_for({"roll": roll, "report": report, "statement": CLAIMS})
        assert (both.points, both.found) == (roll, roll != report)


@pytest.mark.parametrize("open_", [True, False])
def test_a_payer_who_is_not_given_the_report_pays_the_same_whatever_it_was(open_):
    spec = DieRollSpec(routes={"report": ("payer",) if open_ else ("principal",)})
    for roll in FACES:
        payments = {outcome(spec, roll, report, NOTHING, looked=False).payer for report in FACES}
        assert len(payments) == (6 if open_ else 1)


def test_what_the_principal_knows():
    asked = {"responsibility": "asked"}
    blind = DieRollSpec(**asked, routes={"report": ("payer",), "statement": ("payer",)})
    told = DieRollSpec(**asked)
    seeing = DieRollSpec(**asked, routes={"roll": ("agent", "principal"), "statement": ()})
    for roll, report, said in product(FACES, FACES, (NOTHING, CLAIMS, ADMITS)):
        assert not principal_knew(outcome(blind, roll, report, said, looked=True))
        assert principal_knew(outcome(told, roll, report, said, looked=False)) is (said == ADMITS)
        assert principal_knew(outcome(seeing, roll, report, said, looked=False)) is (roll != report)
