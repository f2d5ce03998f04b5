"""A decoder reads tokens and says what could come next. The seam between the decoding loop and what runs the model."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol, TypeAlias

Tensor = Any
"""A torch tensor; torch is imported where a model is loaded and not before."""

Branches: TypeAlias = Sequence[tuple[Any, Sequence[Sequence[int]]]]
"""Rows, and for each the ways on from where it stands: paths of token ids that are read and forgotten."""


class Row(Protocol):
    """One sequence under way. `length` of its tokens have been read; the rest of it is the decoder's business."""

    length: int


class Decoder(Protocol):
    """A causal language model that reads many sequences of different lengths at once.

    `context` is the most tokens that a row can ever have, `vocabulary` the number of logits, and `batch` how many rows
    it makes good use of at once.
    """

    vocabulary: int
    context: int
    batch: int

    @property
    def device(self) -> Any:
        """The torch device that logits come back on."""
        ...

    def row(self, capacity: int, ids: Sequence[int] = ()) -> Any:
        """A row with room for `capacity` tokens, in which the longest remembered beginning of `ids` is already read.

        None where memory has no room now: there will be some when other rows are released. A row never outgrows its
        capacity, so what was begun can be finished.
        """
        ...

    def read(self, work: Sequence[tuple[Any, Sequence[int]]], branches: Branches = ()) -> Tensor:
        """Read the next tokens of each row; returns the logits after each row's last token, then after each branch's.

        Shape [rows + paths of all branches, vocabulary], float32, on `device`, the caller's to change in inference
        mode. Every row brings at least one token, has room for what it brings, and comes once in all. Each path has one
        token or more; a row that branches has room for the longest of its paths, and stands afterwards where it stood.
        """
        ...

    def keep(self, ids: Sequence[int], row: Any) -> None:
        """Remember the first tokens of `row`, which are `ids` and have been read, for rows that begin alike."""
        ...

    def release(self, rows: Iterable[Any]) -> None:
        """Give back the memory of rows that are done; they cannot be read again."""
        ...
