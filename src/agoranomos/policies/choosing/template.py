"""Templates of questions: files in `policies/` that say what an agent is told before it chooses.

A template begins with a few YAML lines (`QuestionForm`) between two lines of three hyphens. Then come Jinja blocks:
`system` (may be missing) and `user` are the messages.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from pydantic import Field

from agoranomos.documents import Document, Source, read_text
from agoranomos.models import Message
from agoranomos.policies.prompted.memories import TemplateMemory
from agoranomos.policies.text_blocks import TextBlocks, parse_blocks

_BLOCKS = ("system", "user")


class QuestionForm(Document):
    """How a question is put: `market` is the type of market that the text speaks of, or `any`.

    `lead` is what every answer begins with, before the option or its letter. `memory` lists the memories that the text
    speaks of rightly; it is given which one as `memory`.
    """

    kind: Literal["question"]
    version: Literal[1]
    market: str = "any"
    lead: str = Field(default="", max_length=200)
    memory: tuple[TemplateMemory, ...] = Field(default=("window",), min_length=1)


@dataclass(frozen=True, slots=True)
class QuestionTemplate:
    """A template read and checked; `sha256` is over the file's bytes."""

    name: str
    sha256: str
    form: QuestionForm
    blocks: TextBlocks

    def messages(self, values: Mapping[str, Any]) -> tuple[Message, ...]:
        """The messages of a question, without empty ones; raises `DocumentError` for a value that is not given."""
        rendered = [Message(role, self.blocks.render(role, values)) for role in _BLOCKS]
        return tuple(message for message in rendered if message.content)


def read_question(path: Path) -> QuestionTemplate:
    """The template in the file at `path`; raises `DocumentError` with the place of the first fault."""
    return parse_question(read_text(path), path.stem)


@lru_cache(maxsize=32)
def parse_question(source: Source, name: str) -> QuestionTemplate:
    """The template in `source`; raises `DocumentError` with the place of the first fault."""
    form, blocks = parse_blocks(source, name, QuestionForm, "question", _BLOCKS, ("user",))
    return QuestionTemplate(name, source.sha256, form, blocks)
