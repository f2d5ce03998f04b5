"""Short passes in buffers that never move, so that a CUDA graph can be recorded once and replayed for every step.

While replies are written, a pass reads one token of most rows and a few of some. Launching its hundreds of kernels
one by one takes a CPU longer than a GPU takes to run them. A recorded pass needs fixed shapes: here every token is a
row of its own, whose length ends at that token, and what is missing to the next size is filled up with tokens that are
written to the scrap page. Where nothing can be recorded the same passes run as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from agoranomos.models.local.paged.attention import PagedAttention
from agoranomos.models.local.paged.pages import SCRAP
from agoranomos.models.local.paged.passes import Part, Pass, numbers, tables

Tensor = Any
Run = Callable[[Tensor, Tensor, Pass], Tensor]
"""Token ids and positions, both [1, tokens], and the pass; returns logits [tokens, vocabulary]."""

SIZES = (1, 2, 4, 8, 16, 24, 32, 48, 64, 96, 128, 192, 256, 320, 384, 448, 512, 576, 640, 768, 896, 1024)


@dataclass(frozen=True, slots=True)
class _Recorded:
    """A graph, what it writes, and what it reads, which must not move as long as it is replayed."""

    graph: Any
    logits: Tensor
    asked: Pass


def recorded_bytes(most: int, vocabulary: int, itemsize: int) -> int:
    """Bytes of the logits that the recordings of all sizes up to `most` keep."""
    return sum(size for size in {*SIZES, most} if size <= most) * vocabulary * itemsize


class Steps:
    """Passes of at most `most` tokens. `failure` says why nothing is recorded, if something was to be."""

    def __init__(
        self, run: Run, attention: PagedAttention, *, page: int, width: int, most: int, device: Any, record: bool
    ) -> None:
        import torch

        self.most = most
        self.failure = ""
        self._run = run
        self._attention = attention
        self._page = page
        self._record = record
        self._recorded: dict[int, _Recorded] = {}
        self._memory: Any = None
        self._numbers = torch.zeros((3, most), dtype=torch.int64, device=device)  # Ids, positions, slots.
        self._starts = torch.arange(most + 1, dtype=torch.int32, device=device)
        self._lengths = torch.ones(most, dtype=torch.int32, device=device)
        self._table = torch.full((most, width), SCRAP, dtype=torch.int32, device=device)

    @property
    def recorded(self) -> list[int]:
        """The sizes that a graph was recorded for."""
        return sorted(self._recorded)

    def read(self, parts: Sequence[Part]) -> Tensor:
        """The logits after each token of `parts`, in order: [tokens, vocabulary], valid until the next call."""
        count = sum(len(part.tokens) for part in parts)
        size = next(size for size in (*SIZES, self.most) if size >= count)
        lengths = self._fill(parts, min(size, self.most))
        return self._logits(min(size, self.most), lengths)[:count]

    def _fill(self, parts: Sequence[Part], size: int) -> list[int]:
        """Write tokens and tables into the buffers; returns the lengths of all rows."""
        import torch

        counts = [len(part.tokens) for part in parts]
        table = tables(parts, self._page)
        read = numbers(parts, table, self._page)
        table = np.repeat(table, counts, axis=0)
        count, used = table.shape
        lengths = np.ones(size, dtype=np.int32)
        lengths[:count] = read[1] + 1
        filled = np.zeros((3, size), dtype=np.int64)
        filled[:, :count] = read
        device = self._numbers.device
        self._numbers[:, :size] = torch.from_numpy(filled).to(device)
        self._lengths[:size] = torch.from_numpy(lengths).to(device)
        self._table[:count, :used] = torch.from_numpy(table).to(device)
        self._table[count:size, 0] = SCRAP
        return lengths.tolist()

    def _logits(self, size: int, lengths: Sequence[int]) -> Tensor:
        if self._record and not self.failure and size not in self._recorded:
            try:
                self._recorded[size] = self._recording(size)
            except Exception as error:  # A layer that asks the host for something; the pass then runs as it is.
                self.failure = f"{type(error).__name__}: {error}"
        if size in self._recorded:
            self._recorded[size].graph.replay()
            return self._recorded[size].logits
        return self._once(size, lengths)

    def _once(self, size: int, lengths: Sequence[int]) -> Tensor:
        return self._run(self._numbers[:1, :size], self._numbers[1:2, :size], self._pass(size, lengths))

    def _pass(self, size: int, lengths: Sequence[int]) -> Pass:
        counts = [1] * size
        return Pass(
            slots=self._numbers[2, :size],
            starts=self._starts[: size + 1],
            lengths=self._lengths[:size],
            table=self._table[:size],
            counts=counts,
            longest=max(lengths),
            plan=self._attention.plan(counts, lengths, self._numbers.device),
        )

    def _recording(self, size: int) -> _Recorded:
        """Run the pass twice beside the stream, as torch asks for before recording, then record it."""
        import torch

        # Planned for the longest rows there can be: what is recorded serves all.
        asked = self._pass(size, [self._table.shape[1] * self._page] * size)
        ids, positions = self._numbers[:1, :size], self._numbers[1:2, :size]
        aside = torch.cuda.Stream(self._numbers.device)
        aside.wait_stream(torch.cuda.current_stream(self._numbers.device))
        with torch.cuda.stream(aside):
            for _ in range(2):
                self._run(ids, positions, asked)
        torch.cuda.current_stream(self._numbers.device).wait_stream(aside)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph, pool=self._memory, capture_error_mode="thread_local"):
            logits = self._run(ids, positions, asked)
        self._memory = graph.pool()
        return _Recorded(graph, logits, asked)
