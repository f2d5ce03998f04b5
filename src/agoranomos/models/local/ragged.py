"""Runs a decoder over sequences of different lengths at once, without padding.

The tokens of all rows that have something to read are laid end to end, so the matrix products see no padding;
attention is computed row by row against the row's own keys and values. A row may bring one token (decoding), some
(forced text) or many (a prompt) to the same pass. Positions are given per token, so a row's result does not depend on
its place.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from agoranomos.models.local.decoder import Branches
from agoranomos.models.local.prefix_cache import PrefixCache
from agoranomos.models.local.shape import Shape

ATTENTION = "agoranomos_ragged"
PASS_TOKENS = 4096
"""The most tokens of a pass, branches aside: masks and activations stay small, however long the prompts that come."""

Tensor = Any
Portion: TypeAlias = "list[tuple[Row, Sequence[int], bool]]"
"""Rows of one pass, the tokens that each brings to it, and whether they are the last that it has."""


@dataclass(eq=False)
class Row:
    """One sequence: `states` are keys and values, [layers, 2, key-value heads, capacity, size]; `length` are set."""

    states: Tensor
    length: int = 0


@dataclass(frozen=True, slots=True)
class Span:
    """The next tokens of a row, and where they lie in the pass: [start, start + count).

    `mask`, [query heads a key-value head * count, length], says which tokens of the row each of them may see; None for
    a single token, which sees all. Those of branches are not `kept`: they lie where the row's next tokens will.
    """

    row: Row
    start: int
    count: int
    mask: Tensor | None
    kept: bool = True


class RaggedModel:
    """A causal language model of the transformers library, prepared for ragged passes: a decoder for any device.

    `cache_bytes` bounds the memory for keys and values of beginnings that are remembered.
    """

    batch = 32

    def __init__(self, model: Any, cache_bytes: int = 0) -> None:
        _register()
        shape = Shape.of(model.config)
        self.model = model
        self.vocabulary = shape.vocabulary
        self.context = shape.context
        self._shape = shape
        self._cache = PrefixCache(cache_bytes)
        model.eval()
        model.set_attn_implementation(ATTENTION)

    @property
    def device(self) -> Any:
        """Where the model is, and its logits."""
        return self.model.device

    def row(self, capacity: int, ids: Sequence[int] = ()) -> Row:
        """A row with room for `capacity` tokens and what is remembered of `ids`; there is always room for one more."""
        import torch

        shape = (self._shape.layers, 2, self._shape.shared_heads, capacity, self._shape.size)
        row = Row(torch.empty(shape, dtype=self.model.dtype, device=self.model.device))
        row.length = self._cache.copy_into(row.states, ids)
        return row

    def fork(self, row: Row, capacity: int) -> Row:
        """Another row with the same tokens so far."""
        copy = self.row(capacity)
        copy.states[:, :, :, : row.length] = row.states[:, :, :, : row.length]
        copy.length = row.length
        return copy

    def keep(self, ids: Sequence[int], row: Row) -> None:
        """Remember the first tokens of `row`, which are `ids`."""
        self._cache.insert(ids, row.states)

    def release(self, rows: Iterable[Row]) -> None:
        """Let go of the rows' memory."""
        for row in rows:
            row.states = None

    def read(self, work: Sequence[tuple[Row, Sequence[int]]], branches: Branches = ()) -> Tensor:
        """Read the next tokens of each row; returns the logits after each row's last token, then after each branch's.

        Shape [rows + branches, vocabulary], float32 on `device`. The paths of a row are read side by side behind it,
        each blind to the others.
        """
        import torch

        portions = [*_portions(work, PASS_TOKENS)] or [[]]
        logits = []
        for portion in portions:
            found = self._pass(portion, branches if portion is portions[-1] else ())
            # A row that goes on in the next pass wants no logits yet.
            wanted = [at for at in range(len(found)) if at >= len(portion) or portion[at][2]]
            logits.append(found if len(wanted) == len(found) else found[wanted])
        return logits[0] if len(logits) == 1 else torch.cat(logits)

    def _pass(self, work: Portion, branches: Branches) -> Tensor:
        import torch

        spans: list[Span] = []
        ids: list[int] = []
        positions: list[int] = []
        last: list[int] = []
        for row, tokens, _ in work:
            spans.append(Span(row, len(ids), len(tokens), self._mask(row.length, [len(tokens)])))
            positions.extend(range(row.length, row.length + len(tokens)))
            ids.extend(tokens)
            last.append(len(ids) - 1)
        for row, paths in branches:
            lengths = [len(path) for path in paths]
            self._make_room(row, sum(lengths))
            spans.append(Span(row, len(ids), sum(lengths), self._mask(row.length, lengths), kept=False))
            for path in paths:
                positions.extend(range(row.length, row.length + len(path)))
                ids.extend(path)
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
            span.row.length += span.count if span.kept else 0
        return logits.to(torch.float32)

    def _make_room(self, row: Row, count: int) -> None:
        """Move a row to where `count` more tokens fit, if they do not where it is."""
        if row.length + count > row.states.shape[3]:
            row.states = self.fork(row, row.length + count).states

    def _mask(self, before: int, counts: Sequence[int]) -> Tensor | None:
        """What tokens that follow `before` others may see: those, and of their own path what is before them.

        `counts` are the lengths of the paths; repeated for each of the heads that are folded.
        """
        import torch

        if sum(counts) == 1:
            return None
        # Made on the CPU, whose torch knows every operator for truth values.
        paths = torch.block_diag(*(torch.ones((count, count), dtype=torch.bool) for count in counts))
        seen = torch.ones((sum(counts), before), dtype=torch.bool)
        mask = torch.cat([seen, paths.bool().tril()], dim=1).repeat(self._shape.group, 1)
        return mask.to(self.model.device)


def _portions(work: Sequence[tuple[Row, Sequence[int]]], most: int) -> Iterator[Portion]:
    """The work in passes of at most `most` tokens; the tokens of a row stay in order."""
    portion: Portion = []
    room = most
    for row, tokens in work:
        at = 0
        while at < len(tokens):
            taken = tokens[at : at + room]
            at, room = at + len(taken), room - len(taken)
            portion.append((row, taken, at == len(tokens)))
            if room == 0:
                yield portion
                portion, room = [], most
    if portion:
        yield portion


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
