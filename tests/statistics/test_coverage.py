"""Coverage, sampled: a few hundred samples a case here; all of them are in docs/measurements/coverage.json."""

import json
import math
from pathlib import Path

import pytest
from benchmarks.coverage import BAND, FULL, cases, kept, measure

MEASURED = Path(__file__).resolve().parents[2] / "docs" / "measurements" / "coverage.json"
SAMPLES = 400
QUICK = {
    "mean": 0.95,
    "welch on tiers": 0.95,
    "t over clusters, 6": 0.95,
    "t over clusters, 30": 0.95,
    "t over differences of clusters, 6": 0.95,
    "wild bootstrap-t, 6": 0.95,
    "ordinal over clusters, 6": 0.95,
    "percentile bootstrap over clusters, 6": 0.86,
    "equivalence": 0.05,
}


@pytest.mark.parametrize("name", QUICK)
def test_a_sample_of_each_quick_case_lies_where_the_whole_was_measured(name):
    found = measure(name, SAMPLES, seed=1)
    error = math.sqrt(QUICK[name] * (1 - QUICK[name]) / SAMPLES)
    assert found["share"] == pytest.approx(QUICK[name], abs=3.5 * error + 0.005)
    assert found["without_interval"] == 0


def test_what_was_measured_kept_its_promises():
    rows = {row["case"]: row for row in json.loads(MEASURED.read_text())["cases"]}
    assert rows.keys() <= cases().keys()
    assert all(row["promise"] == cases()[name].promise for name, row in rows.items())
    assert all(row["kept"] for row in rows.values())
    assert all(row["simulations"] >= FULL for name, row in rows.items() if not name.startswith("mixed"))
    for name in ("t over clusters", "t over differences of clusters", "wild bootstrap-t", "ordinal over clusters"):
        for clusters in (6, 30):
            assert BAND[0] <= rows[f"{name}, {clusters}"]["share"] <= BAND[1]
    assert rows["percentile bootstrap over clusters, 6"]["share"] == pytest.approx(0.86, abs=0.02)


def test_a_promise_that_is_not_kept_is_seen():
    assert not kept("holds", 0.93, FULL)
    assert not kept("holds", 0.97, FULL)
    assert kept("cautious", 0.97, FULL)
    assert not kept("cautious", 0.92, FULL)
    assert not kept("falls short", 0.95, FULL)
    assert not kept("level", 0.07, FULL)
