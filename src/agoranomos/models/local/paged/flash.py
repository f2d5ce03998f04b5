"""Paged attention by FlashAttention 3, through torch: `torch.nn.attention.varlen.varlen_attn` with a block table.

Torch's own FlashAttention 2 takes no block table (it raises), so the package that brings FlashAttention 3 for Hopper
cards, module `flash_attn_interface`, must be installed beside a torch of version 2.12 or newer.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from typing import Any

from agoranomos.models.local.paged.passes import Pass
from agoranomos.models.local.shape import Shape

Tensor = Any


class FlashPaged:
    """Torch's variable-length attention over pages."""

    name = "flash"
    recorded = True

    def __init__(self, shape: Shape) -> None:
        self._grouped = shape.group > 1

    @classmethod
    def found(cls, shape: Shape, page: int) -> FlashPaged | None:
        """None where it is not installed, or where torch cannot hand it a block table."""
        if find_spec("flash_attn_interface") is None:
            return None
        try:
            from torch.nn.attention import activate_flash_attention_impl
            from torch.nn.attention.varlen import varlen_attn  # noqa: F401

            activate_flash_attention_impl("FA3")
        except Exception:  # An older torch, or a build for another card; what is installed decides, not we.
            return None
        return cls(shape)

    def plan(self, counts: Sequence[int], lengths: Sequence[int], device: Any) -> tuple[int, int]:
        """The most tokens that a row brings, and the most that it has."""
        return max(counts), max(lengths)

    def __call__(self, query: Tensor, keys: Tensor, values: Tensor, asked: Pass, scale: float) -> Tensor:
        """Each token's attention over its row up to itself: [tokens, heads, size]."""
        from torch.nn.attention.varlen import varlen_attn

        most_queries, most_keys = asked.plan
        return varlen_attn(
            query.contiguous(),
            keys,
            values,
            asked.starts,
            None,
            most_queries,
            most_keys,
            scale=scale,
            window_size=(-1, 0),
            enable_gqa=self._grouped,
            seqused_k=asked.lengths,
            block_table=asked.table,
        )
