"""Where the user's keys and model weights are kept: outside every workspace, so that no log can carry them along."""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

STATE_VARIABLE = "AGORA_HOME"


def state_folder() -> Path:
    """`$AGORA_HOME`, or the user's data folder; it holds `keys/`, `models/` and `calls/`, and need not exist yet."""
    chosen = os.environ.get(STATE_VARIABLE)
    if chosen:
        return Path(chosen).expanduser().absolute()
    return platformdirs.user_data_path("agoranomos", appauthor=False)
