"""Converts a GGUF file once into a folder that loads fast, and checks that folder by digests each time."""

from __future__ import annotations

import contextlib
import io
import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from agoranomos.errors import MachineError
from agoranomos.models.weights import file_sha256, models_folder

DIGESTS = "digests.json"


def converted(gguf: Path) -> Path:
    """The folder with the float32 weights and the tokenizer of `gguf`, in the user's cache; made unless it is intact.

    Quantised weights are expanded exactly, so nothing but loading time changes. Raises `MachineError` when the file is
    no model that transformers reads, or when the disk fails.
    """
    digest = file_sha256(gguf)
    folder = models_folder() / "converted" / digest[:16]
    if _intact(folder, digest):
        return folder
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="convert-", dir=folder.parent) as temporary:
            part = Path(temporary) / "model"
            part.mkdir()
            _convert(gguf, part)
            _write_digests(part, digest)
            if folder.exists():
                shutil.rmtree(folder)
            part.replace(folder)
    except OSError as error:
        if _intact(folder, digest):
            return folder  # Another process was faster.
        raise MachineError(
            f"cannot convert {gguf.name} into {folder}: {error}",
            advice="Free some space, or set AGORA_HOME to a folder that can be written.",
        ) from error
    return folder


def _convert(gguf: Path, folder: Path) -> None:
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer
    from transformers.utils import logging

    logging.disable_progress_bar()
    # Expanding the weights draws a bar of its own; it is for eyes, not for files.
    quiet = contextlib.nullcontext() if sys.stderr.isatty() else contextlib.redirect_stderr(io.StringIO())
    try:
        with quiet:
            tokenizer = AutoTokenizer.from_pretrained(gguf.parent, gguf_file=gguf.name)
            read = AutoModelForCausalLM.from_pretrained(gguf.parent, gguf_file=gguf.name, dtype=torch.float32)
    except OSError:
        raise
    except Exception as error:  # Whatever a reader of foreign files meets.
        raise MachineError(f"{gguf} is no model that transformers reads: {error}") from error
    plain = _unquantised(read)
    tokenizer.save_pretrained(folder)
    plain.save_pretrained(folder)


def _unquantised(read: Any) -> Any:
    """The same weights in a model that knows nothing of GGUF, because transformers saves no quantised ones."""
    from transformers import AutoModelForCausalLM

    config = type(read.config).from_dict(
        {key: value for key, value in read.config.to_dict().items() if key != "quantization_config"}
    )
    plain = AutoModelForCausalLM.from_config(config, dtype=read.dtype)
    plain.load_state_dict(read.state_dict())
    plain.generation_config = read.generation_config
    return plain


def _write_digests(folder: Path, source: str) -> None:
    files = {path.name: file_sha256(path) for path in sorted(folder.iterdir())}
    (folder / DIGESTS).write_text(json.dumps({"source": source, "files": files}, indent=2, sort_keys=True) + "\n")


def _intact(folder: Path, source: str) -> bool:
    try:
        recorded = json.loads((folder / DIGESTS).read_text())
        files = recorded["files"]
        return recorded["source"] == source and all(file_sha256(folder / name) == files[name] for name in files)
    except (OSError, ValueError, KeyError, TypeError):
        return False
