"""The folder of a training: what was trained on what with which numbers, and what came of it, as files to be read.

training.json    the document, and the digests of document, data, model and adapter; the environment
data.jsonl       what it was trained on: pairs, or prompts
before.json      what the model did at the held-out prompts before, and after.json afterwards
metrics.jsonl    what the trainer logged, a line a step; monitor.jsonl what was watched of replies
adapter/         the result (model/ where all weights were trained)
result.json      what came of it; there only when all is done
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Iterable
from importlib.metadata import version
from pathlib import Path
from typing import Any

from agoranomos.errors import MachineError, UsageError
from agoranomos.institutions.entries import canonical_json
from agoranomos.markets.market_spec import without_floats
from agoranomos.training.document import TrainingDocument

TRAINING, DATA, RESULT = "training.json", "data.jsonl", "result.json"
_PACKAGES = ("agoranomos", "torch", "transformers", "trl", "peft", "datasets", "accelerate")


class Record:
    """A training's folder, made or gone on with.

    An `adapter` to begin with brings its own rank and layers, which stand in the place of the document's. Raises
    `UsageError` where it holds another training, or something that is none.
    """

    def __init__(self, folder: Path, document: TrainingDocument, adapter: Path | None = None, **digests: str) -> None:
        self.folder = folder
        said = without_floats(document.model_dump(mode="json") | ({"lora": brought_by(adapter)} if adapter else {}))
        self.about: dict[str, Any] = {
            "training": said,
            "document_sha256": hashlib.sha256(canonical_json(said).encode()).hexdigest(),
            **digests,
        }
        there = self.read(TRAINING)
        if there is None:
            self._require_empty()
            self.write(TRAINING, {**self.about, "environment": environment()})
            return
        changed = sorted(key for key in self.about if there.get(key) != self.about[key])
        if changed:
            keys = _changed_keys(there.get("training", {}), said) or changed
            raise UsageError(
                f"{folder} holds another training: {', '.join(keys)} {'differs' if len(keys) == 1 else 'differ'}",
                advice="Give another folder with --out, or remove this one.",
            )

    def read(self, name: str) -> Any:
        """What the file of that name holds, None where there is none; raises `UsageError` for what is no JSON."""
        path = self.folder / name
        if not path.is_file():
            return None
        try:
            return json.loads(path.read_text(encoding="utf-8"))
        except ValueError as error:
            raise UsageError(f"{path} is damaged", advice="Remove the folder and train anew.") from error

    def write(self, name: str, value: Any) -> None:
        """Write the file of that name, whole or not at all; raises `MachineError` where it cannot be written."""
        self._write(name, json.dumps(value, indent=2, sort_keys=True, allow_nan=False) + "\n")

    def write_lines(self, name: str, rows: Iterable[Any]) -> str:
        """Write a line of JSON for each row; the digest of them all."""
        text = "".join(json.dumps(row, sort_keys=True, ensure_ascii=False) + "\n" for row in rows)
        self._write(name, text)
        return hashlib.sha256(text.encode()).hexdigest()

    def part(self, name: str) -> Path:
        """A folder within, made."""
        path = self.folder / name
        path.mkdir(parents=True, exist_ok=True)
        return path

    def _write(self, name: str, text: str) -> None:
        path = self.folder / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            new = path.with_name(f"{path.name}.new")
            new.write_text(text, encoding="utf-8")
            new.replace(path)
        except OSError as error:
            raise MachineError(f"cannot write {path}: {error.strerror or error}") from error

    def _require_empty(self) -> None:
        if self.folder.is_dir() and any(self.folder.iterdir()):
            raise UsageError(
                f"{self.folder} is not empty and holds no training; nothing was changed",
                advice="Give another folder with --out.",
            )


def brought_by(adapter: Path) -> dict[str, Any]:
    """Rank, alpha, dropout and layers of an adapter, as a document has them; raises `UsageError` where it has none."""
    path = adapter / "adapter_config.json"
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        layers = found["target_modules"]
        return {
            "rank": found["r"],
            "alpha": found["lora_alpha"],
            "dropout": found["lora_dropout"],
            "targets": layers if isinstance(layers, str) else sorted(layers),
        }
    except (ValueError, KeyError, TypeError) as error:
        raise UsageError(f"{path} does not say what the adapter is") from error


def environment() -> dict[str, str]:
    """Python, platform, and the packages that bear on the result."""
    return {
        "python": platform.python_version(),
        "machine": platform.machine(),
        **{name: version(name) for name in _PACKAGES},
    }


def _changed_keys(there: dict[str, Any], said: dict[str, Any]) -> list[str]:
    return sorted(key for key in {*there, *said} if there.get(key) != said.get(key))
