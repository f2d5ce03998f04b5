"""Attention of rows over keys and values in pages: what every way to compute it has in common, and which is chosen."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Protocol

from agoranomos.models.local.paged.passes import Pass
from agoranomos.models.local.shape import Shape

Tensor = Any

AGREES = {2: 2e-2, 4: 1e-4}
"""How far outputs may be from those of `Gathered`, by bytes of a number: relative to the largest."""


class PagedAttention(Protocol):
    """One way to compute it. `recorded`: it asks nothing of the host, so a CUDA graph can hold it."""

    name: str
    recorded: bool

    def plan(self, counts: Sequence[int], lengths: Sequence[int], device: Any) -> Any:
        """What it wants to know of a pass, the same for every layer."""
        ...

    def __call__(self, query: Tensor, keys: Tensor, values: Tensor, asked: Pass, scale: float) -> Tensor:
        """Each token's attention over its row up to itself: [tokens, heads, size].

        `query` is [tokens, heads, size]; `keys` and `values`, with those of the pass already in them, are
        [pages, page size, key-value heads, size].
        """
        ...


def fastest(shape: Shape, dtype: Any, device: Any, page: int) -> PagedAttention:
    """The first of the known ways that runs on `device` and agrees there with the plain one, which is the last."""
    from agoranomos.models.local.paged.gathered import Gathered

    plain = Gathered(shape)
    if device.type != "cuda":
        return plain
    with on_device(device):
        return next((way for way in _kernels(shape, page) if agrees(way, plain, shape, dtype, device, page)), plain)


def on_device(device: Any) -> AbstractContextManager[Any]:
    """Makes a CUDA device the current one of the thread: kernels that torch does not launch itself go there."""
    import torch

    return torch.cuda.device(device) if device.type == "cuda" else nullcontext()


def _kernels(shape: Shape, page: int) -> list[PagedAttention]:
    from agoranomos.models.local.paged.flash import FlashPaged
    from agoranomos.models.local.paged.triton_paged import TritonPaged

    return [way for way in (FlashPaged.found(shape, page), TritonPaged.found(shape, page)) if way is not None]


def agrees(way: PagedAttention, plain: PagedAttention, shape: Shape, dtype: Any, device: Any, page: int) -> bool:
    """Whether `way` computes on `device` what `plain` does, on rows that read one token, some and many."""
    import torch

    counts, lengths = (1, 1, 5, 3 * page), (1, 3 * page + 1, 2 * page, 4 * page - 1)
    width, pages = 4, 17
    draws = torch.Generator(device="cpu").manual_seed(0)

    def normal(*size: int) -> Tensor:
        return torch.randn(size, generator=draws).to(device=device, dtype=dtype)

    query = normal(sum(counts), shape.heads, shape.size)
    keys, values = (normal(pages, page, shape.shared_heads, shape.size) for _ in range(2))
    table = 1 + torch.randperm(pages - 1, generator=draws)[: len(counts) * width].reshape(len(counts), width)

    def asked(of: PagedAttention) -> Pass:
        starts = torch.tensor([0, *counts]).cumsum(0)
        return Pass(
            slots=torch.zeros(sum(counts), dtype=torch.int64, device=device),
            starts=starts.to(device=device, dtype=torch.int32),
            lengths=torch.tensor(lengths, device=device, dtype=torch.int32),
            table=table.to(device=device, dtype=torch.int32),
            counts=counts,
            longest=max(lengths),
            plan=of.plan(counts, lengths, device),
        )

    try:
        with torch.inference_mode():
            expected = plain(query, keys, values, asked(plain), shape.size**-0.5)
            found = way(query, keys, values, asked(way), shape.size**-0.5)
            apart = float((found - expected).abs().max() / expected.abs().max())
    except Exception:  # Whatever a kernel meets on a card it was not made for; then another way is taken.
        return False
    return apart < AGREES[expected.element_size()]
