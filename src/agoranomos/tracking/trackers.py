"""Every tracker by name: the library's, and those of plug-ins."""

from __future__ import annotations

from agoranomos.errors import MachineError, UsageError, nearest
from agoranomos.tracking.tracker import Tracker, TrackerKind
from agoranomos.workspace.plug_ins import PlugIns
from agoranomos.workspace.registry import Registry

PLUG_IN_GROUP = "agoranomos.trackers"
"""Entry points of this group give a `TrackerKind`; the entry point's name is the tracker's."""

_LIBRARY = {"mlflow": "mlflow:MLFLOW", "wandb": "wandb:WANDB"}


def _kind(found: object) -> TrackerKind:
    assert isinstance(found, TrackerKind)
    return found


TRACKERS = Registry("agoranomos.tracking", _LIBRARY, PlugIns(PLUG_IN_GROUP, TrackerKind, "tracker", _LIBRARY), _kind)
"""By name, each loaded when it is asked for."""


def open_tracker(name: str) -> Tracker:
    """The tracker called `name`; raises `UsageError` for an unknown one, and where something is to be installed."""
    if name not in TRACKERS:
        raise UsageError(f"there is no tracker {name!r}", advice=nearest(name, list(TRACKERS)))
    kind = TRACKERS[name]
    if missing := kind.needs():
        raise UsageError(f"the tracker {name} is not installed", advice=missing)
    try:
        return kind.open()
    except Exception as error:  # Whatever a tracker's own library raises, where it is set to what is not there.
        raise MachineError(
            f"the tracker {name} cannot be opened ({type(error).__name__}: {error})",
            advice="Set it as its own documentation says, or leave --track out.",
        ) from error
