"""Which decoder runs a model: pages on CUDA, ragged passes elsewhere."""

from __future__ import annotations

from typing import Any, Literal

from agoranomos.models.local.decoder import Decoder
from agoranomos.models.local.paged.memory import free_bytes, pages_in, working_bytes
from agoranomos.models.local.paged.model import PASS_TOKENS, PagedModel
from agoranomos.models.local.paged.steps import recorded_bytes
from agoranomos.models.local.ragged import RaggedModel
from agoranomos.models.local.shape import Shape

ROWS = 1024
"""Rows that a decoder with pages is made for, where nothing else is asked."""
CACHE_BYTES = 1 << 30
"""Memory for keys and values off CUDA, where nothing else is asked."""


def decoder_for(
    model: Any, kind: Literal["", "ragged", "paged"] = "", *, rows: int | None = None, cache_bytes: int | None = None
) -> Decoder:
    """The decoder of a model that lies on its device already; without a `kind`, the one that fits the device.

    `rows` is how many are to run at once. `cache_bytes` bounds, with pages, all keys and values, and is by default what
    the card has free; without, those of remembered prompts alone, and is by default 1 GiB. Raises `MachineError` where
    there is not enough memory.
    """
    on_cuda = model.device.type == "cuda"
    if kind == "ragged" or (not kind and not on_cuda):
        return RaggedModel(model, CACHE_BYTES if cache_bytes is None else cache_bytes)
    rows = rows or ROWS
    shape, itemsize = Shape.of(model.config), int(model.dtype.itemsize)
    if cache_bytes is None and on_cuda:
        working = working_bytes(model.config, shape, itemsize, PASS_TOKENS, rows)
        cache_bytes = free_bytes(model.device) - working - recorded_bytes(rows, shape.vocabulary, itemsize)
    room = CACHE_BYTES if cache_bytes is None else cache_bytes
    return PagedModel(model, pages_in(room, shape, itemsize), rows=rows)
