"""Prompt templates: files in `policies/` that say what a prompted agent is told, and what its reply looks like.

A template begins with a few YAML lines (`Format`) between two lines of three hyphens. Then come Jinja blocks: `system`
(may be missing) and `user` are the messages, `retry` is what an agent is told after a reply that is no move. A template
for agents that sum up what they remember has a block `summary`, which then takes the place of `user`; `rounds` may hold
what both begin with (`{{ self.rounds() }}`), so that what was read of it is read once.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from pydantic import Field, field_validator

from agoranomos.documents import Document, DocumentPart, Source, read_text
from agoranomos.errors import DocumentError
from agoranomos.models import Message
from agoranomos.policies.prompted.memories import TemplateMemory, require_spoken_of
from agoranomos.policies.text_blocks import Rendered, TextBlocks, parse_blocks

_BLOCKS = ("system", "user", "retry", "rounds", "summary")


class Limits(DocumentPart):
    """The most characters of each text in a reply."""

    thoughts: int = Field(ge=0, le=10_000)
    plans: int = Field(ge=0, le=10_000)
    insights: int = Field(ge=0, le=10_000)


class Format(Document):
    """How replies look: quantities as JSON integers or as `text`, their keys, limits, and the budget in tokens.

    `market` is the type of market that the text speaks of, or `any`. With `reports` a reply says whether the firm comes
    forward, `"report": true` or `false`; with `talks` it holds a `"message"` of at most so many characters to all
    others (heard where the market lets agents talk). `memory` lists the memories that the text speaks of rightly; it is
    given which one as `memory`. Only where that is `notes` do replies hold PLANS and INSIGHTS.

    A reply of characters that are one token each still fits where `max_tokens` exceeds the sum of the limits by what
    the keys take; then a constrained engine always closes it.
    """

    kind: Literal["prompt"]
    version: Literal[1]
    market: str = "cournot"
    quantities: Literal["integer", "text"]
    key: str = "{good}"
    reports: bool = False
    talks: int = Field(default=0, ge=0, le=2000)
    memory: tuple[TemplateMemory, ...] = Field(default=("notes",), min_length=1)
    limits: Limits
    max_tokens: int = Field(ge=16, le=32_768)

    @field_validator("key")
    @classmethod
    def _names_the_good(cls, key: str) -> str:
        if key.count("{good}") != 1:
            raise ValueError("must hold {good} once")
        return key

    @property
    def keeps_notes(self) -> bool:
        """Whether replies write PLANS and INSIGHTS anew."""
        return "notes" in self.memory

    def key_of(self, good: str) -> str:
        """The key of a good's quantity in a reply."""
        return self.key.replace("{good}", good)


@dataclass(frozen=True, slots=True)
class PromptTemplate:
    """A template read and checked; `sha256` is over the file's bytes."""

    name: str
    sha256: str
    form: Format
    blocks: TextBlocks

    def remembering(self, memory: TemplateMemory) -> PromptTemplate:
        """The template for agents with this memory alone; raises `UsageError` where its text does not fit them."""
        require_spoken_of(memory, self.form.memory, self.name, "`cournot-memory` and `market-memory` are")
        return replace(self, form=self.form.model_copy(update={"memory": (memory,)}))

    def messages(self, values: Mapping[str, Any], rendered: Rendered | None = None) -> tuple[Message, ...]:
        """The messages that open a request, without empty ones; `rendered` is what its seat was shown before."""
        return self._messages("user", values, rendered)

    def summary(self, values: Mapping[str, Any], rendered: Rendered | None = None) -> tuple[Message, ...]:
        """The messages that ask for a summary, without empty ones."""
        return self._messages("summary", values, rendered)

    def _messages(self, ending: str, values: Mapping[str, Any], rendered: Rendered | None) -> tuple[Message, ...]:
        system = Message("system", self.blocks.render("system", values, rendered))
        user = Message("user", self.blocks.render(ending, values, rendered))
        return tuple(message for message in (system, user) if message.content)

    def retry(self, values: Mapping[str, Any], error: str) -> str:
        """What an agent is told after a reply that is no move; `error` says why."""
        return self.blocks.render("retry", {**values, "error": error})


def read_template(path: Path) -> PromptTemplate:
    """The template in the file at `path`; raises `DocumentError` with the place of the first fault."""
    return parse_template(read_text(path), path.stem)


@lru_cache(maxsize=32)
def parse_template(source: Source, name: str) -> PromptTemplate:
    """The template in `source`; raises `DocumentError` with the place of the first fault.

    It is compiled once however many seats read it: that takes 45 ms.
    """
    form, blocks = parse_blocks(source, name, Format, "prompt", _BLOCKS, ("user", "retry"))
    if "summary" in form.memory and "summary" not in blocks.template.blocks:
        raise DocumentError("its `memory` names summary, and the block `summary` is missing", place=source.name)
    return PromptTemplate(name, source.sha256, form, blocks)
