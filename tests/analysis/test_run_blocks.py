"""What a campaign comes to does not depend on how many of its runs are read at a time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pyarrow import parquet

from agoranomos.analysis import tables
from agoranomos.analysis.campaign import summarise
from agoranomos.analysis.export import as_json, csv_files
from agoranomos.analysis.run_results import row_means
from agoranomos.analysis.table_rows import FileRows
from agoranomos.analysis.tables import arms_from, open_arms, read_tables
from agoranomos.campaigns.tables import TABLES
from analysis.synthetic import DIVISION, NASH, Arm, Run, noisy, steady, write_campaign


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Runs of different lengths; one is never sold to, one sits out, some are failed or open."""
    sat_out = np.zeros((7, 2), bool)
    sat_out[2:4] = True
    runs = [
        Run(noisy(NASH, 9, 1), root="r0"),
        Run(noisy(NASH, 9, 2), root="r1", acts=[(1, "firm_1", "case"), (3, "firm_2", "fine")]),
        Run(noisy(DIVISION, 7, 3), root="r2", suspended=sat_out, fines=np.full((7, 2), 0.25)),
        Run(np.zeros((7, 2, 2)), root="r3"),
        Run(steady(NASH, 7), status="failed"),
        Run(noisy(NASH, 7, 5), root="r5", repaired=3, failures=["parse", "", "parse"], acts=[(2, "firm_1", "case")]),
    ]
    other = [Run(noisy(DIVISION, 7, seed), root=f"s{seed}") for seed in range(4)]
    return write_campaign(tmp_path / "c", [Arm("a", runs), Arm("b", other, regime="told", told="t")])


def _in_small_groups(folder: Path, rows: int) -> None:
    for path in (folder / "tables").iterdir():
        parquet.write_table(parquet.read_table(path), path, row_group_size=rows)


def test_blocks_and_row_groups_of_any_size_give_the_same_report(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = summarise(folder)
    shown, rows = as_json(whole), csv_files(whole)
    for block, group in ((1, 1), (15, 4), (20, 1000)):
        monkeypatch.setattr(tables, "BLOCK_ROUNDS", block)
        _in_small_groups(folder, group)
        again = summarise(folder)
        assert as_json(again) == shown
        assert csv_files(again) == rows


def test_runs_one_by_one_are_those_of_the_blocks(folder: Path) -> None:
    for held, opened in zip(arms_from(read_tables(folder)), open_arms(folder), strict=True):
        assert opened.roots == held.roots
        assert len(opened.runs) == len(held.runs) == len(opened.roots)
        for one, other in zip(held.runs, opened.runs, strict=True):
            assert one.seed == other.seed
            assert one.root == opened.roots[one.seed]
            for name in ("price", "hhi", "welfare", "profit", "fine", "cv", "suspended", "repaired"):
                np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
            assert (one.acts, one.calls, one.failures) == (other.acts, other.calls, other.failures)


def test_each_run_is_what_its_own_rows_say(folder: Path) -> None:
    arm = open_arms(folder)[0]
    assert [run.rounds for run in arm.runs] == [9, 9, 7, 7, 7]
    assert arm.runs.longest == 9
    assert arm.runs[-1].seed == 5
    assert arm.runs[1].acts == {"case": 1, "fine": 1}
    assert arm.runs[4].failures == {"parse": 2}
    assert arm.runs[4].calls == 3
    assert arm.runs[2].suspended.sum() == 4
    with pytest.raises(IndexError):
        arm.runs[5]
    results = summarise(folder).arms[0].results
    assert [result.seed for result in results] == [0, 1, 2, 3, 5]
    assert results[2].suspended_rounds == 2
    assert results[2].fines == pytest.approx(3.5)
    assert results[-1] == list(results)[-1]
    assert results[1].acts == {"case": 1, "fine": 1}
    free = arm.runs[2].price[[0, 1, 4, 5, 6]]
    assert results[2].price_free == pytest.approx(free.mean())


def test_a_mean_of_rows_skips_what_is_undefined() -> None:
    nan = float("nan")
    cells = np.array([[[1.0, 2.0], [3.0, nan]], [[nan, nan], [nan, nan]], [[1.0, 1.0], [2.0, 4.0]]])
    np.testing.assert_array_equal(row_means(cells), [2.0, nan, 2.0])
    assert np.isnan(row_means(np.zeros((2, 0)))).all()


def test_any_rows_of_a_file_can_be_read(folder: Path) -> None:
    _in_small_groups(folder, 5)
    path = folder / "tables" / "rounds.parquet"
    whole = parquet.read_table(path, columns=["welfare"])
    rows = FileRows(path, TABLES["rounds"].schema, ["welfare"])
    for start in range(0, whole.num_rows + 1, 3):
        for stop in range(start, whole.num_rows + 1, 4):
            assert rows.between(start, stop)["welfare"].to_pylist() == whole["welfare"][start:stop].to_pylist()
