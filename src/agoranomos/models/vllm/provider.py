"""How rosters name models that vLLM runs: `vllm/<folder or id>`."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from agoranomos.errors import MachineError, UsageError
from agoranomos.models.engine import Engine
from agoranomos.models.provider import Opening, Provider
from agoranomos.models.vllm.options import VllmOptions

_NEEDS = "pip install vllm"
"""In an environment of its own: vLLM pins its own torch, which is rarely that of the [local] extra."""


def _any_name(_: str) -> None:
    """Whether a folder or an id is there shows when it is opened."""


def _needs() -> str:
    return "" if find_spec("vllm") else _NEEDS


def _open(opening: Opening) -> Engine:
    path = Path(opening.model).expanduser()
    if opening.workspace is not None:
        path = opening.workspace.root / path
    if not path.is_dir() and opening.model.startswith(("/", ".", "~")):
        raise UsageError(f"no such folder: {path}")
    if missing := _needs():
        raise MachineError(
            f"{opening.name} needs vllm, which is not installed",
            advice=f"Run: {missing} (in an environment of its own, for it pins its own torch), or name the model of a "
            "vLLM server: openai/<model>?base_url=http://localhost:8000/v1",
        )
    from agoranomos.models.vllm.engine import open_vllm

    return open_vllm(opening.name, str(path) if path.is_dir() else opening.model, opening.options)


VLLM = Provider(
    "vllm",
    "vllm/<folder or id>",
    "a folder, or a model of the Hugging Face hub, run by vLLM in this process",
    VllmOptions,
    _any_name,
    _open,
    needs=_needs,
)
