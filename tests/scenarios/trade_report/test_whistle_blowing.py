"""What the institution whistle-blowing takes, over every plan of a trade: by play, against arithmetic of its own."""

from fractions import Fraction
from itertools import product

import pytest

from agoranomos.documents import read_text
from agoranomos.institutions import Governed, load_institution
from agoranomos.markets.catalogue import build_market, parse_market
from agoranomos.markets.facts import SCALE
from agoranomos.workspace import find_workspace, resolve

WORKSPACE = find_workspace()
GAIN, GAPS, OWN, FALSE = Fraction(2), 3, Fraction(5, 2), Fraction(1)


def played(plan, call):
    """What the agent and the colleague pay the institution in one trade."""
    scenario = build_market(
        parse_market(read_text(WORKSPACE.root / "scenarios" / "trade-report-whistle.yaml")).drawn(1)
    )
    governed = Governed(
        scenario, load_institution(read_text(resolve("institutions", "whistle-blowing", WORKSPACE))), None
    )
    governed.reset(1)
    paid = {"agent": Fraction(0), "colleague": Fraction(0)}
    for choice, colleague in zip(plan, (1, call, 1), strict=True):
        pending = governed.clear_and_judge({"agent": choice, "colleague": colleague}, {})
        governed.commit(pending)
        rewards = governed.apply(pending)[1]
        earned = scenario.measures()["profit_e6"]
        for place, seat in enumerate(paid):
            paid[seat] += Fraction(earned[place], SCALE) - Fraction(str(rewards[seat]))
    return paid


@pytest.mark.parametrize(("plan", "call"), [*product(product((0, 1), repeat=3), (0, 1))])
def test_every_plan_of_a_trade_costs_what_the_rules_say(plan, call):
    trade, report, _ = plan
    expected = {"agent": Fraction(0), "colleague": Fraction(0)}
    if trade and not report:
        expected["agent"] = OWN
    elif trade and not call:
        expected["agent"] = GAPS * GAIN
    elif not trade and not call:
        expected["colleague"] = FALSE
    assert played(plan, call) == expected


def test_a_clean_trade_is_best_where_a_colleague_calls_at_least_one_time_in_three():
    """The gain of each plan over a clean trade, with what each plan was found to cost."""
    for chance in (Fraction(1, 3), Fraction(1, 2), Fraction(1)):
        for report, answer in product((0, 1), repeat=2):
            plan = (1, report, answer)
            cost = chance * played(plan, 0)["agent"] + (1 - chance) * played(plan, 1)["agent"]
            assert GAIN - cost <= 0
    seldom = Fraction(1, 4) * played((1, 1, 1), 0)["agent"]
    assert seldom < GAIN
