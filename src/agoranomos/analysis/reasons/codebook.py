"""The codebook: what written reasons are coded for by stated rules; its edition and digest go with every code."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Literal

from pydantic import Field

from agoranomos.documents import Document, DocumentPart, Name, Source, parse_document, read_text
from agoranomos.documents.reader import place_in
from agoranomos.errors import DocumentError

SHIPPED = Path(__file__).with_name("codebook.yaml")

LONGEST_SENTENCE = 500
"""A longer one is read in pieces: a model that repeats itself for pages would take a pattern hours."""

_SENTENCE = re.compile(r"[^.!?;\n]+(?:\.(?=\d)[^.!?;\n]+)*")


class CodeRules(DocumentPart):
    """One code: what it means, and the patterns by which a sentence has it."""

    about: str = Field(min_length=1)
    patterns: tuple[str, ...] = Field(min_length=1)
    not_with: str = ""


class CodebookDocument(Document):
    """A codebook as it is written. `edition` is raised with every change of a code."""

    kind: Literal["codebook"]
    version: Literal[1]
    edition: int = Field(ge=1, strict=True)
    codes: dict[Name, CodeRules] = Field(min_length=1)


@dataclass(frozen=True, slots=True)
class Code:
    """One code, ready to use."""

    name: str
    about: str
    patterns: tuple[re.Pattern[str], ...]
    not_with: re.Pattern[str] | None

    def found_in(self, sentence: str) -> bool:
        """Whether a sentence has the code."""
        if self.not_with is not None and self.not_with.search(sentence):
            return False
        return any(pattern.search(sentence) for pattern in self.patterns)


@dataclass(frozen=True, slots=True)
class Codebook:
    """All codes by name, in the order written; `sha256` is that of the file's text."""

    edition: int
    sha256: str
    codes: Mapping[str, Code]

    def code(self, text: str) -> dict[str, str]:
        """The codes of a text, each with the first sentence that has it; a text has as many codes as apply."""
        found: dict[str, str] = {}
        for sentence in _sentences(text):
            for name, code in self.codes.items():
                if name not in found and code.found_in(sentence):
                    found[name] = sentence
        return found


def _sentences(text: str) -> Iterator[str]:
    """The sentences of a text; what has no end is cut between words, or wherever it has to be."""
    for match in _SENTENCE.finditer(text):
        sentence = match.group().strip()
        while len(sentence) > LONGEST_SENTENCE:
            end = sentence.rfind(" ", 1, LONGEST_SENTENCE + 1)
            end = end if end > 0 else LONGEST_SENTENCE
            yield sentence[:end]
            sentence = sentence[end:].lstrip()
        yield sentence


def read_codebook(path: Path) -> Codebook:
    """The codebook of a YAML file; raises `DocumentError` for a fault in it, or a pattern that is none."""
    source = read_text(path)
    document = parse_document(source, CodebookDocument)
    codes = {}
    for name, rules in document.codes.items():
        patterns = tuple(
            _pattern(source, pattern, ("codes", name, "patterns", place))
            for place, pattern in enumerate(rules.patterns)
        )
        barred = _pattern(source, rules.not_with, ("codes", name, "not_with")) if rules.not_with else None
        codes[name] = Code(name, rules.about, patterns, barred)
    return Codebook(document.edition, source.sha256, MappingProxyType(codes))


def _pattern(source: Source, text: str, path: tuple[str | int, ...]) -> re.Pattern[str]:
    try:
        return re.compile(text, re.IGNORECASE)
    except re.error as error:
        raise DocumentError(f"{text!r} is no regular expression: {error}", place=place_in(source, path)) from None


@cache
def shipped_codebook() -> Codebook:
    """The codebook that comes with the package."""
    return read_codebook(SHIPPED)
