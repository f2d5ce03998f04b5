"""How a model runs in this process."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Literal

from pydantic import Field

from agoranomos.documents import DocumentPart
from agoranomos.errors import MachineError

LOCAL_MODULES = ("torch", "transformers", "gguf", "accelerate", "xgrammar")


class LocalOptions(DocumentPart):
    """How a model runs in this process.

    `device`: `cpu`, `cuda`, `cuda:1`, ... (empty: CUDA where there is one). `dtype`: `float32`, `bfloat16` or `float16`
    (empty: float32 on a CPU, bfloat16 on CUDA). `batch`: the most requests that run at once (empty: 32, or 1,024 with
    pages). `decoder`: `paged` or `ragged` (empty: pages on CUDA). `cache_mb`: memory for the keys and values of prompts
    that may be extended later (empty: 1,024), and with pages for all of them (empty: what a card has free).
    `adapter`: a folder with what training has changed of the model.
    """

    device: str = Field(default="", pattern=r"^(|cpu|mps|cuda(:[0-9]+)?)$")
    dtype: str = Field(default="", pattern=r"^(|float32|bfloat16|float16)$")
    batch: int | None = Field(default=None, ge=1, le=1024)
    decoder: Literal["", "ragged", "paged"] = ""
    cache_mb: int | None = Field(default=None, ge=0)
    adapter: str = Field(default="", max_length=1000)


def missing_local_modules() -> list[str]:
    """The modules of the `[local]` extra that are not installed; nothing is imported."""
    return [module for module in LOCAL_MODULES if find_spec(module) is None]


def require_local(name: str) -> None:
    """Raise `MachineError` with the pip command when the `[local]` extra is not installed."""
    missing = missing_local_modules()
    if missing:
        raise MachineError(
            f"{name} needs {', '.join(missing)}, which {'is' if len(missing) == 1 else 'are'} not installed",
            advice="Run: pip install 'agoranomos[local]'",
        )
