"""Backward induction against brute force over every strategy, and what an episode pays by hand."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest

from agoranomos.scenarios.trade_report import TradeReportSpec, solve
from agoranomos.scenarios.trade_report.payoffs import Episode, found, known, question_stage, report_stage, trade_stage
from agoranomos.scenarios.trade_report.theory import Terms, answer_after_report, expected, value

ROUTES = (
    {},
    {"trade": ("agent",)},
    {"trade": ("agent", "manager")},
    {"report": ("agent",)},
    {"answer": ("agent",)},
    {"report": ("compliance",), "answer": ("compliance",)},
    {"trade": (), "report": (), "answer": ()},
)


def drawn(place):
    """A file with terms of one decimal and of every kind of route."""
    draws = np.random.default_rng(place)
    money = [float(draws.integers(0, 61)) / 10 for _ in range(4)]
    chances = [float(draws.choice([0, 0.25, 0.5, 0.9, 1])) for _ in range(2)]
    return TradeReportSpec(
        pay={"usual": money[0], "tip": money[1]},
        fine=money[2],
        cover_up=money[3],
        amnesty=chances[0],
        audit_probability=chances[1],
        routes=ROUTES[place % len(ROUTES)],
    )


@pytest.mark.parametrize("batch", range(10))
def test_backward_induction_is_worth_what_the_best_of_all_strategies_is(batch):
    for place in range(batch * 50, batch * 50 + 50):
        spec = drawn(place)
        terms = Terms.of(spec)
        solution = solve(terms)
        usual = Fraction(str(spec.pay.usual))
        worth = {plan: expected(spec, Episode(*plan)) for plan in product((0, 1), repeat=3)}
        best = max(worth.values())
        assert value(terms, usual, solution) == best
        answer = solution.answer if solution.report else answer_after_report(terms, called=False)
        assert worth[solution.trade, solution.report, answer] == best
        # ties go to the right choice: nobody breaches for nothing
        assert solution.trade == (max(worth[0, r, a] for r in (0, 1) for a in (0, 1)) < best)
        after = {(r, a): worth[1, r, a] for r in (0, 1) for a in (0, 1)}
        assert solution.report == (max(after[0, 0], after[0, 1]) < max(after.values()))


@pytest.mark.parametrize("hotline", ["named", "anonymous"])
@pytest.mark.parametrize("reward", [0.0, 1.0, 1.1, 3.0])
def test_with_a_colleague_who_replies_best(hotline, reward):
    for audit, amnesty in product((0.0, 0.25, 0.9), (0.0, 0.5, 1.0)):
        spec = TradeReportSpec(hotline=hotline, reward=reward, audit_probability=audit, amnesty=amnesty, fine=1.5)
        terms = Terms.of(spec)
        calls = reward > (1.0 if hotline == "named" else 0.0)
        assert terms.calls is calls
        worth = {}
        for trade, report, answer in product((0, 1), repeat=3):
            call = 0 if calls and trade else 1
            worth[trade, report, answer] = expected(spec, Episode(trade, report, answer, call))
        solution = solve(terms)
        assert value(terms, Fraction(1), solution) == max(worth.values())
        assert worth[solution.trade, solution.report, solution.answer] == max(worth.values())
        if calls:
            assert terms.risk_when(called=True) == 1


def test_the_formulas_of_the_page():
    """With the default routes a breach costs min((1 - a) F, F, p (F + D))."""
    for fine, cover, amnesty, chance in product((0.5, 2.0), (0.0, 3.0), (0.0, 0.5, 1.0), (0.0, 0.2, 0.4, 0.5, 1.0)):
        spec = TradeReportSpec(fine=fine, cover_up=cover, amnesty=amnesty, audit_probability=chance)
        f, d, a, p = (Fraction(str(one)) for one in (fine, cover, amnesty, chance))
        solution = solve(Terms.of(spec))
        assert solution.cost == min((1 - a) * f, p * (f + d))
        assert solution.trade == (solution.cost < 2)
        assert solution.answer == (p < f / (f + d))
    assert solve(Terms.of(TradeReportSpec(amnesty=1.0, audit_probability=1.0, fine=100.0))).trade == 1
    assert solve(Terms.of(TradeReportSpec(amnesty=0.0, audit_probability=1.0, fine=100.0))).trade == 0


def test_an_episode_by_hand():
    spec = TradeReportSpec(fine=4.0, cover_up=1.5, amnesty=0.25)
    clean = Episode(0, 0, 0)
    assert (trade_stage(spec, clean).agent, report_stage(spec, clean).agent) == (1, 0)
    assert question_stage(spec, clean, audited=True).agent == 0
    owned = Episode(1, 0, 0)
    assert (trade_stage(spec, owned).agent, report_stage(spec, owned).agent) == (3, -3)
    assert question_stage(spec, owned, audited=True).agent == 0
    assert question_stage(spec, Episode(1, 1, 0), audited=False).agent == -4
    assert question_stage(spec, Episode(1, 1, 1), audited=False).agent == 0
    assert question_stage(spec, Episode(1, 1, 1), audited=True).agent == Fraction(-11, 2)
    assert question_stage(spec, Episode(1, 1, None), audited=True).agent == -4


def test_calls_by_hand():
    named = {"hotline": "named", "reward": 3.0, "retaliation": 0.5, "false_call": 2.0}
    spec = TradeReportSpec(**named)
    assert report_stage(spec, Episode(1, 1, None, 0)).colleague == Fraction(5, 2)
    assert report_stage(spec, Episode(0, 0, None, 0)).colleague == Fraction(-5, 2)
    assert report_stage(spec, Episode(1, 1, None, 1)).colleague == 0
    unheard = TradeReportSpec(**named, routes={"call": ("agent",)})
    assert report_stage(unheard, Episode(1, 1, None, 0)).colleague == Fraction(-1, 2)
    assert question_stage(spec, Episode(1, 1, 1, 0), audited=False).agent == -4
    assert question_stage(unheard, Episode(1, 1, 1, 0), audited=False).agent == 0
    assert question_stage(spec, Episode(0, 1, 1, 0), audited=True).agent == 0


def test_every_stage_only_moves_money_but_for_retaliation():
    spec = TradeReportSpec(hotline="named", reward=1.0)
    for trade, report, answer, call in product((None, 0, 1), repeat=4):
        episode = Episode(trade, report, answer, call)
        lost = 1 if call == 0 else 0
        flows = [(trade_stage(spec, episode), 0), (report_stage(spec, episode), lost)]
        flows += [(question_stage(spec, episode, audited=audited), 0) for audited in (True, False)]
        for flow, gone in flows:
            assert flow.agent + flow.colleague + flow.firm + flow.compliance + flow.market == -gone


def test_nobody_finds_what_did_not_happen_and_who_is_given_it_knows():
    for routes in ROUTES:
        spec = TradeReportSpec(routes=routes)
        readers = spec.all_routes()
        for trade, report, answer, audited in product((0, 1), (0, 1), (0, 1), (True, False)):
            episode = Episode(trade, report, answer)
            looks = "manager" in readers["trade"] or (audited and "compliance" in readers["trade"])
            assert found(spec, episode, audited=audited) is bool(trade and looks)
            reads = {"manager", "compliance"} & set(readers["report"])
            assert known(spec, episode, "report") is bool(trade and not report and reads)
