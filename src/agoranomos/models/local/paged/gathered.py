"""Paged attention on any device: rows of like length are gathered from their pages and attended to together."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

from agoranomos.models.local.paged.passes import Pass
from agoranomos.models.local.shape import Shape

Tensor = Any

_BUCKET = 64
"""Rows whose lengths, rounded up to a multiple of this, are equal form a batch: so many columns at most are in vain."""


class Gathered:
    """Static batches by length, each through torch's scaled dot-product attention; the reference for the kernels."""

    name = "gathered"
    recorded = False

    def __init__(self, shape: Shape) -> None:
        self._shape = shape

    def plan(self, counts: Sequence[int], lengths: Sequence[int], device: Any) -> list[_Batch]:
        """The batches: rows that bring equally many tokens and are of about the same length."""
        import torch

        starts = [0]
        for count in counts:
            starts.append(starts[-1] + count)

        def likeness(row: int) -> tuple[int, int]:
            return counts[row], -(-lengths[row] // _BUCKET)

        batches = []
        for (count, _), alike in groupby(sorted(range(len(counts)), key=likeness), key=likeness):
            rows = list(alike)
            longest = max(lengths[row] for row in rows)
            places = torch.tensor([[starts[row] + at for at in range(count)] for row in rows], device=device)
            batches.append(_Batch(torch.tensor(rows, device=device), places, longest))
        return batches

    def __call__(self, query: Tensor, keys: Tensor, values: Tensor, asked: Pass, scale: float) -> Tensor:
        """Each token's attention over its row up to itself: [tokens, heads, size]."""
        import torch

        result = torch.empty_like(query)
        for batch in asked.plan:
            result[batch.places] = self._attend(batch, query, keys, values, asked, scale)
        return result

    def _attend(self, batch: _Batch, query: Tensor, keys: Tensor, values: Tensor, asked: Pass, scale: float) -> Tensor:
        """[rows, count, heads, size]; query heads that share a key-value head are folded into the query axis."""
        import torch

        rows, count = batch.places.shape
        shared, group, size = self._shape.shared_heads, self._shape.group, query.shape[-1]
        page = keys.shape[1]
        pages = asked.table[batch.rows, : -(-batch.longest // page)]
        columns = pages.shape[1] * page
        near = [states[pages].reshape(rows, columns, shared, size).transpose(1, 2) for states in (keys, values)]
        folded = query[batch.places].reshape(rows, count, shared, group, size).permute(0, 2, 3, 1, 4)
        last = asked.lengths[batch.rows, None] - count + torch.arange(count, device=query.device)
        seen = torch.arange(columns, device=query.device) <= last[..., None]
        out = torch.nn.functional.scaled_dot_product_attention(
            folded.reshape(rows, shared, group * count, size),
            *near,
            attn_mask=seen.repeat(1, group, 1)[:, None],
            scale=scale,
        )
        return out.reshape(rows, shared, group, count, size).permute(0, 3, 1, 2, 4).reshape(rows, count, -1, size)


class _Batch:
    """`rows` of the pass, `places` [rows, count] of their tokens in it, and the length of the longest."""

    def __init__(self, rows: Tensor, places: Tensor, longest: int) -> None:
        self.rows, self.places, self.longest = rows, places, longest
