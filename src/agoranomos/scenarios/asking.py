"""How options are put at the end of a question, in families whose settings differ and whose wordings do not."""

from __future__ import annotations

from collections.abc import Sequence

from agoranomos.scenarios.option import Option
from agoranomos.scenarios.replies import written_choice

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def ordered(
    texts: Sequence[str], violates: Sequence[bool], order: Sequence[int] | None, *, lettered: bool
) -> tuple[Option, ...]:
    """The options whose actions are their numbers, in this `order` (None: their own), under letters or their texts."""
    places = range(len(texts)) if order is None else order
    return tuple(
        Option(LETTERS[place] if lettered else texts[which], texts[which], (float(which),), violates[which])
        for place, which in enumerate(places)
    )


def turned(order: Sequence[int] | None, count: int) -> tuple[tuple[int, ...], ...]:
    """The orders of `count` options in which each has stood under each label once, this one first (None: their own)."""
    first = tuple(range(count)) if order is None else tuple(order)
    return tuple(first[k:] + first[:k] for k in range(count))


def put(options: Sequence[Option], *, lettered: bool) -> list[str]:
    """The lines that list `options` where they have letters, and say how to answer."""
    listed = [f"{option.label}: {option.text}" for option in options] if lettered else []
    return [*listed, f"Answer with {' or '.join(written_choice(option) for option in options)}."]
