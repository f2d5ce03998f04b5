"""Weights & Biases: a run a campaign's folder, in the project that `WANDB_PROJECT` names.

`WANDB_MODE=offline` keeps it on this machine (https://docs.wandb.ai/guides/track/environment-variables).
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from agoranomos.tracking.tracker import Series, Story, TrackerKind


class WandbTracker:
    """Writes through the library's own client, with the settings that it finds in the environment."""

    def __init__(self) -> None:
        self._run: Any = None

    def begin(self, story: Story) -> None:
        """Begin the campaign's run, or go on with it."""
        import wandb

        self._run = wandb.init(
            project=os.environ.get("WANDB_PROJECT", "agoranomos"),
            id=story.label,
            name=story.label,
            group=story.name,
            notes=story.title or None,
            config=dict(story.settings),
            resume="allow",
        )

    def count(self, counted: Mapping[str, float], step: int) -> None:
        """A step of the run's history."""
        self._run.log({f"session/{name}": value for name, value in counted.items()})

    def end(
        self, state: str, measures: Mapping[str, float], series: Sequence[Series], files: Sequence[Path]
    ) -> str | None:
        """The summary, a table a series, the files as one artifact, and the end of the run."""
        import wandb

        self._run.summary.update(dict(measures))
        for one in series:
            table = wandb.Table(
                columns=["round", one.name], data=[[number, value] for number, value in enumerate(one.values, 1)]
            )
            self._run.log({one.name: wandb.plot.line(table, "round", one.name, title=one.name)})
        artifact = wandb.Artifact(f"{self._run.id}-record", type="campaign")
        for path in files:
            artifact.add_file(str(path), name=f"report/{path.name}" if path.parent.name == "report" else path.name)
        self._run.log_artifact(artifact)
        place = self._run.url or self._run.dir
        self._run.finish(exit_code=0 if state == "finished" else 1)
        return f"Weights & Biases, {place}"


def _needs() -> str:
    return "" if find_spec("wandb") else "pip install 'agoranomos[wandb]'"


WANDB = TrackerKind("wandb", "Weights & Biases, as WANDB_MODE and WANDB_PROJECT say", WandbTracker, _needs)
