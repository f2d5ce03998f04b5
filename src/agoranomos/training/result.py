"""What a training leaves: an adapter, or a whole model, in a form whose bytes depend on its weights alone."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from agoranomos.errors import MachineError
from agoranomos.models.local.adapter import BASE
from agoranomos.training.document import TrainingDocument
from agoranomos.training.start import Base

ADAPTER, WHOLE = "adapter", "model"


def save_result(model: Any, tokenizer: Any, document: TrainingDocument, base: Base, folder: Path) -> Path:
    """Write the trained weights under `folder`, whole or not at all; the place where they are.

    An adapter says on which model it was trained; it names no folder of this machine, so that the same weights have
    the same digest everywhere.
    """
    name = ADAPTER if hasattr(model, "peft_config") else WHOLE
    done, part = folder / name, folder / f"{name}.new"
    try:
        for stale in (part, done):
            if stale.exists():
                shutil.rmtree(stale)
        if name == ADAPTER:
            model.save_pretrained(part, selected_adapters=["default"], save_embedding_layers=False)
            (part / "README.md").unlink(missing_ok=True)
            _settle(part / "adapter_config.json", document)
            (part / BASE).write_text(json.dumps({"base": base.sha256, "model": document.model}, indent=2) + "\n")
        else:
            model.save_pretrained(part)
            tokenizer.save_pretrained(part)
        part.replace(done)
    except OSError as error:
        raise MachineError(f"cannot write {done}: {error.strerror or error}") from error
    return done


def _settle(path: Path, document: TrainingDocument) -> None:
    """Sets are listed in order, and the model is named as the document names it."""
    said = json.loads(path.read_text(encoding="utf-8"))
    said["base_model_name_or_path"] = document.model
    for key, value in said.items():
        if key in ("target_modules", "exclude_modules", "modules_to_save") and isinstance(value, list):
            said[key] = sorted(value)
    path.write_text(json.dumps(said, indent=2, sort_keys=True) + "\n", encoding="utf-8")
