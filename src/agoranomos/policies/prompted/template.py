"""Prompt templates: files in `policies/` that say what a prompted agent is told, and what its reply looks like.

A template begins with a few YAML lines (`Format`) between two lines of three hyphens. Then come Jinja blocks: `system`
(may be missing) and `user` are the messages, `retry` is what an agent is told after a reply that is no move.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from pydantic import Field, field_validator

from agoranomos.documents import Document, DocumentPart, Source, parse_document, read_text
from agoranomos.errors import DocumentError
from agoranomos.models import Message

_FENCE = re.compile(r"\A---\n(.*?\n)---\n", re.DOTALL)
_BLOCKS = ("system", "user", "retry")


class Limits(DocumentPart):
    """The most characters of each text in a reply."""

    thoughts: int = Field(ge=0, le=10_000)
    plans: int = Field(ge=0, le=10_000)
    insights: int = Field(ge=0, le=10_000)


class Format(Document):
    """How replies look: quantities as JSON integers or as `text`, their keys, limits, and the budget in tokens.

    `market` is the type of market that the text speaks of, or `any`. With `reports` a reply says whether the firm comes
    forward, `"report": true` or `false`; with `talks` it holds a `"message"` of at most so many characters to all
    others (heard where the market lets agents talk).

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
    limits: Limits
    max_tokens: int = Field(ge=16, le=32_768)

    @field_validator("key")
    @classmethod
    def _names_the_good(cls, key: str) -> str:
        if key.count("{good}") != 1:
            raise ValueError("must hold {good} once")
        return key

    def key_of(self, good: str) -> str:
        """The key of a good's quantity in a reply."""
        return self.key.replace("{good}", good)


@dataclass(frozen=True, slots=True)
class PromptTemplate:
    """A template read and checked; `sha256` is over the file's bytes."""

    name: str
    sha256: str
    form: Format
    template: Template

    def messages(self, values: Mapping[str, Any]) -> tuple[Message, ...]:
        """The messages that open a request, without empty ones."""
        rendered = [Message(role, self._render(role, values)) for role in ("system", "user")]
        return tuple(message for message in rendered if message.content)

    def retry(self, values: Mapping[str, Any], error: str) -> str:
        """What an agent is told after a reply that is no move; `error` says why."""
        return self._render("retry", {**values, "error": error})

    def _render(self, block: str, values: Mapping[str, Any]) -> str:
        if block not in self.template.blocks:
            return ""
        context = self.template.new_context(dict(values))
        try:
            return "".join(self.template.blocks[block](context)).strip("\n")
        except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as error:
            raise DocumentError(f"block {block}: {error}", place=self.name) from None


def read_template(path: Path) -> PromptTemplate:
    """The template in the file at `path`; raises `DocumentError` with the place of the first fault."""
    return parse_template(read_text(path), path.stem)


@lru_cache(maxsize=32)
def parse_template(source: Source, name: str) -> PromptTemplate:
    """The template in `source`; raises `DocumentError` with the place of the first fault.

    It is compiled once however many seats read it: that takes 45 ms.
    """
    head = _FENCE.match(source.text)
    if head is None:
        raise DocumentError(
            "a prompt template begins with a line `---`, YAML with `kind: prompt`, and a line `---`",
            place=f"{source.name}:1:1",
        )
    form = parse_document(Source(source.name, "\n" + head.group(1)), Format)
    lines_above = source.text[: head.end()].count("\n")
    try:
        template = _environment().from_string("\n" * lines_above + source.text[head.end() :])
    except TemplateSyntaxError as error:
        raise DocumentError(f"{error.message}", place=f"{source.name}:{error.lineno}:1") from None
    for block in ("user", "retry"):
        if block not in template.blocks:
            raise DocumentError(f"the block `{block}` is missing", place=f"{source.name}:{lines_above + 1}:1")
    for block in template.blocks:
        if block not in _BLOCKS:
            raise DocumentError(f"unknown block {block!r}; the blocks are {', '.join(_BLOCKS)}", place=source.name)
    return PromptTemplate(name, source.sha256, form, template)


@lru_cache(maxsize=1)
def _environment() -> ImmutableSandboxedEnvironment:
    environment = ImmutableSandboxedEnvironment(
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    environment.filters["number"] = plain_number
    environment.filters["percent"] = lambda share: plain_number(100.0 * share, 1)
    return environment


def plain_number(value: float, places: int = 2) -> str:
    """`value` with at most `places` decimals and no trailing zeros: 46.67, 40, -3.5."""
    text = f"{value:.{places}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text
