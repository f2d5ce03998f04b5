"""How probable each letter is, from the most probable tokens that a server lists. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from agoranomos.models.served.answer import TopToken

MOST_MISSING = 0.01
"""The greatest share of the letters' probability that letters outside the list may hold for an answer to count."""


@dataclass(frozen=True, slots=True)
class Scored:
    """Natural log-probabilities of the letters, which sum to probability 1; `note` says which were not listed."""

    log_probabilities: tuple[float, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Unscored:
    """Why the list says too little."""

    words: str


def score(
    top: Sequence[TopToken], letters: Sequence[str], temperature: float, *, spaced: bool = False
) -> Scored | Unscored:
    """The distribution over `letters` at a temperature, from log-probabilities at temperature 1.

    p(letter) is proportional to exp(l / T), l the log-probability of the token that is the letter, or, where no letter
    is listed so, of the token that is a space and the letter (the other way round with `spaced`).

    A letter that is not listed is less probable than the last token that is. It is given that bound, and the note says
    so; but where the bounds could come to more than `MOST_MISSING` of the whole, there is no answer.
    """
    if not top:
        return Unscored("the server listed no tokens")
    readings = [_as_written(top, letters), _after_a_space(top, letters)]
    found = next(filter(None, reversed(readings) if spaced else readings), {})
    if not found:
        return Unscored(f"none of the letters {letters[0]} to {letters[-1]} is among its {len(top)} likeliest tokens")
    bound = min(log for _, log in top)
    scaled = [found.get(letter, bound) / temperature for letter in letters]
    largest = max(scaled)
    if largest == -math.inf:
        return Unscored("the server finds no letter possible")
    total = largest + math.log(math.fsum(math.exp(value - largest) for value in scaled))
    logs = tuple(value - total for value in scaled)
    missing = [index for index, letter in enumerate(letters) if letter not in found]
    if not missing:
        return Scored(logs)
    share = math.fsum(math.exp(logs[index]) for index in missing)
    named = ", ".join(letters[index] for index in missing)
    if share > MOST_MISSING:
        return Unscored(
            f"{named} not among its {len(top)} likeliest tokens, and could hold {share:.1%} of the probability"
        )
    return Scored(logs, f"{named} not among its {len(top)} likeliest tokens: together at most {share:.2g}, given that")


def _as_written(top: Sequence[TopToken], letters: Sequence[str]) -> dict[str, float]:
    return {text: log for text, log in reversed(top) if text in letters}


def _after_a_space(top: Sequence[TopToken], letters: Sequence[str]) -> dict[str, float]:
    """Letters by the token that begins with a space (as some vocabularies show it: U+2581)."""
    spaced = {f"{space}{letter}": letter for letter in letters for space in (" ", "\u2581")}
    return {spaced[text]: log for text, log in reversed(top) if text in spaced}
