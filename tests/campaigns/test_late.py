"""What a deviation after finished runs does to hypotheses: late where anything that they rest on is not as it was."""

from __future__ import annotations

from typing import Any

import pytest

from agoranomos.campaigns.late import late_hypotheses, withdrawn_hypotheses

OTHERS: dict[str, dict[str, Any]] = {
    "h1": {"first": "governed", "second": "free"},
    "h2": {"first": "governed", "second": "free", "outcome": "tier"},
    "h3": {"first": "governed.a", "second": "free.a", "role": "exploratory"},
}
RULE = {"hypothesis": "h1", "sequence": "t-mixture"}


def plan(rosters: str = "ab", seeds: int = 4, **campaign: Any) -> dict[str, Any]:
    """A plan's document with two regimes for each roster."""
    return {
        "campaign": {"hypotheses": OTHERS, "outcome": "price", "clusters": ["roster"], **campaign},
        "seeds": list(range(seeds)),
        "arms": [
            {"name": f"{regime}.{one}", "regime": regime, "roster": {"name": one}, "market": {"name": "m"}, "rounds": 5}
            for one in rosters
            for regime in ("governed", "free")
        ],
    }


def test_a_plan_that_asks_the_same_makes_nothing_late() -> None:
    assert late_hypotheses(plan(), plan(title="another")) == ()
    assert withdrawn_hypotheses(plan(), plan(title="another")) == ()


@pytest.mark.parametrize(
    "changed",
    [
        {"outcome": "tier"},
        {"clusters": []},
        {"exclude": [{"share": "repaired", "above": 0.1}]},
        {"batches": 2},
        {"stopping": RULE},
        {"seeds": 5},
        {"seeds": 3},
    ],
)
def test_what_all_hypotheses_rest_on_makes_all_of_them_late(changed: dict[str, Any]) -> None:
    assert late_hypotheses(plan(), plan(**changed)) == ("h1", "h2", "h3")
    assert withdrawn_hypotheses(plan(), plan(**changed)) == ("h1", "h2")


def test_another_roster_makes_those_late_that_compare_it() -> None:
    assert late_hypotheses(plan(), plan("abc")) == ("h1", "h2")
    assert late_hypotheses(plan("abc"), plan("ab")) == ("h1", "h2")


def test_a_sequence_holds_however_many_seeds_are_added_behind() -> None:
    assert late_hypotheses(plan(stopping=RULE), plan(stopping=RULE, seeds=9)) == ("h2", "h3")
    before = {**plan(stopping=RULE), "seeds": [3, 2, 1, 0]}
    assert late_hypotheses(before, plan(stopping=RULE, seeds=9)) == ("h1", "h2", "h3")
    other = {**RULE, "level": 0.9}
    assert late_hypotheses(plan(stopping=RULE), plan(stopping=other)) == ("h1", "h2", "h3")


def test_a_hypothesis_that_is_dropped_or_demoted_still_shares_the_error() -> None:
    demoted = {**OTHERS, "h2": {**OTHERS["h2"], "role": "exploratory"}}
    assert late_hypotheses(plan(), plan(hypotheses=demoted)) == ("h2",)
    assert withdrawn_hypotheses(plan(), plan(hypotheses=demoted)) == ("h2",)
    dropped = {"h1": OTHERS["h1"], "new": {"first": "governed", "second": "free", "outcome": "welfare"}}
    assert late_hypotheses(plan(), plan(hypotheses=dropped)) == ("new",)
    assert withdrawn_hypotheses(plan(), plan(hypotheses=dropped)) == ("h2",)
