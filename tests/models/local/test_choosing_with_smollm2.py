"""The shipped campaign of choices, cut short, with the embedded model. Skipped where it was not pulled."""

from __future__ import annotations

import math
from collections import defaultdict
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from agoranomos.cli.entry import run_command
from agoranomos.models import KNOWN_WEIGHTS
from agoranomos.models.local.options import missing_local_modules
from agoranomos.models.weights import is_pulled

pytestmark = [
    pytest.mark.model,
    pytest.mark.skipif(
        bool(missing_local_modules()) or not is_pulled(KNOWN_WEIGHTS["smollm2"]),
        reason="needs the [local] extra and `agora models pull smollm2`",
    ),
]

CAMPAIGN = Path(__file__).resolve().parents[3] / "campaigns" / "choosing-smollm2.yaml"


def test_smollm2_acts_on_its_distributions_in_both_games(tmp_path: Path) -> None:
    words = ["run", str(CAMPAIGN), "--out", str(tmp_path), "--no-cache", "--set", "seeds=1", "--set", "rounds=2"]
    assert run_command(words) == 0
    (folder,) = tmp_path.iterdir()
    calls = pq.read_table(folder / "tables" / "calls.parquet").to_pylist()
    assert {(row["failure"], row["scored"]) for row in calls} == {("", "direct")}
    rows = pq.read_table(folder / "tables" / "choices.parquet").to_pylist()
    found = defaultdict(list)
    for row in rows:
        found[row["arm"], row["round"], row["agent"]].append(row)
    assert len(found) == len(calls) == 5 * 2 * 2
    for decision in found.values():
        assert math.fsum(row["probability"] for row in decision) == pytest.approx(1, abs=1e-4)
        assert sum(row["chosen"] for row in decision) == 1
        assert len({row["probability"] for row in decision}) > 1  # it is not indifferent
    # Told of a duty, it finds cooperation more probable than where nobody asks for it.
    first = {key[0]: rows[0]["probability"] for key, rows in found.items() if key[1:] == (1, "row")}
    assert first["dilemma-duty"] > first["dilemma-ungoverned"]
