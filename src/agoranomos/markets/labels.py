"""What the things of a market are called to those who read it; they change no number."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

from agoranomos.documents import DocumentPart

Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=40)]


class Labels(DocumentPart):
    """The unit of quantity, the money, and a story of one or two sentences. The names of agents and goods are keys."""

    unit: Word | None = None
    money: Word | None = None
    story: Annotated[str, Field(min_length=1, max_length=600)] | None = None
