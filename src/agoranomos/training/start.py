"""What a training begins with: the model, its tokenizer, what it is trained on, byte by byte."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from agoranomos.errors import MachineError
from agoranomos.models.identity import folder_digest
from agoranomos.models.local.adapter import require_adapter
from agoranomos.models.opening import local_source
from agoranomos.training.document import TrainingDocument
from agoranomos.workspace import Workspace

TRAINING_MODULES = ("torch", "transformers", "gguf", "accelerate", "xgrammar", "datasets", "peft", "trl")


def require_training() -> None:
    """Raise `MachineError` with the pip command when the `[train]` extra is not installed."""
    missing = [module for module in TRAINING_MODULES if find_spec(module) is None]
    if missing:
        raise MachineError(
            f"training needs {', '.join(missing)}, which {'is' if len(missing) == 1 else 'are'} not installed",
            advice="Run: pip install 'agoranomos[train]'",
        )


@dataclass(frozen=True, slots=True)
class Base:
    """The model that is trained, as it is loaded: a folder or an id, and the digest of its files."""

    source: Path | str
    sha256: str


def base_of(document: TrainingDocument, workspace: Workspace) -> Base:
    """The base of a training; a GGUF file is converted first. Raises as `open_engine`."""
    require_training()
    from agoranomos.models.local.conversion import converted
    from agoranomos.models.local.loading import folder_of

    require_device(document)
    source = local_source(document.model, workspace)
    if isinstance(source, Path) and source.is_file():
        source = converted(source)
    try:
        return Base(source, folder_digest(folder_of(source)))
    except OSError as error:
        raise MachineError(
            f"{document.model} cannot be had: {str(error).splitlines()[0] if str(error) else type(error).__name__}",
            advice="Give a folder, hf/<folder>, or fetch it first where there is a network.",
        ) from error


def require_device(document: TrainingDocument) -> None:
    """Raise `MachineError` where the device of a training is not here, before anything is fetched for it."""
    import torch

    from agoranomos.models.local.loading import torch_device

    torch_device(torch, document.device)


def load_for_training(document: TrainingDocument, base: Base, adapter: Path | None) -> tuple[Any, Any]:
    """The model, with the adapter as something to be trained further where there is one, and its tokenizer.

    Raises `MachineError` where either does not load.
    """
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from agoranomos.models.local.loading import torch_device

    device = torch_device(torch, document.device)
    dtype = torch.bfloat16 if device.type == "cuda" else torch.float32
    try:
        tokenizer = AutoTokenizer.from_pretrained(base.source)
        model = AutoModelForCausalLM.from_pretrained(base.source, dtype=dtype)
        if adapter is not None:
            require_adapter(adapter)
            from peft import PeftModel

            model = PeftModel.from_pretrained(model, str(adapter), is_trainable=True)
            # Else every checkpoint would look for the model that the adapter names on the hub.
            model.peft_config["default"].base_model_name_or_path = str(base.source)
    except (OSError, ValueError, RuntimeError, KeyError) as error:
        raise MachineError(
            f"{document.model} does not load: {str(error).splitlines()[0] if str(error) else type(error).__name__}"
        ) from error
    if tokenizer.pad_token is None:
        tokenizer.pad_token = tokenizer.eos_token
    return model, tokenizer


def lora_config(document: TrainingDocument) -> Any:
    """The configuration of a new adapter as PEFT has it; None where all weights are trained."""
    from peft import LoraConfig

    lora = document.lora
    if lora is None:
        return None
    targets = lora.targets if isinstance(lora.targets, str) else list(lora.targets)
    return LoraConfig(
        r=lora.rank,
        lora_alpha=lora.alpha,
        lora_dropout=lora.dropout,
        target_modules=targets,
        task_type="CAUSAL_LM",
    )


@contextmanager
def threads_of(document: TrainingDocument) -> Iterator[None]:
    """Torch uses as many of the CPU's threads as the document says, and afterwards as many as before."""
    import torch

    before = torch.get_num_threads()
    torch.set_num_threads(document.threads or before)
    try:
        yield
    finally:
        torch.set_num_threads(before)
