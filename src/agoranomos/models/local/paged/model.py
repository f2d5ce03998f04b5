"""A decoder whose keys and values lie in pages that rows share by reference."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import accumulate
from typing import Any

from agoranomos.models.local.decoder import Branches
from agoranomos.models.local.paged.attention import PagedAttention, fastest, on_device
from agoranomos.models.local.paged.memory import PAGE
from agoranomos.models.local.paged.page_cache import PageCache
from agoranomos.models.local.paged.pages import Pages
from agoranomos.models.local.paged.passes import PagedRow, Part, Pass, cut, numbers, tables
from agoranomos.models.local.paged.steps import Steps
from agoranomos.models.local.shape import Shape

ATTENTION = "agoranomos_paged"
PASS_TOKENS = 16_384
"""The most tokens of a pass: enough to keep a GPU busy, few enough that activations stay small."""

Tensor = Any


class PagedModel:
    """A causal language model of the transformers library, prepared for passes over pages.

    `pages` of them are held from the beginning, so memory is bounded by that; a row takes all that it can need when it
    begins. `attention` (by default the fastest that works on the model's device) and `record` (CUDA graphs, by default
    on CUDA) are for tests and measurements. Passes of at most `steps` tokens run in fixed sizes; 0: none do.
    """

    def __init__(
        self,
        model: Any,
        pages: int,
        *,
        rows: int = 1024,
        page: int = PAGE,
        pass_tokens: int = PASS_TOKENS,
        attention: PagedAttention | None = None,
        steps: int | None = None,
        record: bool | None = None,
    ) -> None:
        import torch

        _register()
        shape = Shape.of(model.config)
        on_cuda = model.device.type == "cuda"
        self.model = model
        self.vocabulary = shape.vocabulary
        self.context = min(shape.context, (pages - 1) * page)
        self.batch = rows
        self.attention = attention or fastest(shape, model.dtype, model.device, page)
        self._pages = Pages(pages)
        self._page = page
        self._pass_tokens = pass_tokens
        self._cache = PageCache(self._pages, page, pages)
        size = (shape.layers, 2, pages, page, shape.shared_heads, shape.size)
        # Zeros, because what a mask hides is multiplied by 0, and garbage may be NaN.
        self._states = torch.zeros(size, dtype=model.dtype, device=model.device)
        model.eval()
        model.set_attn_implementation(ATTENTION)
        record = on_cuda if record is None else record
        most = (rows if on_cuda else 0) if steps is None else steps
        self.steps: Steps | None = None
        if most:
            self.steps = Steps(
                self._run,
                self.attention,
                page=page,
                width=-(-self.context // page),
                most=most,
                device=model.device,
                record=record and self.attention.recorded,
            )

    @property
    def device(self) -> Any:
        """Where the model is, and its logits."""
        return self.model.device

    @property
    def free(self) -> int:
        """Tokens that there is room for, beside what rows and remembered prompts hold."""
        return self._pages.free * self._page

    def row(self, capacity: int, ids: Sequence[int] = ()) -> PagedRow | None:
        """A row with room for `capacity` tokens, beginning with the pages that are remembered of `ids`."""
        known = self._cache.find(ids)[: capacity // self._page]
        return self._taken(known, capacity, len(known) * self._page)

    def fork(self, row: PagedRow, capacity: int) -> PagedRow | None:
        """Another row with the same tokens so far: full pages are shared, the last one is copied."""
        full, rest = divmod(row.length, self._page)
        copy = self._taken(row.pages[:full], capacity, full * self._page)
        if copy is not None and rest:
            self._states[:, :, copy.pages[full], :rest] = self._states[:, :, row.pages[full], :rest]
            copy.length += rest
        return copy

    def keep(self, ids: Sequence[int], row: PagedRow) -> None:
        """Remember the full pages of `row` that hold `ids`."""
        self._cache.keep(ids, row.pages)

    def release(self, rows: Iterable[PagedRow]) -> None:
        """Give the rows' pages back; a row that was given back already is left as it is."""
        for row in rows:
            self._pages.release(row.pages)
            row.pages = []

    def read(self, work: Sequence[tuple[PagedRow, Sequence[int]]], branches: Branches = ()) -> Tensor:
        """Read the next tokens of each row; returns the logits after each row's last token, then after each branch's.

        Shape [rows + branches, vocabulary], float32 on `device`. A branch is read on a fork of its row, or, where there
        is no room for one, on the row itself, which then goes back.
        """
        import torch

        paths = [(row, path) for row, paths in branches for path in paths]
        forks = [self.fork(row, row.length + len(path)) for row, path in paths]
        aside = [(fork, path) for fork, (_, path) in zip(forks, paths, strict=True) if fork is not None]
        try:
            if len(aside) == len(paths):
                return self._read([*work, *aside])
        finally:
            self.release(fork for fork, _ in aside)
        logits = [self._read(work)] if work else []
        for row, path in paths:
            logits.append(self._read([(row, path)]))
            row.length -= len(path)
        return torch.cat(logits)

    def _read(self, work: Sequence[tuple[PagedRow, Sequence[int]]]) -> Tensor:
        import torch

        logits, ended = [], []
        with torch.inference_mode(), on_device(self.device):
            for parts in cut(work, self._pass_tokens):
                logits.append(self._last_logits(parts).to(torch.float32, copy=True))
                ended += [part.work for part in parts if part.work >= 0]
                for part in parts:
                    part.row.length = part.before + len(part.tokens)
        assert ended == list(range(len(work))), "the rows' last tokens come in the rows' order"
        return logits[0] if len(logits) == 1 else torch.cat(logits)

    def _last_logits(self, parts: Sequence[Part]) -> Tensor:
        """The logits after the parts that end their row's work."""
        import torch

        counts = [len(part.tokens) for part in parts]
        lasts = zip(parts, accumulate(counts), strict=True)
        ends = [after - 1 for part, after in lasts if part.work >= 0]
        if self.steps is not None and sum(counts) <= self.steps.most:
            logits = self.steps.read(parts)
            return logits if len(ends) == len(logits) else logits[torch.tensor(ends, device=self.device)]
        return self._pass(parts, counts, torch.tensor(ends, dtype=torch.int64, device=self.device))

    def _pass(self, parts: Sequence[Part], counts: Sequence[int], ends: Tensor) -> Tensor:
        """One pass of any size, as it is."""
        import torch

        device = self.device
        table = tables(parts, self._page)
        ids, positions, slots = torch.from_numpy(numbers(parts, table, self._page)).to(device)
        lengths = [part.before + count for part, count in zip(parts, counts, strict=True)]
        asked = Pass(
            slots=slots,
            starts=torch.tensor([0, *counts], device=device).cumsum(0).to(torch.int32),
            lengths=torch.tensor(lengths, dtype=torch.int32, device=device),
            table=torch.from_numpy(table).to(device),
            counts=counts,
            longest=max(lengths),
            plan=self.attention.plan(counts, lengths, device),
        )
        return self._run(ids[None], positions[None], asked, ends)

    def _run(self, ids: Tensor, positions: Tensor, asked: Pass, ends: Tensor | int = 0) -> Tensor:
        """The model over a pass: logits [ends, vocabulary], or [tokens, vocabulary] when `ends` is 0."""
        import torch

        logits: Tensor = self.model(
            input_ids=ids,
            position_ids=positions,
            # Four axes: taken as it is. Causality within a row is the business of the paged attention.
            attention_mask=torch.zeros((1, 1, 1, 1), dtype=self.model.dtype, device=self.device),
            use_cache=False,
            logits_to_keep=ends,
            paged=(self._states, asked, self.attention),
        ).logits
        return logits[0]

    def _taken(self, known: Sequence[int], capacity: int, length: int) -> PagedRow | None:
        """A row that shares the pages `known` and takes free ones for the rest of its capacity."""
        missing = -(-capacity // self._page) - len(known)
        self._pages.share(known)
        if self._pages.free < missing:
            self._cache.evict(missing - self._pages.free)
        if self._pages.free < missing:
            self._pages.release(known)
            return None
        return PagedRow([*known, *self._pages.take(missing)], length)


def _attend(
    module: Any,
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attention_mask: Tensor,
    *,
    paged: tuple[Tensor, Pass, PagedAttention],
    scaling: float | None = None,
    **_unused: Any,
) -> tuple[Tensor, None]:
    """Write keys and values of the pass into their pages, then attend; returns [1, tokens, heads, size].

    `query` is [1, heads, tokens, size], `key` and `value` [1, key-value heads, tokens, size].
    """
    states, asked, attention = paged
    keys, values = states[module.layer_idx]
    keys.flatten(0, 1).index_copy_(0, asked.slots, key[0].transpose(0, 1))
    values.flatten(0, 1).index_copy_(0, asked.slots, value[0].transpose(0, 1))
    scale = query.shape[3] ** -0.5 if scaling is None else scaling
    return attention(query[0].transpose(0, 1).contiguous(), keys, values, asked, scale)[None], None


def _register() -> None:
    from transformers import AttentionInterface

    AttentionInterface.register(ATTENTION, _attend)
