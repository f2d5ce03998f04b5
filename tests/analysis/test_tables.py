"""Reading tables: what is malformed is refused in words."""

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet

from agoranomos.analysis.tables import arms_from, read_tables
from agoranomos.errors import MachineError, UsageError
from analysis.synthetic import NASH, Arm, Run, steady, write_campaign


@pytest.fixture
def folder(tmp_path):
    return write_campaign(tmp_path / "c", [Arm("a", [Run(steady(NASH, 3)), Run(steady(NASH, 2))])])


def rewrite(folder, name, change):
    path = folder / "tables" / f"{name}.parquet"
    parquet.write_table(change(parquet.read_table(path)), path)


def test_arrays_have_a_row_a_round(folder):
    arm = arms_from(read_tables(folder))[0]
    assert [run.rounds for run in arm.runs] == [3, 2]
    assert arm.runs[0].price.shape == (3, 2)
    assert arm.runs[0].price == pytest.approx(190 / 3)
    assert arm.runs[1].profit == pytest.approx(13000 / 9)
    assert arm.benchmarks["nash"].welfare == pytest.approx(50200 / 9)


def test_null_lists_and_entries_are_nan(tmp_path):
    nothing = np.zeros((2, 2, 2))
    folder = write_campaign(tmp_path / "c", [Arm("a", [Run(nothing)])])
    rewrite(folder, "rounds", lambda t: t.set_column(7, "price_elevation", pa.nulls(2, pa.list_(pa.float64()))))
    run = arms_from(read_tables(folder))[0].runs[0]
    assert np.isnan(run.hhi).all()
    assert np.isnan(run.cv).all()
    assert np.isnan(run.price_elevation).all()
    assert run.price_elevation.shape == (2, 2)


def test_a_folder_without_tables_is_wrong_usage(tmp_path):
    with pytest.raises(UsageError, match="no tables"):
        read_tables(tmp_path)


def test_an_unreadable_table_is_named(folder):
    (folder / "tables" / "rounds.parquet").write_bytes(b"not parquet")
    with pytest.raises(MachineError, match=r"rounds\.parquet"):
        read_tables(folder)
    (folder / "tables" / "rounds.parquet").unlink()
    with pytest.raises(MachineError, match=r"rounds\.parquet"):
        read_tables(folder)


def test_another_version_is_refused(folder):
    rewrite(folder, "runs", lambda t: t.replace_schema_metadata({"agora_version": "99"}))
    with pytest.raises(MachineError, match="version 99"):
        read_tables(folder)


def test_a_missing_column_is_named(folder):
    rewrite(folder, "agents", lambda t: t.drop_columns(["cv"]))
    with pytest.raises(MachineError, match="'cv'"):
        read_tables(folder)


def test_rows_that_are_cut_short_or_out_of_order_are_refused(folder):
    tables = read_tables(folder)
    with pytest.raises(MachineError, match="5 rows of agents for 3 rounds"):
        arms_from({**tables, "agents": tables["agents"].slice(1)})
    with pytest.raises(MachineError, match="not ordered"):
        arms_from({**tables, "rounds": tables["rounds"].take([0, 3, 1, 2, 4])})
