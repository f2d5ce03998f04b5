import numpy as np
import pytest

from agoranomos.markets.cournot.benchmarks import benchmarks, reclear
from agoranomos.markets.cournot.spec import cournot_spec

MIRROR = cournot_spec()


def test_the_papers_benchmarks():
    at = benchmarks(MIRROR)
    assert at.nash.profit == pytest.approx([13000 / 9] * 2, abs=1e-9)
    assert at.monopoly.quantity == pytest.approx(at.division.quantity, abs=1e-9)
    assert at.monopoly.profit - at.nash.profit == pytest.approx([3200 / 9] * 2, abs=1e-9)  # the collusive rent, 355.56
    assert float(at.competitive.welfare) == pytest.approx(7000, abs=1e-9)
    assert at.shadow_price == pytest.approx([0, 0], abs=1e-9)


def test_the_grim_trigger_critical_discount_factor():
    """(deviation - collusion) / (deviation - Nash) = 200 / 555.56 = 0.36."""
    at = benchmarks(MIRROR)
    assert (2000 - at.division.profit[0]) / (2000 - at.nash.profit[0]) == pytest.approx(0.36, abs=1e-9)


def test_outcomes_come_in_the_published_order():
    assert list(benchmarks(MIRROR).outcomes()) == ["nash", "monopoly", "competitive", "division"]


def test_equal_specifications_share_benchmarks_and_nobody_can_edit_them():
    at = benchmarks(MIRROR)
    assert benchmarks(cournot_spec()) is at
    for outcome in at.outcomes().values():
        for array in outcome[:-1]:
            with pytest.raises(ValueError, match="read-only"):
                array[...] = 0


def test_benchmark_quantities_under_a_realised_demand():
    sold = reclear(MIRROR, benchmarks(MIRROR).nash, [[100, 100], [90, 100]])
    assert sold.price == pytest.approx(np.array([[190 / 3, 190 / 3], [160 / 3, 190 / 3]]), abs=1e-9)
