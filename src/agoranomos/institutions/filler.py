"""Text without content: as long as the one that it stands for, line by line, and saying nothing."""

from __future__ import annotations

from itertools import cycle

_SENTENCES = (
    "This part of the page is kept for its form and says nothing about anyone or anything.",
    "What stands here has no meaning, and nothing follows from it.",
    "It is printed so that each page has the same length as the other pages.",
)
_BY_LENGTH = ("", "a", "of", "the", "page", "plain", "spaces", "nothing", "ordinary", "something", "customary.")
"""A word of each length up to ten, for the end of a line."""


def filler(text: str) -> str:
    """As many lines as `text`, each with as many characters, in whole words that tell nothing."""
    words = cycle(" ".join(_SENTENCES).split())
    return "\n".join(_line(len(line), words) for line in text.split("\n"))


def _line(length: int, words: cycle[str]) -> str:
    """Words with spaces between them, `length` characters in all; the last words are chosen to fit."""
    longest = len(_BY_LENGTH) - 1
    line: list[str] = []
    left = length
    while left > longest:
        word = next(words)
        if left - len(word) - 1 < 1:
            word = _BY_LENGTH[1]
        line.append(word)
        left -= len(word) + 1
    return " ".join([*line, _BY_LENGTH[left]])
