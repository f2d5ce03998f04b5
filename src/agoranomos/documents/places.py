"""Where in a YAML file a path of keys stands, and which words would be valid there."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Iterator, Sequence
from typing import Any

from pydantic import BaseModel
from ruamel.yaml.comments import CommentedMap, CommentedSeq

from agoranomos.documents.layers import file_of


def place_of(name: str, tree: Any, path: Sequence[str | int]) -> str:
    """`name:line:column` (1-based) of the deepest part of `path` that the text holds.

    `name` is the file's; of a document put together from several, the file of that part is named.
    """
    line, column = 1, 1
    for part, node in _steps(tree, path):
        try:
            at = node.lc.key(part) if isinstance(node, CommentedMap) else node.lc.item(part)
        except (KeyError, AttributeError, TypeError):
            break
        line, column = at[0] + 1, at[1] + 1
        name = file_of(node, part, name)
    return f"{name}:{line}:{column}"


def written_path(tree: Any, path: Sequence[str | int]) -> tuple[str | int, ...]:
    """The parts of `path` that the text holds."""
    return tuple(part for part, _ in _steps(tree, path))


def _steps(tree: Any, path: Sequence[str | int]) -> Iterator[tuple[Any, Any]]:
    """Each part of `path` that the text holds, with the mapping or list that holds it.

    The others are names of a union's members, which Pydantic puts into its paths.
    """
    node = tree
    for part in path:
        if isinstance(node, CommentedMap):
            held = part in node
        else:
            held = isinstance(node, CommentedSeq) and isinstance(part, int) and part < len(node)
        if held:
            yield part, node
            node = node[part]


def words_valid_at(model: type[BaseModel], tree: Any, path: Sequence[str | int]) -> list[str]:
    """The keys that the model takes where `path` ends, less those already written."""
    owners: list[type[BaseModel]] = [model]
    node: Any = tree
    for part in path[:-1]:
        stepped = [kind for owner in owners for kind in _models_under(owner, part)]
        # What no member of a union holds is the tag by which Pydantic names the one that is meant.
        owners = stepped or [owner for owner in owners if _is_tagged(owner, part)] or owners
        try:
            node = node[part]
        except (KeyError, IndexError, TypeError):
            continue
    written = set(node) if isinstance(node, dict) else set()
    words = {field.alias or name for owner in owners for name, field in owner.model_fields.items()}
    return sorted(words - written)


def valid_beside(model: type[BaseModel], tree: Any, path: Sequence[str | int]) -> str:
    """The part of `path` beside which its last key would be valid: the innermost; empty where there is none."""
    word = path[-1]
    for depth in range(len(path) - 2, -1, -1):
        part = path[depth]
        if isinstance(part, str) and part != word and word in words_valid_at(model, tree, (*path[:depth], word)):
            return part
    return ""


def _is_tagged(owner: type[BaseModel], tag: str | int) -> bool:
    return any(typing.get_args(field.annotation) == (tag,) for field in owner.model_fields.values())


def _models_under(owner: type[BaseModel], part: str | int) -> Iterator[type[BaseModel]]:
    for name, field in owner.model_fields.items():
        if part in {field.alias, name}:
            yield from _models_in(field.annotation)
            return


def _models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if inspect.isclass(annotation):
        if issubclass(annotation, BaseModel):
            yield annotation
        return
    for argument in typing.get_args(annotation):
        yield from _models_in(argument)
