"""A run that was given up."""

from __future__ import annotations

import traceback
from dataclasses import dataclass

from agoranomos.errors import AgoraError, MachineError


@dataclass(frozen=True, slots=True)
class Failure:
    """Which attempt, and why. `details` is the traceback of an error that nothing here explains, else empty."""

    arm: str
    seed: int
    attempt: int
    error: AgoraError
    details: str = ""


def failure_of(arm: str, seed: int, attempt: int, error: Exception) -> Failure:
    """The failure of an attempt that ended with `error`."""
    if isinstance(error, AgoraError):
        return Failure(arm, seed, attempt, error)
    details = "".join(traceback.format_exception(error))
    explained = MachineError(
        f"{type(error).__name__}: {error}", advice="This is a defect; status.json holds the details of it."
    )
    return Failure(arm, seed, attempt, explained, details)
