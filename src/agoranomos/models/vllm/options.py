"""How vLLM runs a model."""

from __future__ import annotations

from pydantic import Field

from agoranomos.documents import DocumentPart


class VllmOptions(DocumentPart):
    """How vLLM runs a model.

    `batch`: the most requests that run at once. `dtype`: `float32`, `bfloat16` or `float16` (empty: the model's own).
    `context`: the most tokens of a prompt and its reply (empty: the model's own). `memory`: the part of each card's
    memory that vLLM takes. `gpus`: how many cards a model is spread over.
    """

    batch: int = Field(default=512, ge=1)
    dtype: str = Field(default="", pattern=r"^(|float32|bfloat16|float16)$")
    context: int | None = Field(default=None, ge=16)
    memory: float = Field(default=0.9, gt=0, le=1)
    gpus: int = Field(default=1, ge=1)
