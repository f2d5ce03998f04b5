"""Coverage, sampled: a few hundred samples a case here; all of them are in docs/measurements/coverage.json."""

import json
import math
import re
from decimal import ROUND_HALF_UP, Decimal
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
IN_THE_BAND = (
    "t over clusters",
    "t over differences of clusters",
    "wild bootstrap-t",
    "mixed model",
    "mixed model of a treatment",
    "mixed model without slopes",
    "ordinal over clusters",
)
PAGE = Path(__file__).resolve().parents[2] / "docs" / "explanation" / "statistics.md"
ON_THE_PAGE = {
    "wild cluster bootstrap-t": "wild bootstrap-t",
    "wild cluster bootstrap-t of a treatment": "wild bootstrap-t of a treatment",
    "mixed model of a treatment with one effect for all": "mixed model without slopes",
    "mixed model with batches in rosters": "mixed model with batches",
    "proportional odds, jackknife over clusters": "ordinal over clusters",
}
"""What the page calls a case, where it says it in other words."""


@pytest.mark.parametrize("name", QUICK)
def test_a_sample_of_each_quick_case_lies_where_the_whole_was_measured(name):
    found = measure(name, SAMPLES, seed=1)
    error = math.sqrt(QUICK[name] * (1 - QUICK[name]) / SAMPLES)
    assert found["share"] == pytest.approx(QUICK[name], abs=3.5 * error + 0.005)
    assert found["without_interval"] == 0


def test_what_was_measured_kept_its_promises():
    rows = {row["case"]: row for row in json.loads(MEASURED.read_text())["cases"]}
    assert all(row["promise"] == cases()[name].promise for name, row in rows.items())
    assert all(row["kept"] for row in rows.values())
    assert rows.keys() == cases().keys()
    assert all(row["simulations"] >= FULL for row in rows.values())
    for name in IN_THE_BAND:
        for clusters in (6, 30):
            assert BAND[0] <= rows[f"{name}, {clusters}"]["share"] <= BAND[1]
    assert rows["percentile bootstrap over clusters, 6"]["share"] == pytest.approx(0.86, abs=0.02)


def test_the_page_says_what_was_measured():
    rows = {row["case"]: row["share"] for row in json.loads(MEASURED.read_text())["cases"]}
    told = re.findall(r"^\| ([^|]+?) \| \W*([\d.]+)%\W* \| \W*([\d.]+)%\W* \|$", PAGE.read_text(), re.MULTILINE)
    assert len(told) == 11
    for name, *percents in told:
        case = ON_THE_PAGE.get(name, name)
        shares = [100 * Decimal(str(rows[f"{case}, {clusters}"])) for clusters in (6, 30)]
        assert percents == [str(share.quantize(Decimal("0.1"), ROUND_HALF_UP)) for share in shares], name


def test_a_promise_that_is_not_kept_is_seen():
    assert not kept("holds", 0.93, FULL)
    assert not kept("holds", 0.97, FULL)
    assert kept("cautious", 0.97, FULL)
    assert not kept("cautious", 0.92, FULL)
    assert not kept("falls short", 0.95, FULL)
    assert not kept("level", 0.07, FULL)
