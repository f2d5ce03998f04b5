"""Tables are written in groups of rows, by any number of processes, and only whole ones take their places."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from agoranomos.campaigns import build_tables, harvest, table_file
from agoranomos.campaigns.columns import Columns
from agoranomos.campaigns.table_file import table_files
from agoranomos.campaigns.tables import RUNS, TABLES
from agoranomos.errors import Finding
from campaigns.laboratory import SCRIPTED, Lab


def _written(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_groups_and_batches_change_no_row(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    made = lab.plan(SCRIPTED)
    lab.run(made)
    folder = build_tables(lab.folder(made), lab.trusted())
    whole = {name: pq.read_table(folder / f"{name}.parquet") for name in TABLES}
    monkeypatch.setattr(harvest, "BATCH_RUNS", 1)
    monkeypatch.setattr(table_file, "GROUP_ROWS", 20)
    build_tables(lab.folder(made), lab.trusted())
    for name, before in whole.items():
        after = pq.read_table(folder / f"{name}.parquet")
        assert after.equals(before), name
        assert after.schema.equals(before.schema, check_metadata=True)
    assert pq.ParquetFile(folder / "rounds.parquet").num_row_groups == whole["rounds"].num_rows // 24


def test_any_number_of_processes_writes_the_same_files(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(harvest, "BATCH_RUNS", 1)
    made = lab.plan(SCRIPTED)
    lab.run(made)
    alone = _written(build_tables(lab.folder(made), lab.trusted(), workers=1))
    assert _written(build_tables(lab.folder(made), lab.trusted(), workers=3)) == alone


def test_a_log_that_is_not_the_ledger_s_leaves_the_tables_as_they_were(lab: Lab) -> None:
    made = lab.plan(SCRIPTED)
    lab.run(made)
    folder = lab.folder(made)
    before = _written(build_tables(folder, lab.trusted()))
    one, other = folder.run(made.arms[0].name, 0), folder.run(made.arms[0].name, 1)
    (one / "checkpoint").write_bytes((other / "checkpoint").read_bytes())
    for workers in (1, 2):
        with pytest.raises(Finding, match="not the log that the ledger closed"):
            build_tables(folder, lab.trusted(), workers=workers)
        assert _written(folder.tables) == before


def test_what_was_begun_and_broken_off_is_taken_away(tmp_path: Path) -> None:
    with table_files(tmp_path, (RUNS,)) as files:
        files["runs"].add(Columns(RUNS).arrow())
    first = _written(tmp_path)
    with pytest.raises(RuntimeError), table_files(tmp_path, (RUNS,)):
        raise RuntimeError
    assert _written(tmp_path) == first
    assert set(first) == {"runs.parquet"}
