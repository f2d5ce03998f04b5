"""Reads one YAML file into a Pydantic model; every error names file, line, column, value and the nearest valid word."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import accumulate
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import Node, ScalarNode

from agoranomos.documents.faults import causes, in_words
from agoranomos.documents.places import place_of, valid_beside, words_valid_at, written_path
from agoranomos.errors import DocumentError, MachineError, UsageError, nearest

MAX_DOCUMENT_BYTES = 1 << 17
MAX_ALIASES = 64
SHOWN = 160
"""So many characters of a value an error shows."""

MAX_BRACKETS = 256
"""So many may be open at once, those in texts counted too. A parser slows down long before its stack is full."""

_HALF_A_PAIR = re.compile("[\ud800-\udfff]")

ModelT = TypeVar("ModelT", bound=BaseModel)


@dataclass(frozen=True)
class Source:
    """The text of a document and where it came from; `sha256` is over the exact bytes."""

    name: str
    text: str

    @property
    def sha256(self) -> str:
        """SHA-256 of the UTF-8 bytes, in hex."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def tree(self) -> CommentedMap:
        """The document with its places, to be read only; raises `DocumentError` for what is no YAML mapping."""
        return load_tree(self.name, self.text)


def read_text(path: Path) -> Source:
    """The file as a `Source`.

    Raises `UsageError` when there is no such file or it is not UTF-8 text, `MachineError` when it cannot be read.
    """
    if path.exists() and not path.is_file() and not path.is_dir():  # a pipe would be waited for, a device has no end
        raise UsageError(f"{path} is no plain file")
    try:
        with path.open("rb") as file:
            data = file.read(MAX_DOCUMENT_BYTES + 1)
    except FileNotFoundError:
        siblings = [p.name for p in path.parent.iterdir()] if path.parent.is_dir() else []
        raise UsageError(f"no such file: {path}", advice=nearest(path.name, siblings)) from None
    except IsADirectoryError:
        raise UsageError(f"{path} is a folder; a file was expected") from None
    except OSError as error:
        raise MachineError(f"cannot read {path}: {error.strerror}") from error
    if len(data) > MAX_DOCUMENT_BYTES:
        raise DocumentError(f"too large: at most {MAX_DOCUMENT_BYTES} bytes are read", place=str(path))
    try:
        return Source(str(path), data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise DocumentError(f"not UTF-8 text (byte {error.start})", place=str(path)) from None


def read_document(path: Path, model: type[ModelT]) -> ModelT:
    """Read and check the YAML file at `path`; raises `DocumentError` with the place and the nearest valid word."""
    return parse_document(read_text(path), model)


def parse_document(source: Source, model: type[ModelT]) -> ModelT:
    """Check the YAML text of `source` against `model`; raises `DocumentError` for the first fault in the text."""
    tree = source.tree()
    _expect_kind(source, tree, model)
    try:
        return model.model_validate(plain(tree), context={"source": source, "tree": tree})
    except ValidationError as error:
        raise _first_fault(source, tree, model, error) from None


@lru_cache(maxsize=4)
def load_tree(name: str, text: str) -> CommentedMap:
    """The YAML mapping of `text` with its places, to be read only; raises `DocumentError` for what is none."""
    source = Source(name, text)
    yaml = YAML(typ="rt", pure=True)
    yaml.allow_duplicate_keys = False
    _refuse_deep_brackets(source)
    try:
        root = yaml.compose(text)
        _refuse_bombs(source, root)
        tree = None if root is None else yaml.constructor.construct_document(root)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = f"{source.name}:{mark.line + 1}:{mark.column + 1}" if mark else source.name
        problem = (error.problem or error.context or "not valid YAML").splitlines()[0]
        if problem.startswith("but ") and error.context:
            problem = f"{error.context}, {problem}"
        raise DocumentError(f"not valid YAML: {problem}", place=place) from None
    except (YAMLError, ValueError, RecursionError) as error:
        raise DocumentError(f"not valid YAML: {shortened(str(error))}", place=source.name) from None
    except (LookupError, TypeError, AttributeError, AssertionError):  # the parser's own, on tags such as `!!bool x`
        message = "not valid YAML: a value is not of the kind that its tag names"
        raise DocumentError(message, place=source.name) from None
    if not isinstance(tree, CommentedMap):
        raise DocumentError(
            f"the file holds {'nothing' if tree is None else 'no mapping'}; keys such as `kind:` and `version:` "
            "were expected",
            place=f"{source.name}:1:1",
        )
    return tree


def _refuse_deep_brackets(source: Source) -> None:
    steps = (1 if bracket in "[{" else -1 for bracket in re.findall(r"[\[\]{}]", source.text))
    if max(accumulate(steps), default=0) > MAX_BRACKETS or re.search(r"(?:- ){65}", source.text):
        raise DocumentError("too deeply nested", place=source.name)


def _refuse_bombs(source: Source, root: Node | None) -> None:
    r"""A shared node is visited once for each alias; a small file may not unfold into a large one.

    A text that an escape such as `\ud800` makes no Unicode is refused, too: nothing could record it.
    """
    seen = 0
    stack: list[tuple[Node, int]] = [(root, 0)] if root is not None else []
    limit = MAX_ALIASES * 1000
    while stack:
        node, depth = stack.pop()
        seen += 1
        if seen > limit or depth > 64:
            raise DocumentError("too deeply nested, or too many aliases", place=source.name)
        if isinstance(node, ScalarNode):
            if isinstance(node.value, str) and not node.value.isascii() and _HALF_A_PAIR.search(node.value):
                mark = node.start_mark
                place = f"{source.name}:{mark.line + 1}:{mark.column + 1}"
                raise DocumentError("half of a surrogate pair", place=place, advice="Write the character itself.")
            continue
        children = [part for pair in node.value for part in (pair if isinstance(pair, tuple) else (pair,))]
        stack.extend((child, depth + 1) for child in children)


def plain(node: Any) -> Any:
    """Round-trip containers and scalars as the plain Python values that Pydantic's messages speak of."""
    if isinstance(node, CommentedMap):
        return {(str(k) if isinstance(k, str) else k): plain(v) for k, v in node.items()}
    if isinstance(node, CommentedSeq):
        return [plain(v) for v in node]
    if isinstance(node, bool) or node is None:
        return node
    for kind in (int, float, str):
        if isinstance(node, kind):
            return kind(node)
    return node


def shortened(text: str) -> str:
    """The first line of a text, as far as an error shows it."""
    first = next(iter(text.splitlines()), "")
    return first if len(first) <= SHOWN else f"{first[:SHOWN]}..."


def _expect_kind(source: Source, tree: CommentedMap, model: type[BaseModel]) -> None:
    for key in ("kind", "version"):
        field = model.model_fields.get(key)
        if field is None:
            continue
        expected = getattr(field.annotation, "__args__", (None,))
        shown = " or ".join(str(value) for value in expected)
        if key not in tree:
            raise DocumentError(f"`{key}: {shown}` is missing", place=f"{source.name}:1:1")
        if tree[key] not in expected:
            raise DocumentError(
                f"`{key}` is {shortened(repr(tree[key]))}; {shown} was expected",
                place=place_of(source.name, tree, (key,)),
                advice=nearest(str(tree[key]), [str(value) for value in expected]),
            )


def _first_fault(source: Source, tree: CommentedMap, model: type[BaseModel], error: ValidationError) -> DocumentError:
    def order(fault: Any) -> tuple[bool, bool, int, int]:
        # An unknown key is most often the misspelt one that is reported missing elsewhere: name it first.
        name, line, column = place_of(source.name, tree, fault["loc"]).rsplit(":", 2)
        return fault["type"] != "extra_forbidden", name != source.name, int(line), int(column)

    def stands_at(fault: Any) -> tuple[str | int, ...]:
        absent = fault["type"] == "missing"
        return written_path(tree, fault["loc"]) + ((fault["loc"][-1],) if absent else ())

    found = error.errors(include_url=False)
    faults = sorted(causes(found, [stands_at(fault) for fault in found]), key=order)
    fault = faults[0]
    others = len({stands_at(one) for one in faults}) - 1
    loc: Sequence[str | int] = fault["loc"]
    dotted = ".".join(str(part) for part in written_path(tree, loc))
    advice, subject = "", loc
    if fault["type"] == "extra_forbidden":
        message = f"unknown key {shortened(repr(str(loc[-1])))}"
        beside = valid_beside(model, tree, loc)
        advice = (
            f"`{loc[-1]}` stands beside `{beside}`, not in it."
            if beside
            else nearest(str(loc[-1]), words_valid_at(model, tree, loc))
        )
    elif fault["type"] == "missing":
        message = f"{'.'.join(part for part in (dotted, str(loc[-1])) if part)} is missing"
    else:
        text = in_words(fault)
        shown = fault.get("input")
        value = (
            f" (found {shortened(repr(shown))})" if isinstance(shown, (str, int, float, bool)) or shown is None else ""
        )
        message = f"{dotted}: {text}{value}" if dotted else f"{text}"
        subject = _subject(loc, text)
        context = fault.get("ctx") or {}
        expected, word = context.get("expected_tags", context.get("expected")), context.get("tag", shown)
        if isinstance(expected, str) and isinstance(word, str):
            advice = nearest(word, [one.strip("' ") for one in expected.replace(" or ", ",").split(",")])
    if others:
        advice = f"{advice} ({others} more in this file)".strip()
    return DocumentError(message, place=place_of(source.name, tree, subject), advice=advice)


def _subject(loc: Sequence[str | int], text: str) -> Sequence[str | int]:
    """The path of what `text` speaks of: a validator of a whole names the key first, as in `stopping.range: ...`."""
    key, colon, _ = text.partition(": ")
    return (*loc, *(int(part) if part.isdecimal() else part for part in key.split("."))) if colon else loc


def places_in(source: Source) -> Callable[[Sequence[str | int]], str]:
    """As `place_in`, for many paths: the text is read once, when the first place is asked for."""
    tree = cache(source.tree)
    return lambda path: place_of(source.name, tree(), path)


def place_in(source: Source, path: Sequence[str | int]) -> str:
    """`name:line:column` of the value that the keys of `path` lead to in the text of `source`."""
    return place_of(source.name, source.tree(), path)
