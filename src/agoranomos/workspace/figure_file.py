"""Figures as files whose bytes do not depend on when they were drawn."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from agoranomos.errors import MachineError

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def save_figure(figure: Figure, path: Path, *, dpi: int | None = None) -> None:
    """Write `figure` to `path` in the format that its ending names; raises `MachineError` where it cannot be."""
    import matplotlib as mpl

    kept = {"Date": None} if path.suffix.lower() == ".svg" else {"Software": None} if path.suffix == ".png" else None
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with mpl.rc_context({"svg.hashsalt": "agoranomos"}):
            figure.savefig(path, dpi=dpi or "figure", metadata=kept)
    except OSError as error:
        raise MachineError(f"cannot write {path}: {error.strerror or error}") from error
