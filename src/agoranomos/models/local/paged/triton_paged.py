"""Paged attention by a Triton kernel, which comes with torch's CUDA builds.

A program takes a block of tokens of one row, folded with the query heads that share one key-value head, and walks over
the row's pages with a running softmax (Milakov and Gimelshein 2018, arXiv:1805.02867; Dao et al. 2022,
arXiv:2205.14135, algorithm 1). Pages that rows share are read from the same addresses, so the card's cache serves them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from agoranomos.models.local.paged.passes import Pass
from agoranomos.models.local.shape import Shape

Tensor = Any

_FEW, _MANY = 16, 64
"""Rows of the query block (the smallest that `tl.dot` takes) when every row brings one token, and otherwise."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """Programs [blocks]: the row of each and its first token there. `high` is the block's height in folded rows."""

    rows: Tensor
    firsts: Tensor
    high: int


class TritonPaged:
    """The kernel below, launched for each layer."""

    name = "triton"
    recorded = True

    def __init__(self, shape: Shape, page: int) -> None:
        self._shape = shape
        self._page = page

    @classmethod
    def found(cls, shape: Shape, page: int) -> TritonPaged | None:
        """None where Triton is not installed."""
        return None if find_spec("triton") is None else cls(shape, page)

    def plan(self, counts: Sequence[int], lengths: Sequence[int], device: Any) -> _Plan:
        """One program for each block of tokens, all of one height."""
        import torch

        high = _FEW if max(counts) * self._shape.group <= _FEW else _MANY
        while high < self._shape.group:
            high *= 2
        tokens = high // self._shape.group
        blocks = [(row, first) for row, count in enumerate(counts) for first in range(0, count, tokens)]
        rows, firsts = torch.tensor(blocks, dtype=torch.int32, device=device).T.contiguous()
        return _Plan(rows, firsts, high)

    def __call__(self, query: Tensor, keys: Tensor, values: Tensor, asked: Pass, scale: float) -> Tensor:
        """Each token's attention over its row up to itself: [tokens, heads, size]."""
        import torch

        from agoranomos.models.local.paged import triton_kernel

        plan: _Plan = asked.plan
        out = torch.empty(query.shape, dtype=query.dtype, device=query.device)
        size = self._shape.size
        triton_kernel.attend[(len(plan.rows), self._shape.shared_heads)](
            query, keys, values, out,
            asked.table, asked.starts, asked.lengths, plan.rows, plan.firsts,
            scale,
            query.stride(0), query.stride(1), out.stride(0), out.stride(1),
            keys.stride(0), keys.stride(1), keys.stride(2), asked.table.stride(0),
            group=self._shape.group,
            tokens=plan.high // self._shape.group,
            high=plan.high,
            wide=_wide(query.element_size()),
            size=size,
            padded=max(16, 1 << (size - 1).bit_length()),
            page=self._page,
            exact=query.element_size() == 4,
            num_warps=4,
        )  # fmt: skip
        return out


def _wide(bytes_of_a_number: int) -> int:
    """Keys that a program looks at together; what fits the shared memory of a card."""
    return 64 if bytes_of_a_number == 2 else 32
