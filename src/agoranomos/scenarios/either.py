"""Keys that take a word or something else: how a value is written says which is meant, so an error speaks of that one.

probability: Annotated[Annotated[Level, WORD] | Annotated[Chance, OTHER], BY_FORM]
"""

from __future__ import annotations

from typing import Any, Final

from pydantic import Discriminator, Tag

WORD: Final = Tag("word")
OTHER: Final = Tag("other")


def _form(value: Any) -> str:
    """A text is a word, unless it is a number as records hold it."""
    if not isinstance(value, str):
        return OTHER.tag
    try:
        float(value)
    except ValueError:
        return WORD.tag
    return OTHER.tag


BY_FORM: Final = Discriminator(_form)
