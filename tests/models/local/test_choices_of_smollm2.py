"""`choose` of the embedded model against samples from it. Skipped where it was not pulled."""

import asyncio

import pytest
from benchmarks.choices import compare

from agoranomos.models import KNOWN_WEIGHTS, open_engine
from agoranomos.models.local.options import missing_local_modules
from agoranomos.models.weights import is_pulled

pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif(
        bool(missing_local_modules()) or not is_pulled(KNOWN_WEIGHTS["smollm2"]),
        reason="needs the [local] extra and `agora models pull smollm2`",
    ),
]


def compared(samples, *, spelled):
    engine = open_engine("smollm2")
    try:
        return asyncio.run(compare(engine, samples, spelled=spelled))
    finally:
        asyncio.run(engine.close())


def test_samples_agree_with_the_probabilities_in_every_order():
    found = compared(100, spelled=False)
    # One false alarm in 2,000 runs of five tests.
    assert all(row["p_value"] > 1e-4 for row in [found["texts"], *found["letters"]])
    assert len(found["letters"]) == 4


@pytest.mark.long
def test_five_thousand_samples_agree_in_every_order_at_fifty_times_the_cost():
    found = compared(5000, spelled=True)
    for row in [found["texts"], *found["letters"]]:
        assert row["p_value"] > 1e-4
        assert row["distance"] < 0.03
        assert row["cost_ratio"] > 50
