"""`agoranomos.results(DIR)`: every table as a frame, read when it is asked for."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

import agoranomos
from agoranomos.campaigns.tables import TABLES
from agoranomos.errors import UsageError
from analysis.synthetic import NASH, Arm, Run, noisy, write_campaign


@pytest.fixture
def campaign(tmp_path: Path) -> Path:
    return write_campaign(tmp_path / "logs" / "c-12345678", [Arm("a", [Run(noisy(NASH, 5, s)) for s in range(3)])])


def test_frames_of_pandas_hold_the_tables(campaign: Path) -> None:
    found = agoranomos.results(campaign)
    assert len(found.runs) == 3
    assert len(found.rounds) == 15
    assert found.rounds is found.rounds
    assert found.rounds.groupby("seed")["price_mean"].mean().between(50, 80).all()
    assert set(TABLES) <= set(dir(found))
    assert found.codebook.loc[lambda rows: rows["column"] == "price_mean", "meaning"].item()
    assert found.summary().finished == 3


def test_polars_and_arrow_hold_the_same(campaign: Path) -> None:
    polars = pytest.importorskip("polars")
    first, second = agoranomos.results(campaign, "polars").rounds, agoranomos.results(campaign, "arrow").rounds
    assert isinstance(first, polars.DataFrame)
    assert first["welfare"].to_list() == second["welfare"].to_pylist()
    assert isinstance(agoranomos.results(str(campaign)).runs, pd.DataFrame)


def test_the_only_campaign_of_a_folder_is_meant(campaign: Path) -> None:
    assert agoranomos.results(campaign.parent).folder == campaign
    write_campaign(campaign.parent / "d-12345678", [Arm("a", [Run(noisy(NASH, 5, 1))])])
    with pytest.raises(UsageError, match="holds 2 campaigns"):
        agoranomos.results(campaign.parent)
    with pytest.raises(UsageError, match="no campaign's folder"):
        agoranomos.results(campaign.parent / "missing")


def test_a_misspelt_table_says_which_is_near(campaign: Path) -> None:
    with pytest.raises(AttributeError, match="rounds"):
        _ = agoranomos.results(campaign).round
    with pytest.raises(UsageError, match="frames 'panda'"):
        agoranomos.results(campaign, "panda")  # type: ignore[arg-type]


def test_importing_the_package_waits_for_no_library_of_tables() -> None:
    said = "import agoranomos, sys; print([m for m in ('pandas', 'pyarrow', 'polars', 'numpy') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True).stdout == "[]\n"
