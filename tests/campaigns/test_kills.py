"""A sample of `benchmarks/kills.py`, in a process of its own: it forks, and forks nothing that has threads."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from benchmarks.kills import keeps  # noqa: E402

from agoranomos.logs.merkle import CompactRange, leaf_hashes  # noqa: E402


def test_kills_at_random_moments_lose_nothing_acknowledged_and_change_no_table(tmp_path: Path) -> None:
    out = tmp_path / "kills.json"
    command = [sys.executable, "-m", "benchmarks.kills", "--kills", "8", "--seed", "7", "--out", str(out)]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    measured = json.loads(out.read_text())
    assert (measured["kills"], measured["broken"]) == (8, 0)
    assert measured["acknowledgements_checked"] > 100


def test_a_lost_or_changed_entry_would_be_found() -> None:
    entries = (b"a", b"b", b"c")
    tree = CompactRange()
    tree.extend(leaf_hashes(entries))
    root = tree.root().hex()
    assert keeps((*entries, b"d"), 3, root)
    assert not keeps(entries[:2], 3, root)
    assert not keeps((b"a", b"x", b"c"), 3, root)


def test_the_full_measurement_struck_two_hundred_times_and_broke_nothing() -> None:
    measured = json.loads((ROOT / "docs" / "measurements" / "kills.json").read_text())
    assert measured["kills"] >= 200
    assert measured["broken"] == 0
