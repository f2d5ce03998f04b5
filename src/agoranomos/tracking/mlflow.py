"""MLflow: an experiment a campaign's name, a run a campaign's folder. Where it is sent is MLflow's own business.

`MLFLOW_TRACKING_URI` and its like say where (https://mlflow.org/docs/latest/tracking); nothing is asked for here.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any

from agoranomos.tracking.tracker import Series, Story, TrackerKind

LABEL = "agoranomos.folder"
"""The tag by which a run is found again when its campaign resumes."""

AT_ONCE = 1000
"""As many metrics one request may hold."""

FILES = "mlruns"
"""The folder, here, where MLflow's own files go when it is set to no server and has no database."""

LONGEST = 6000
"""Characters of a parameter's value that MLflow takes."""


class MlflowTracker:
    """Writes to the tracking server that MLflow is set to, or to files where it is set to none."""

    def __init__(self) -> None:
        # Its client tells its makers how it is used unless it is told not to.
        os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
        from mlflow.tracking import MlflowClient

        # Where it is set to nothing, MLflow writes to a database, for which the small package has no driver.
        named = os.environ.get("MLFLOW_TRACKING_URI") or find_spec("sqlalchemy")
        files = None if named else Path(FILES).absolute().as_uri()
        if files is not None:
            os.environ.setdefault("MLFLOW_ALLOW_FILE_STORE", "true")
        self._client: Any = MlflowClient(tracking_uri=files, registry_uri=files)
        self._run = ""

    def begin(self, story: Story) -> None:
        """Find the campaign's run, or make it, and say what the campaign is."""
        known = self._client.get_experiment_by_name(story.name)
        experiment = known.experiment_id if known is not None else self._client.create_experiment(story.name)
        same = self._client.search_runs([experiment], f"tags.`{LABEL}` = '{story.label}'", max_results=1)
        if same:
            self._run = same[0].info.run_id
            self._client.update_run(self._run, status="RUNNING")
            return
        tags = {LABEL: story.label, "mlflow.note.content": story.title}
        self._run = self._client.create_run(experiment, run_name=story.label, tags=tags).info.run_id
        from mlflow.entities import Param

        params = [Param(key, str(value)[:LONGEST]) for key, value in story.settings.items() if value != ""]
        self._client.log_batch(self._run, params=params)

    def count(self, counted: Mapping[str, float], step: int) -> None:
        """Metrics under `session/`, since a campaign that resumes counts anew."""
        self._log((f"session/{name}", value, step) for name, value in counted.items())

    def end(
        self, state: str, measures: Mapping[str, float], series: Sequence[Series], files: Sequence[Path]
    ) -> str | None:
        """All metrics, the files as artifacts, and the end of the run."""
        self._log((name, value, 0) for name, value in measures.items())
        for one in series:
            self._log((one.name, value, number) for number, value in enumerate(one.values, 1))
        for path in files:
            self._client.log_artifact(self._run, str(path), "report" if path.parent.name == "report" else None)
        self._client.set_terminated(self._run, "FINISHED" if state == "finished" else "FAILED")
        return f"MLflow run {self._run}"

    def _log(self, values: Iterator[tuple[str, float, int]]) -> None:
        from mlflow.entities import Metric

        now = int(time.time() * 1000)
        while some := [Metric(name, value, now, step) for name, value, step in islice(values, AT_ONCE)]:
            self._client.log_batch(self._run, metrics=some)


def _needs() -> str:
    return "" if find_spec("mlflow") else "pip install 'agoranomos[mlflow]'"


MLFLOW = TrackerKind("mlflow", "MLflow, wherever MLFLOW_TRACKING_URI says", MlflowTracker, _needs)
