"""Weights & Biases for real, offline: its own files on this machine and no network."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agoranomos.campaigns.progress import Silence
from agoranomos.tracking import open_tracker
from agoranomos.tracking.telling import Telling
from campaigns.laboratory import MOCK, Lab

pytest.importorskip("wandb")


@pytest.mark.filterwarnings("ignore")
def test_a_campaign_is_written_to_the_offline_files(lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("MODE", "offline"), ("DIR", str(tmp_path)), ("SILENT", "true")):
        monkeypatch.setenv(f"WANDB_{name}", value)
    for name in ("CACHE_DIR", "CONFIG_DIR", "DATA_DIR"):
        monkeypatch.setenv(f"WANDB_{name}", str(tmp_path / name))
    remarks: list[str] = []
    telling = Telling({"wandb": open_tracker("wandb")}, remarks.append)
    made = lab.plan(MOCK)
    telling.begin(made)
    lab.run(made, progress=telling.progress(Silence()))
    lab.tables(made)
    telling.end(lab.folder(made), "finished")
    assert [remark.startswith("tracked: Weights & Biases") for remark in remarks] == [True]
    (record,) = tmp_path.rglob("*.wandb")
    assert made.label in record.parent.name
    assert record.stat().st_size > 0
    (table,) = tmp_path.rglob("wandb/offline-run-*/files/media/table/free/price_by_round_table*.json")
    assert [row[0] for row in json.loads(table.read_text())["data"]] == [1, 2, 3]
