"""Runs a decoder over sequences of different lengths at once, without padding.

The tokens of all rows that have something to read are laid end to end, so the matrix products see no padding;
attention is computed row by row against the row's own keys and values. A row may bring one token (decoding), some
(forced text) or many (a prompt) to the same pass. Positions are given per token, so a row's result does not depend on
its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

ATTENTION = "agoranomos_ragged"
PROBE = tuple(range(3, 15))
"""Any few token ids: an architecture with more to its attention than queries, keys and values shows on them."""

Tensor = Any


@dataclass(eq=False)
class Row:
    """One sequence: `states` are keys and values, [layers, 2, key-value heads, capacity, size]; `length` are set."""

    states: Tensor
    length: int = 0


@dataclass(frozen=True, slots=True)
class Span:
    """The next tokens of a row, and where they lie in the pass: [start, start + count).

    `mask`, [query heads a key-value head * count, length], says which tokens of the row each of them may see; None for
    a single token, which sees all.
    """

    row: Row
    start: int
    count: int
    mask: Tensor | None


class RaggedModel:
    """A causal language model of the transformers library, prepared for ragged passes."""

    def __init__(self, model: Any) -> None:
        _register()
        config = model.config
        self.model = model
        self.vocabulary = int(config.vocab_size)
        self.context = _context(config)
        self._layers = int(config.num_hidden_layers)
        self._heads = int(getattr(config, "num_key_value_heads", None) or config.num_attention_heads)
        self._group = int(config.num_attention_heads) // self._heads
        self._size = int(getattr(config, "head_dim", None) or config.hidden_size // config.num_attention_heads)
        model.eval()
        model.set_attn_implementation(ATTENTION)

    def departs(self, plain: Tensor) -> float:
        """How far the logits after `PROBE` are from `plain`, those of the model's own attention, relative to them."""
        ours = self.read([(self.row(len(PROBE)), PROBE)])[0]
        return float((ours - plain).abs().max() / plain.abs().max())

    def row(self, capacity: int) -> Row:
        """An empty row with room for `capacity` tokens."""
        import torch

        shape = (self._layers, 2, self._heads, capacity, self._size)
        return Row(torch.empty(shape, dtype=self.model.dtype, device=self.model.device))

    def read(self, work: Sequence[tuple[Row, Sequence[int]]]) -> Tensor:
        """Read the next tokens of each row; returns the logits after each row's last token, float32 on the CPU.

        Shape [rows, vocabulary]. Every row must bring at least one token and have room for it.
        """
        import torch

        spans: list[Span] = []
        ids: list[int] = []
        positions: list[int] = []
        last: list[int] = []
        for row, tokens in work:
            spans.append(Span(row, len(ids), len(tokens), self._mask(row.length, len(tokens))))
            positions.extend(range(row.length, row.length + len(tokens)))
            ids.extend(tokens)
            last.append(len(ids) - 1)
        device = self.model.device
        with torch.inference_mode():
            logits = self.model(
                input_ids=torch.tensor([ids], device=device),
                position_ids=torch.tensor([positions], device=device),
                # Four axes: taken as it is. Causality within a row is the business of `_attend`.
                attention_mask=torch.zeros((1, 1, 1, 1), dtype=self.model.dtype, device=device),
                use_cache=False,
                logits_to_keep=torch.tensor(last, device=device),
                spans=spans,
            ).logits[0]
        for span in spans:
            span.row.length += span.count
        return logits.to("cpu", torch.float32)

    def _mask(self, before: int, count: int) -> Tensor | None:
        """Causality for `count` tokens that follow `before` others, once for each of the heads that are folded."""
        import torch

        if count == 1:
            return None
        allowed = torch.ones((count, before + count), dtype=torch.bool, device=self.model.device).tril(before)
        return allowed.repeat(self._group, 1)


def _attend(
    module: Any,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor,
    *,
    spans: Sequence[Span],
    scaling: float | None = None,
    **_unused: Any,
) -> tuple[Tensor, None]:
    """Scaled dot-product attention of each span against its row; returns [1, tokens, heads, size].

    `query` is [1, heads, tokens, size], `key` and `value` [1, key-value heads, tokens, size].
    Query heads that share a key-value head are folded into the query axis, so that keys and values are never repeated.
    """
    import torch

    heads, size = query.shape[1], value.shape[3]
    shared = key.shape[1]
    group = heads // shared
    result = torch.empty((1, query.shape[2], heads, size), dtype=query.dtype, device=query.device)
    for span in spans:
        row, count = span.row, span.count
        end = row.length + count
        states = row.states[module.layer_idx]
        here = slice(span.start, span.start + count)
        states[0, :, row.length : end] = key[0, :, here]
        states[1, :, row.length : end] = value[0, :, here]
        folded = query[0, :, here].reshape(1, shared, group * count, size)
        out = torch.nn.functional.scaled_dot_product_attention(
            folded, states[None, 0, :, :end], states[None, 1, :, :end], attn_mask=span.mask, scale=scaling
        )
        result[0, here] = out.reshape(heads, count, size).transpose(0, 1)
    return result, None


def _register() -> None:
    from transformers import AttentionInterface

    AttentionInterface.register(ATTENTION, _attend)


def _context(config: Any) -> int:
    """The most tokens of a sequence; where layers see a sliding window only, that window, which `_attend` ignores."""
    limits = [config.max_position_embeddings]
    window = getattr(config, "sliding_window", None)
    if window and getattr(config, "use_sliding_window", True):
        limits.append(window)
    return int(min(limits))
