"""Texts in `policies/` that say what a model is told: YAML between two lines of three hyphens, then Jinja blocks."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeVar

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, nodes

from agoranomos.documents import Document, Source, parse_document
from agoranomos.errors import DocumentError
from agoranomos.policies.round_lines import (
    EACH_ROUND,
    KNOWN_LINES,
    RoundLines,
    each_round_once,
    names_behind,
    same,
    with_lines_kept,
)
from agoranomos.policies.sandbox import PromptEnvironment

HeadT = TypeVar("HeadT", bound=Document)

_FENCE = re.compile(r"\A---\n(.*?\n)---\n", re.DOTALL)


class Rendered:
    """What was rendered for one seat and need not be again: blocks of which no value has changed, and past rounds.

    It holds as much as one prompt shows. Values are known by identity, so they must not be changed in place.
    """

    __slots__ = ("blocks", "lines")

    def __init__(self) -> None:
        self.lines = RoundLines()
        self.blocks: dict[str, tuple[tuple[Any, ...], str]] = {}


@dataclass(frozen=True, slots=True)
class TextBlocks:
    """The blocks of one text, by name; `names` are those from which a block's text follows, where nothing else does."""

    name: str
    template: Template
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def render(self, block: str, values: Mapping[str, Any], rendered: Rendered | None = None) -> str:
        """The block with `values` filled in, without empty lines around it; empty where the text has no such block.

        What `rendered` holds of the same values is taken from there. Raises `DocumentError` where the block asks for
        something that it is not given.
        """
        if block not in self.template.blocks:
            return ""
        rendered = rendered or Rendered()
        names = self.names.get(block)
        if names is None or not all(map(values.__contains__, names)):
            return self._filled_in(block, values, rendered)
        behind = tuple([values[name] for name in names])
        known = rendered.blocks.get(block)
        if known is not None and same(known[0], behind):
            return known[1]
        text = self._filled_in(block, values, rendered)
        rendered.blocks[block] = behind, text
        return text

    def _filled_in(self, block: str, values: Mapping[str, Any], rendered: Rendered) -> str:
        # Shared, so that jinja does not merge its own names with the values anew, which takes longer than the text.
        context = self.template.new_context({**_globals(), **values, KNOWN_LINES: rendered.lines}, shared=True)
        try:
            return "".join(self.template.blocks[block](context)).strip("\n")
        except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError, AttributeError) as error:
            raise DocumentError(f"block {block}: {error}", place=self.name) from None


def parse_blocks(
    source: Source, name: str, head: type[HeadT], kind: str, blocks: Sequence[str], needed: Sequence[str]
) -> tuple[HeadT, TextBlocks]:
    """The head of a text and its blocks; `kind` is what its head says it is, `needed` are blocks that must be there.

    Raises `DocumentError` with the place of the first fault.
    """
    fence = _FENCE.match(source.text)
    if fence is None:
        raise DocumentError(
            f"a prompt template begins with a line `---`, YAML with `kind: {kind}`, and a line `---`",
            place=f"{source.name}:1:1",
        )
    form = parse_document(Source(source.name, "\n" + fence.group(1)), head)
    lines_above = source.text[: fence.end()].count("\n")
    try:
        parsed = _environment().parse("\n" * lines_above + source.text[fence.end() :])
        names = {block.name: names_behind(block) for block in parsed.find_all(nodes.Block)}
        template = _environment().from_string(with_lines_kept(parsed))
    except TemplateSyntaxError as error:
        raise DocumentError(f"{error.message}", place=f"{source.name}:{error.lineno}:1") from None
    for block in needed:
        if block not in template.blocks:
            raise DocumentError(f"the block `{block}` is missing", place=f"{source.name}:{lines_above + 1}:1")
    for block in template.blocks:
        if block not in blocks:
            raise DocumentError(f"unknown block {block!r}; the blocks are {', '.join(blocks)}", place=source.name)
    return form, TextBlocks(name, template, {block: known for block, known in names.items() if known is not None})


@lru_cache(maxsize=1)
def _environment() -> PromptEnvironment:
    environment = PromptEnvironment(
        undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True
    )
    environment.filters["number"] = plain_number
    environment.filters[EACH_ROUND] = each_round_once
    environment.filters["percent"] = lambda share: plain_number(100.0 * share, 1)
    return environment


@lru_cache(maxsize=1)
def _globals() -> dict[str, Any]:
    """What jinja itself gives to every template."""
    return dict(_environment().globals)


def plain_number(value: float, places: int = 2) -> str:
    """`value` with at most `places` decimals and no trailing zeros: 46.67, 40, -3.5."""
    text = f"{value:.{places}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text == "-0" else text
