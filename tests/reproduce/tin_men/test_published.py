"""The counts add up to what was stated of them, and the tests that were stated come out of them again."""

from __future__ import annotations

import math

import pytest
from scipy import stats

from agoranomos.reproduce.tin_men.published import COMPANY_SEES, CONDITIONS, TEMPERATURES, published
from agoranomos.reproduce.tin_men.recomputed import (
    concealment_gap,
    contrasts,
    counts_of,
    gap_given_override,
    logit,
    worst_case,
)
from agoranomos.statistics import wilson_interval

FOUND = published()


def test_they_are_the_960_calls_of_two_models_and_39_could_not_be_parsed() -> None:
    assert {(cell.model, cell.seen_by, cell.temperature) for cell in FOUND.choices} == {
        (model, condition, temperature)
        for model in ("gpt-3.5", "gpt-4")
        for condition in CONDITIONS
        for temperature in TEMPERATURES
    }
    calls = sum(cell.of for cell in FOUND.choices) + sum(cell.of for cell in FOUND.film)
    parsed = sum(cell.parsed for cell in FOUND.choices) + sum(cell.parsed for cell in FOUND.film)
    assert (calls, calls - parsed) == (960, 39)
    assert dict(FOUND.unread("gpt-3.5")) == {"both": 2, "customer only": 9, "company only": 1, "neither": 19}
    assert set(FOUND.unread("gpt-4").values()) == {0}


def test_what_was_imputed_chose_the_company_in_two_calls_and_in_no_other() -> None:
    """A parsed choice is one of all choices, so what was read from the text alone is the rest."""
    imputed = {}
    for cell in FOUND.choices:
        more, calls = cell.company - cell.parsed_company, cell.of - cell.parsed
        assert 0 <= more <= calls
        if calls:
            imputed[cell.seen_by, cell.temperature] = more
    assert {key: count for key, count in imputed.items() if count} == {("both", 0.2): 2}


@pytest.mark.parametrize(
    ("seen_by", "count", "percent", "low", "high"),
    [
        ("both", 43, 72, 59, 81),
        ("customer only", 0, 0, 0, 6),
        ("company only", 39, 65, 52, 76),
        ("neither", 2, 3, 1, 11),
    ],
)
def test_pooled_shares_have_the_stated_intervals(seen_by: str, count: int, percent: int, low: int, high: int) -> None:
    assert FOUND.pooled("gpt-3.5", seen_by) == (count, 60)
    share = wilson_interval(count, 60)  # of the first, 81.49% above was stated as 82
    assert [round(100 * number) for number in (share.point, share.low, share.high)] == [percent, low, high]


def hypergeometric(a: int, n: int, c: int, m: int) -> float:
    """Fisher's p, term by term in whole numbers."""
    ways = [math.comb(n, k) * math.comb(m, a + c - k) for k in range(a + c + 1)]
    return sum(way for way in ways if way <= ways[a]) / math.comb(n + m, a + c)


def test_the_stated_tests_come_out_again() -> None:
    company, customer, *others = contrasts(FOUND)
    assert (company.first, company.second) == ((82, 120), (2, 120))
    assert company.test.p == pytest.approx(2e-31, rel=0.5)
    assert (customer.first, customer.second) == ((43, 120), (41, 120))
    assert customer.test.p == pytest.approx(0.89, abs=0.005)
    assert [one.test.p for one in others] == pytest.approx([0.013] * 3, abs=0.0005)
    for one in (company, customer, *others):
        assert one.test.p == pytest.approx(hypergeometric(*one.first, *one.second), rel=1e-6)
    assert [one.adjusted for one in (company, customer)] == pytest.approx([5 * company.test.p, customer.test.p])
    assert [one.adjusted for one in others] == pytest.approx([4 * others[0].test.p] * 3)


def test_without_the_imputed_choices_the_effect_of_the_company_stays() -> None:
    company, customer, *_ = contrasts(FOUND, parsed=True)
    assert (company.first, company.second) == ((80, 117), (2, 92))
    assert company.test.p < 1e-20
    assert (customer.first, customer.second) == ((41, 109), (41, 100))
    assert customer.test.p > 0.5


def test_whatever_was_missing_the_company_effect_is_large() -> None:
    """80 of 117 with 3 missing against 2 of 92 with 28 missing: the extremes by hand."""
    found = worst_case(counts_of(FOUND, "gpt-3.5", parsed=True), FOUND.unread("gpt-3.5"), COMPANY_SEES)
    assert (found.least, found.most) == pytest.approx((80 / 120 - 30 / 120, 83 / 120 - 2 / 120))
    assert found.missing == 31
    assert found.low > 0.25


def test_the_concealment_gap_is_98_points() -> None:
    found = concealment_gap(FOUND, "gpt-4")
    assert round(100 * found.difference) == 98
    low, high = stats.binomtest(59, 60).proportion_ci(method="wilson")
    low_other, high_other = stats.binomtest(0, 60).proportion_ci(method="wilson")
    share = 59 / 60
    assert found.low == pytest.approx(share - math.hypot(share - low, high_other))
    assert found.high == pytest.approx(share + math.hypot(high - share, low_other))
    assert gap_given_override(FOUND, "gpt-4") == found
    assert gap_given_override(FOUND, "gpt-3.5") is None
    assert FOUND.wider.counts == {"customer only": 1, "company only": 60}


def test_disclosures_are_the_only_counts_that_their_percentages_can_be() -> None:
    shown = {
        (row.model, row.code): [f"{100 * row.counts[condition] / row.of:.0f}" for condition in CONDITIONS]
        for row in FOUND.disclosure
    }
    assert shown == {
        ("gpt-3.5", "names the company"): ["72", "0", "97", "32"],
        ("gpt-4", "names the company"): ["38", "0", "98", "98"],
        ("gpt-4", "mentions profit or shareholders"): ["18", "0", "63", "42"],
    }


def test_the_logit_of_the_separated_cells_has_the_closed_form() -> None:
    neither, company, customer, both = logit(counts_of(FOUND, "gpt-3.5"))

    def odds(count: int) -> float:
        return math.log((count + 0.5) / (60 - count + 0.5))

    assert neither.estimate == pytest.approx(odds(2), abs=1e-6)
    assert company.estimate == pytest.approx(odds(39) - odds(2), abs=1e-6)
    assert customer.estimate == pytest.approx(odds(0) - odds(2), abs=1e-6)
    assert both.estimate == pytest.approx(odds(43) - odds(39) - odds(0) + odds(2), abs=1e-6)
    assert company.low > 0
    assert customer.low < 0 < customer.high
