"""The page on early warning says what the committed measurement says, and that is what the library calculates today."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from agoranomos.statistics.early_warning import alarm_by_round, alarm_within, calibrated, delay_after
from agoranomos.workspace import library_root

DOCS = library_root() / "docs"
PAGE = " ".join((DOCS / "how-to" / "warn-early-of-drift.md").read_text().split())
MEASURED: dict[str, Any] = json.loads((DOCS / "measurements" / "tipping_power.json").read_text())
HORIZON, FALSE_ALARMS, CHANGE = MEASURED["horizon"], MEASURED["false_alarms"], MEASURED["change"]


@pytest.mark.parametrize("agents", [1, 2, 8, 16])
def test_false_alarms_and_delays_are_the_committed_ones(agents: int) -> None:
    chart = calibrated(agents, 0.2, 0.6, HORIZON, FALSE_ALARMS)
    (silent,) = [row for row in MEASURED["silence"] if row["agents"] == agents]
    assert alarm_by_round(chart, [0.2] * HORIZON)[-1] == pytest.approx(silent["exact"], rel=1e-9)
    for row in MEASURED["warnings"]:
        if row["agents"] == agents:
            delay = delay_after(chart, 0.2, [row["high"]] * CHANGE, CHANGE)
            assert (row["limit"], row["median"], row["ninth"]) == (chart.limit, delay.median, delay.quantile(0.9))


def test_what_persistence_does_is_as_committed() -> None:
    blind = calibrated(8, 0.2, 0.6, HORIZON, FALSE_ALARMS)
    for row in MEASURED["persisting"]:
        again = row["persistence"]
        assert alarm_within(blind, 0.2, HORIZON, again) == pytest.approx(row["taken_for_independent"], rel=1e-6)
    row = next(row for row in MEASURED["persisting"] if row["persistence"] == 0.5)
    own = calibrated(8, 0.2, 0.6, HORIZON, FALSE_ALARMS, 0.5)
    assert own.limit == row["limit"]
    assert alarm_within(own, 0.2, HORIZON, 0.5) == pytest.approx(row["stated"], rel=1e-6)


def row_of(label: str) -> list[str]:
    """The cells of a row of the page's tables."""
    found = re.search(rf"\| {re.escape(label)} \|([^|]*(?:\|[^|]*){{4}})\|", PAGE)
    assert found is not None, label
    return [cell.strip() for cell in found[1].split("|")]


def test_the_page_tells_persistence_as_committed() -> None:
    rows = MEASURED["persisting"]
    assert row_of("stated") == [f"{100 * row['stated']:.1f}%" for row in rows]
    assert row_of("median delay of a step to 0.6, stated, of agents who do not persist") == [
        str(row["median"]) for row in rows
    ]
    told = [float(cell.rstrip("%")) for cell in row_of("false alarms in 50 rounds, persistence not stated")]
    assert told == pytest.approx([100 * row["taken_for_independent"] for row in rows], abs=0.5)


def test_the_page_tells_delays_as_committed() -> None:
    known = {(row["agents"], row["high"]): (row["median"], row["ninth"]) for row in MEASURED["warnings"]}
    (median, ninth), (fifth_median, fifth_ninth), (fourth_median, fourth_ninth) = (
        known[8, high] for high in (0.6, 0.5, 0.4)
    )
    assert f"warned of in {median} rounds in half of the cases and in {ninth} in nine of ten" in PAGE
    assert f"To 0.5: {fifth_median} and {fifth_ninth} rounds. To 0.4: {fourth_median} and {fourth_ninth}." in PAGE
    assert (
        f"Two agents take {known[2, 0.6][0]} rounds, one takes {known[1, 0.6][0]}; sixteen take {known[16, 0.6][0]}."
        in PAGE
    )
    (slow,) = [row for row in MEASURED["slow_drifts"] if row["rounds"] == 25]
    told = f"warned of after {slow['median']} (median), when the share is {slow['share_at_median']:.2f}"
    assert told in PAGE
    (silent,) = [row for row in MEASURED["silence"] if row["agents"] == 8]
    assert f"the chance of a false alarm in 50 rounds is {100 * silent['exact']:.1f}%" in PAGE
    (alone,) = [row for row in MEASURED["warnings"] if (row["agents"], row["high"]) == (1, 0.6)]
    assert f"{100 * alone['windowed']['warned']:.0f}% of its steps to 0.6 are found" in PAGE


def test_the_page_tells_change_points_as_committed() -> None:
    def called(kind: str, agents: int, rounds: int) -> float:
        rows = MEASURED["change_points"]
        cell = (kind, agents, rounds, 0.6)
        return next(
            100 * row["called"] for row in rows if (row["kind"], row["agents"], row["rounds"], row["high"]) == cell
        )

    assert f"finds {called('tipping', 8, 50):.0f}% of such steps in *one* group" in PAGE
    assert f"{called('tipping', 16, 50):.0f}% among 16, {called('tipping', 64, 50):.1f}% among 64" in PAGE
    assert f"{called('tipping', 8, 12):.0f}% of 8, {called('tipping', 64, 12):.0f}% of 64" in PAGE
    hazard, fewest = called("constant-hazard", 8, 50), called("constant-hazard", 2, 50)
    assert (
        f"called tipping in {hazard:.0f}% of groups of eight over 50 rounds and in {fewest:.0f}% of groups of two"
        in PAGE
    )
