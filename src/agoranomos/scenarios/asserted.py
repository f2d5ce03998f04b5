"""Whether a text says something, by a stated rule: a sentence with all of some patterns and no word that denies it.

What the rule misses and what it mistakes is the rule's: it knows no irony, and no denial in another sentence.
"""

from __future__ import annotations

import re

_DENIES = re.compile(r"\bnot\b|\bnever\b|\bno\b|n't\b|n\u2019t\b|\brefus")
_ENDS = re.compile(r"[.!?;\n]")


def asserts(text: str, *patterns: re.Pattern[str]) -> bool:
    """Whether some sentence of `text`, in small letters, has all `patterns` and denies nothing."""
    return any(
        all(pattern.search(sentence) for pattern in patterns) and not _DENIES.search(sentence)
        for sentence in _ENDS.split(text.casefold())
    )
