"""Numbers and sentences as a reader meets them."""

import math

import pytest

from agoranomos.analysis.campaign import summarise
from agoranomos.analysis.words import against_nash, answer, bounds, number, p_value, percent, signed
from agoranomos.statistics import mean_interval
from analysis.synthetic import DIVISION, NASH, Arm, Run, noisy, steady, write_campaign


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (number(63.3333), "63.33"),
        (number(-0.001), "0.00"),
        (number(-1234.5, 1), "−1,234.5"),
        (number(math.nan), "–"),
        (signed(2.5, 1), "+2.5"),
        (signed(0.0001), "0.00"),
        (signed(-2.5, 1), "−2.5"),
        (percent(0.6694), "67%"),
        (percent(math.inf), "–"),
        (p_value(0.0312), "0.031"),
        (p_value(4.668e-15), "4.7e−15"),
        (p_value(9.9e-4), "9.9e−4"),
        (p_value(math.nan), "–"),
        (bounds(mean_interval([1, 2, 3])), "−0.48 to 4.48"),
        (bounds(mean_interval([1.0])), "one value has no spread"),
        (against_nash(70, 63.3333333), "10.5% above Nash"),
        (against_nash(60, 63.3333333), "5.3% below Nash"),
        (against_nash(63.34, 63.3333333), "as at Nash"),
        (against_nash(math.nan, 1), "of undefined distance from Nash"),
    ],
)
def test_numbers(shown, expected):
    assert shown == expected


@pytest.fixture(scope="module")
def sentences(tmp_path_factory):
    suspended = Run(steady(NASH * 0), suspended=(NASH < 0).any() | (steady(NASH).sum(axis=2) > 0))
    arms = [
        Arm("u", [Run(steady(DIVISION))] * 2),
        Arm("told", [Run(steady(DIVISION))] * 2, "told", told="t"),
        Arm("ruled", [Run(noisy(NASH, 50, s), root="x") for s in range(2)], "ruled", institution="i"),
        Arm("same", [Run(steady(DIVISION), root="y")] * 2, "same", institution="i"),
        Arm("near", [Run(noisy(DIVISION, 50, s), root="v") for s in range(2)], "near", institution="i"),
        Arm("acts", [Run(steady(DIVISION), root="z", acts=[(6, "firm_1", "case"), (6, "firm_1", "fine")])], "acts",
            institution="i"),
        Arm("closed", [suspended], "closed", institution="i", roster="other"),
        Arm("open", [Run(steady(NASH), status="open")], roster="third"),
    ]  # fmt: skip
    summary = summarise(write_campaign(tmp_path_factory.mktemp("w") / "c", arms))
    return {arm.arm.name: answer(arm, summary.comparisons) for arm in summary.arms}


def test_the_answer_says_price_surplus_welfare_and_tier(sentences):
    assert sentences["u"] == (
        "With 2 runs the price averaged 70.00, 10.5% above Nash; consumers had 67% of their Nash surplus and welfare "
        "was 97% of Nash; the mean tier was 4.00 (severe in 2 of 2 runs)."
    )


def test_an_arm_that_changes_no_entry_says_so(sentences):
    assert sentences["told"] == "Every run equals its pair in u, entry for entry: the answer is the same."


def test_the_ungoverned_arm_stands_beside(sentences):
    assert "the institution accused nobody" in sentences["ruled"]
    assert "below that of u (95% interval of the difference: −" in sentences["ruled"]
    assert sentences["same"].endswith("the price is that of u.")
    assert "the price cannot be told from that of u (difference " in sentences["near"]


def test_an_arm_whose_moves_were_repaired_says_so_at_the_end(tmp_path):
    run = Run(steady(NASH, 10), repaired=10, failures=["invalid"] * 10)
    none = Run(steady(NASH, 10), failures=["invalid"])
    summary = summarise(write_campaign(tmp_path / "c", [Arm("a", [run, none], model="smollm2"), Arm("b", [none])]))
    some, few = (answer(arm, summary.comparisons) for arm in summary.arms)
    assert some.endswith("; 25% of all moves stand in for replies that failed (more than 5% in 1 of 2 runs).")
    assert "failed" not in few


def test_enforcement_is_counted(sentences):
    assert "1.0 cases and imposed 1.0 sanctions a run" in sentences["acts"]
    assert sentences["acts"].startswith("With 1 run the price")


def test_what_is_undefined_is_said(sentences):
    assert "no tier is defined" in sentences["closed"]
    assert sentences["open"] == "No run is finished, so there is no answer yet."
