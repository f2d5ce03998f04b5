"""Adapters: what training has changed of a model, merged into its weights when it is loaded.

Low-rank adaptation: Hu et al., "LoRA: Low-Rank Adaptation of Large Language Models", arXiv 2106.09685.
"""

from __future__ import annotations

import json
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from agoranomos.errors import MachineError, UsageError

FILES = ("adapter_config.json", "adapter_model.safetensors")
BASE = "base.json"
"""Beside them: the digest of the model that the adapter was trained on, where this library trained it."""


def require_adapter(folder: Path) -> None:
    """Raise `UsageError` for a folder that holds no adapter, `MachineError` where peft is not installed."""
    missing = [name for name in FILES if not (folder / name).is_file()]
    if missing:
        raise UsageError(
            f"{folder} holds no adapter: there is no {' and no '.join(missing)}",
            advice="Train one with agora train dpo, or name the folder that PEFT's save_pretrained wrote.",
        )
    if find_spec("peft") is None:
        raise MachineError(
            "a model with an adapter needs peft, which is not installed",
            advice="Run: pip install 'agoranomos[train]'",
        )


def merged(model: Any, folder: Path, base: str) -> Any:
    """The model with the adapter in `folder` in its weights; `base` is the digest of the model's own folder.

    Raises `UsageError` for an adapter that was trained on another model, `MachineError` for one that does not fit.
    """
    require_adapter(folder)
    trained_on = _trained_on(folder)
    if trained_on and trained_on != base:
        raise UsageError(
            f"{folder} was trained on another model",
            advice=f"It belongs to the model with the digest {trained_on}; this one has {base}.",
        )
    from peft import PeftModel

    try:
        return PeftModel.from_pretrained(model, str(folder)).merge_and_unload(safe_merge=True)
    except Exception as error:  # Whatever a loader of foreign files meets.
        raise MachineError(
            f"the adapter in {folder} does not fit: {type(error).__name__}: "
            f"{str(error).splitlines()[0] if str(error) else ''}"
        ) from error


def _trained_on(folder: Path) -> str:
    path = folder / BASE
    if not path.is_file():
        return ""
    try:
        return str(json.loads(path.read_text(encoding="utf-8"))["base"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{path} does not say on which model the adapter was trained") from error
