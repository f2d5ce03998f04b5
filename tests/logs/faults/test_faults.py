"""The fault matrix, sampled; all of it: `python -m benchmarks.fault_matrix`."""

import os

import pytest

from logs.faults.orders import ORDERS, states_and_violations
from logs.faults.rows import MATRIX
from logs.faults.under_strace import has_strace


@pytest.mark.parametrize("row", MATRIX, ids=lambda row: row.fault)
def test_no_fault_breaks_a_promise(tmp_path, row):
    if row.strace and not has_strace() and "strace" not in os.environ.get("AGORA_REQUIRE", ""):
        pytest.skip("needs strace")
    struck = row.play(tmp_path, row.sample, 3)
    assert struck.times > 0
    assert struck.broken == []


@pytest.mark.parametrize("name", [name for name in ORDERS if name != "recommended"])
def test_a_wrong_order_of_a_commit_is_found(tmp_path, name):
    states, violations = states_and_violations(tmp_path / "order", ORDERS[name], 9)
    assert len(violations) >= states / 50
