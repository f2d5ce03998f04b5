"""A training that was stopped, in a file: tensors and plain values, read without running any code in it."""

from __future__ import annotations

import copy
import json
import pickle
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from agoranomos.errors import MachineError, UsageError


@dataclass(frozen=True, eq=False)
class Checkpoint:
    """What was trained (`about`), how many batches are done, and what each learner knows."""

    about: Mapping[str, Any]
    batch: int
    learners: Sequence[dict[str, Any]]

    def __post_init__(self) -> None:
        object.__setattr__(self, "learners", copy.deepcopy(list(self.learners)))


def write_checkpoint(path: Path, checkpoint: Checkpoint) -> None:
    """Write the file, whole or not at all."""
    said = {"about": json.dumps(checkpoint.about), "batch": checkpoint.batch, "learners": list(checkpoint.learners)}
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        written = path.with_name(f"{path.name}.new")
        torch.save(said, written)
        written.replace(path)
    except OSError as error:
        raise MachineError(f"cannot write {path}: {error.strerror or error}") from error


def read_checkpoint(path: Path) -> Checkpoint:
    """The checkpoint at `path`; raises `UsageError` for any other file."""
    try:
        said = torch.load(path, weights_only=True)
        return Checkpoint(json.loads(said["about"]), int(said["batch"]), said["learners"])
    except (pickle.UnpicklingError, RuntimeError, KeyError, ValueError, TypeError, EOFError) as error:
        raise UsageError(
            f"{path} is no checkpoint of a training", advice="Remove it, or give another --out."
        ) from error
