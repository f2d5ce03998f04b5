"""What an answer costs does not grow with what is not shown: counted in row groups and octets, not in seconds.

`benchmarks/viewer.py` measures seconds; here it is run in small, so that it keeps working.
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from agoranomos.viewer import run_place
from viewer.conftest import Made, Viewer

Over = Callable[..., Viewer]
DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.fixture(scope="module")
def benchmark() -> Any:
    path = Path(__file__).resolve().parents[2] / "benchmarks" / "viewer.py"
    spec = importlib.util.spec_from_file_location("benchmark_of_the_viewer", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_first_rows_of_ten_thousand_runs_read_one_part_of_the_table(
    benchmark: Any, made: Made, over: Over, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(benchmark, "ROUNDS", 7)  # 70,000 rows in two groups
    benchmark.write_finished(tmp_path / "logs" / "many-00000000", 2_500)
    read: list[int] = []

    class Counting(pq.ParquetFile):  # type: ignore[misc]
        def read_row_groups(self, groups: list[int], **options: Any) -> Any:
            read.append(len(groups))
            return super().read_row_groups(groups, **options)

    monkeypatch.setattr(pq, "ParquetFile", Counting)
    found = over(tmp_path / "logs", made.workspace).json("campaigns/many-00000000/runs?count=100")
    assert (found["total"], len(found["rows"])) == (10_000, 100)
    assert all(row["price"] is not None for row in found["rows"])
    assert read[:2] == [1, 1], "rounds and runs"


def test_a_portion_reads_no_more_than_its_lines(made: Made, over: Over, monkeypatch: pytest.MonkeyPatch) -> None:
    octets: list[int] = []
    read = run_place._read
    monkeypatch.setattr(
        run_place, "_read", lambda path, start, stop: (octets.append(stop - start), read(path, start, stop))[1]
    )
    scans: list[Path] = []
    starts = run_place._starts
    monkeypatch.setattr(run_place, "_starts", lambda path: (scans.append(path), starts(path))[1])
    shown = over(made.logs, made.workspace)
    for first in (0, 10, 20):
        portion = shown.get(shown.run(made.scripted, "governed.divider", 0, f"entries?first={first}&count=10"))
        assert octets[-1] == len(portion.content)
    assert len(octets) == 3
    assert len(scans) == 1, "where lines begin is looked for once"


def test_the_benchmark_gives_its_figures(benchmark: Any, tmp_path: Path) -> None:
    figures = benchmark.measure(tmp_path, 5, 20)
    assert figures["runs"] == 20
    assert figures["long_run"]["all_entries"]["entries"] == figures["long_run"]["entries"] > 20
    for name in ("finished", "under_way"):
        assert set(figures[name]["first_answer"]) == {"cold", "cpu", "warm", "octets"}


def test_the_guide_says_what_was_measured_in_a_browser() -> None:
    found = json.loads((DOCS / "measurements" / "viewer_page.json").read_text())
    guide = " ".join((DOCS / "how-to" / "see-a-run.md").read_text().split())
    scripted, mock = found["bundles"].values()
    for one in (scripted, mock):
        assert f"make {one['octets'] / 1e6:.1f} MB" in guide
        assert f"painted after {one['first_paint_ms'] / 1000:.2f} s" in guide
        assert f"{one['verdict_s']:.1f} s" in guide
        assert one["octets"] <= 20_000_000
        assert one["first_paint_ms"] < 2_000
        assert one["tasks_over_50_ms"] == 0
    longest = max(one[f"{what}_frame_ms_longest"] for one in (scripted, mock) for what in ("scrolling", "sliding"))
    assert f"(the longest {longest:.0f} ms)" in guide
    assert found["rounds"] == 5_000
