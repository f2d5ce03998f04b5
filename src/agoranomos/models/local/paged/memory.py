"""How many pages a device has room for."""

from __future__ import annotations

from typing import Any

from agoranomos.errors import MachineError
from agoranomos.models.local.shape import Shape

PAGE = 16
"""Tokens of a page: small enough that little is in vain, large enough that tables of pages are short."""
LEFT_FREE = 0.08
"""The part of the free memory that is left to the allocator, and to whoever else is on the card."""


def page_bytes(shape: Shape, itemsize: int, page: int = PAGE) -> int:
    """Bytes of the keys and values of a page's tokens, all layers together."""
    return 2 * shape.layers * page * shape.shared_heads * shape.size * itemsize


def working_bytes(config: Any, shape: Shape, itemsize: int, pass_tokens: int, rows: int) -> int:
    """Bytes that a pass needs beside weights and pages: activations of its tokens and the logits of its rows.

    Counted generously: eight vectors of the hidden size and three of the inner one for each token, and for each row its
    logits as the model gives them and three times in float32, for what is sampled from them.
    """
    inner = int(getattr(config, "intermediate_size", None) or 4 * config.hidden_size)
    activations = pass_tokens * (8 * int(config.hidden_size) + 3 * inner) * itemsize
    return activations + rows * shape.vocabulary * (itemsize + 3 * 4)


def pages_in(room: int, shape: Shape, itemsize: int, page: int = PAGE) -> int:
    """How many pages fit into `room` bytes; raises `MachineError` where not even a row of 256 tokens would."""
    one = page_bytes(shape, itemsize, page)
    count = room // one
    if count * page < 256:
        raise MachineError(
            f"beside the model there is room for the keys and values of {max(0, count) * page} tokens only",
            advice="Take a smaller model, free the device's memory, lower `batch`, or set the room with `cache_mb`.",
        )
    return int(count)


def free_bytes(device: Any) -> int:
    """Free memory of a CUDA device, less what is left to others."""
    import torch

    torch.cuda.empty_cache()
    free, _ = torch.cuda.mem_get_info(device)
    return int(free * (1 - LEFT_FREE))
