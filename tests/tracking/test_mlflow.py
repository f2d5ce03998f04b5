"""MLflow for real, into a folder: one run a campaign, found again when it resumes."""

from __future__ import annotations

from pathlib import Path

import pytest

from agoranomos.campaigns.progress import Silence
from agoranomos.errors import MachineError
from agoranomos.tracking import open_tracker
from agoranomos.tracking.telling import Telling
from agoranomos.tracking.tracker import Story
from campaigns.laboratory import MOCK, Lab

mlflow = pytest.importorskip("mlflow")


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", (tmp_path / "mlruns").as_uri())
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    return tmp_path / "mlruns"


def session(lab: Lab, limit: int | None) -> None:
    telling = Telling({"mlflow": open_tracker("mlflow")}, pytest.fail if limit == 1 else lambda said: None)
    made = lab.plan(MOCK)
    telling.begin(made)
    lab.run(made, progress=telling.progress(Silence()), limit=limit)
    lab.tables(made)
    if limit is None:
        telling.end(lab.folder(made), "finished")


@pytest.mark.filterwarnings("ignore")
def test_two_sessions_of_a_campaign_are_one_run(lab: Lab, store: Path) -> None:
    session(lab, 1)
    session(lab, None)
    client = mlflow.tracking.MlflowClient()
    experiment = client.get_experiment_by_name("small")
    (run,) = client.search_runs([experiment.experiment_id])
    assert run.info.status == "FINISHED"
    assert run.info.run_name == lab.plan(MOCK).label
    assert run.data.params["plan_sha256"] == lab.plan(MOCK).digest
    assert run.data.metrics["runs/finished"] == 4
    assert run.data.metrics["session/runs"] == 4
    by_round = client.get_metric_history(run.info.run_id, "free/price_by_round")
    assert [one.step for one in by_round] == [1, 2, 3]
    assert "plan.json" in {artifact.path for artifact in client.list_artifacts(run.info.run_id)}


def test_mlflow_that_is_set_to_nothing_can_be_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    monkeypatch.setenv("MLFLOW_ALLOW_FILE_STORE", "true")
    monkeypatch.chdir(tmp_path)
    open_tracker("mlflow").begin(Story("here", "", "here-1", {"seeds": 1}))
    assert list(tmp_path.iterdir())


def test_a_tracker_that_cannot_be_opened_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "gopher://nowhere")
    with pytest.raises(MachineError, match="the tracker mlflow cannot be opened"):
        open_tracker("mlflow")
