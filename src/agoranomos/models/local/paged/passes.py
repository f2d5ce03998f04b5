"""What one pass of the model reads, and where keys and values of its tokens go."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agoranomos.models.local.paged.pages import SCRAP

Tensor = Any


@dataclass(eq=False)
class PagedRow:
    """One sequence: the pages that hold its tokens, in order, and how many tokens were read."""

    pages: list[int]
    length: int = 0


@dataclass(frozen=True, slots=True)
class Part:
    """Tokens of a row that follow the `before` read so far. `work` is the row's number if they are its last, or -1."""

    row: PagedRow
    tokens: Sequence[int]
    before: int
    work: int


@dataclass(frozen=True, slots=True)
class Pass:
    """A pass, as attention sees it: its tokens lie end to end, those of each row together.

    `slots` [tokens] int64: page * page size + place of each token. `starts` [rows + 1] int32: where each row's tokens
    begin. `lengths` [rows] int32: tokens of each row, those of this pass included. `table` [rows, most pages] int32.
    `counts` says on the host how many tokens each row brings, `longest` bounds `lengths`, and `plan` is what the
    attention at work made of these two.
    """

    slots: Tensor
    starts: Tensor
    lengths: Tensor
    table: Tensor
    counts: Sequence[int]
    longest: int
    plan: Any = field(default=None)


def cut(work: Sequence[tuple[PagedRow, Sequence[int]]], most: int) -> Iterator[list[Part]]:
    """The tokens of each row, in passes of at most `most` tokens; a row's tokens stay in order."""
    parts: list[Part] = []
    room = most
    for number, (row, tokens) in enumerate(work):
        begun, at = row.length, 0
        while at < len(tokens):
            taken = tokens[at : at + room]
            ends = at + len(taken) == len(tokens)
            parts.append(Part(row, taken, begun + at, number if ends else -1))
            at += len(taken)
            room -= len(taken)
            if room == 0:
                yield parts
                parts, room = [], most
    if parts:
        yield parts


def tables(parts: Sequence[Part], page: int) -> NDArray[np.int32]:
    """The pages that hold each part's row up to its last token: [parts, most pages], filled up with `SCRAP`."""
    used = [-(-(part.before + len(part.tokens)) // page) for part in parts]
    table = np.full((len(parts), max(used)), SCRAP, dtype=np.int32)
    holding = chain.from_iterable(part.row.pages[:count] for part, count in zip(parts, used, strict=True))
    table[np.arange(table.shape[1]) < np.array(used)[:, None]] = np.fromiter(holding, np.int32, sum(used))
    return table


def numbers(parts: Sequence[Part], table: NDArray[np.int32], page: int) -> NDArray[np.int64]:
    """Id, position and slot of each token of a pass: [3, tokens]; `table` is that of its parts."""
    counts = np.array([len(part.tokens) for part in parts])
    ids = np.fromiter(chain.from_iterable(part.tokens for part in parts), np.int64, counts.sum())
    first = np.array([part.before for part in parts]) - (counts.cumsum() - counts)
    positions = np.arange(len(ids)) + np.repeat(first, counts)
    pages = table[np.repeat(np.arange(len(parts)), counts), positions // page].astype(np.int64)
    return np.stack([ids, positions, pages * page + positions % page])
