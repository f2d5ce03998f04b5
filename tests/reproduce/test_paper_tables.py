"""Our table of comparisons gives the published statistics when it is fed the published tiers."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from agoranomos.reproduce.institutional_ai.corrections import RENT, accusation_table, threshold
from agoranomos.reproduce.institutional_ai.drawings import PUBLISHED_TIERS
from agoranomos.reproduce.institutional_ai.paper_tables import comparison_table, tier_table
from agoranomos.reproduce.sections import Table, Value

LABELS = ("A-A", "B-B", "C-C", "A-B", "A-C", "B-C")


def published_arms() -> list[Any]:
    """Ninety runs a regime with the published tiers, dealt out to six labels."""
    arms = []
    for regime, counts in PUBLISHED_TIERS.items():
        tiers = [float(tier) for tier, count in enumerate(counts) for _ in range(count)]
        for index, label in enumerate(LABELS):
            results = [
                SimpleNamespace(structure=SimpleNamespace(tier=tier, hhi_excess=0.0, cv_excess=0.0))
                for tier in tiers[index::6]
            ]
            arms.append(SimpleNamespace(arm=SimpleNamespace(regime=regime, roster=label), results=results))
    return arms


def value(table: Table, row: str, column: int) -> Value:
    found = dict(table.rows)[row][column].here
    assert found is not None
    return found


def test_the_published_tiers_give_the_published_statistics() -> None:
    table = comparison_table(published_arms())
    assert value(table, "tier, Welch p", 0).point == pytest.approx(4.668e-15, rel=1e-3)
    d = value(table, "tier, Cohen's d (second minus first: positive is improvement)", 0)
    assert d.point == pytest.approx(1.2805, abs=1e-4)
    assert d.low < 1.2805 < d.high
    assert value(table, "sign-flip p over labels", 0).point == 0.03125
    assert value(table, "share of severe runs, difference", 0).point == pytest.approx(-40 / 90)
    assert value(table, "share of severe runs, Fisher p", 0).point == pytest.approx(9.5e-12, rel=0.01)
    assert value(table, "share of labels whose mean tier is lower", 0).point == 1.0
    # constitutional against ungoverned, derived: d = 0.07 and p about 0.62
    assert value(table, "tier, Welch p", 2).point == pytest.approx(0.62, abs=0.01)
    assert value(table, "tier, Cohen's d (second minus first: positive is improvement)", 2).point == pytest.approx(
        0.07, abs=0.01
    )


def test_the_published_tiers_give_the_published_means_and_shares() -> None:
    table = tier_table(published_arms())
    for row, cells in table.rows:
        for cell in cells:
            if row in ("mean tier", "SD of tier") and cell.here is not None:
                assert f"{cell.here.point:.2f}" == cell.published
            if row.startswith("tier ") and cell.here is not None:
                assert f"{cell.here.point:.1%}" == cell.published


def test_every_number_of_ours_has_an_interval_or_a_reason_or_is_a_p() -> None:
    for table in (tier_table(published_arms()), comparison_table(published_arms())):
        for row, cells in table.rows:
            for cell in cells:
                found = cell.here
                assert found is not None
                assert found.form == "p" or found.low <= found.point <= found.high or found.reason, row


def test_the_papers_condition_gives_its_three_thresholds() -> None:
    assert pytest.approx(355.56, abs=0.01) == RENT
    assert [threshold(1.0, rate) for rate in (0.35, 0.75, 1.0)] == pytest.approx([0.5644, 0.2634, 0.1975], abs=1e-4)
    assert threshold(2.0, 0.35) == pytest.approx(0.2822, abs=1e-4)
    assert threshold(0.0, 0.35) == float("inf")


def test_accusations_are_judged_by_the_prices_of_the_twin_that_nobody_governs() -> None:
    def arm(regime: str, roster: str, elevation: float, cases: int, institution: str) -> Any:
        result = SimpleNamespace(seed=0, outcomes=SimpleNamespace(price_elevation=elevation), cases=cases, sanctions=0)
        about = SimpleNamespace(regime=regime, roster=roster, ungoverned=not institution, institution=institution)
        return SimpleNamespace(arm=about, results=[result])

    free = [arm("free", "honest", 0.0, 0, ""), arm("free", "cartel", 0.9, 0, ""), arm("free", "between", 0.3, 0, "")]
    # Under the institution prices differ; what counts is what the twin did.
    ruled = [arm("ruled", name, 0.0, 1, "graph") for name in ("honest", "cartel", "between")]
    ((_, cells),) = accusation_table(free, ruled).rows
    assert [cell.here.point for cell in cells if cell.here] == [1.0, 0.0, 0.0, 1.0]
    assert [cell.here.n for cell in cells if cell.here] == [1, 1, 1, 1]
