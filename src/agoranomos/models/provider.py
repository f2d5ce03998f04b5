"""A provider: what stands before the first slash of a model's name, and opens engines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from agoranomos.documents import DocumentPart
from agoranomos.models.engine import Engine
from agoranomos.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Opening:
    """What is to be opened: the full name as rosters write it, its model part, and its options, checked."""

    name: str
    model: str
    options: Any
    workspace: Workspace | None = None


def _any_options(model: str, options: Any) -> None:
    """Every model of the provider takes every option."""


def _no_script(opening: Opening) -> str:
    """No model of the provider answers from a script."""
    return ""


def _nothing() -> str:
    """The provider needs nothing that the lean install does not bring."""
    return ""


@dataclass(frozen=True, slots=True)
class Provider:
    """Opens the models of one kind.

    `form` shows how its names look and `title` says what they are; `options` is what may follow a question mark.
    `check` raises `UsageError` for a model that it knows not to exist, without loading anything; `open` raises it for
    one that is not there, and `MachineError` when something that it needs is missing or fails. `check_options` raises
    `UsageError` for options, well formed each, that this model does not take. `needs` says what has to be installed
    first (`pip install ...`), and nothing where all is there. `script_sha256` is the digest, in hex, of the file
    that holds a model's answers, and nothing where no file does; it raises as `open` does. `served`: its models run
    somewhere else anyway, so that on a cluster the driver asks them itself.
    """

    name: str
    form: str
    title: str
    options: type[DocumentPart]
    check: Callable[[str], None]
    open: Callable[[Opening], Engine]
    check_options: Callable[[str, Any], None] = _any_options
    needs: Callable[[], str] = _nothing
    script_sha256: Callable[[Opening], str] = _no_script
    served: bool = False
