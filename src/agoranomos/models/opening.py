"""From a model's name, `provider/model?option=value`, to a running engine."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar
from urllib.parse import parse_qsl

from pydantic import ValidationError

from agoranomos.documents import DocumentPart, first_fault
from agoranomos.errors import UsageError, nearest, unknown_name
from agoranomos.models.engine import Engine
from agoranomos.models.local.options import LocalOptions
from agoranomos.models.provider import Opening, Provider
from agoranomos.models.providers import PROVIDERS
from agoranomos.models.weights import KNOWN_WEIGHTS
from agoranomos.workspace import Workspace

OptionsT = TypeVar("OptionsT", bound=DocumentPart)


def open_engine(name: str, workspace: Workspace | None = None) -> Engine:
    """The engine that `name` stands for.

    A name is a provider and a model (`mock/valid`, `hf/<folder>`, ...), or one of `KNOWN_WEIGHTS` (pulled before).
    Relative folders and files are looked up in the workspace. Options follow a question mark. Raises `UsageError` for
    a name that nothing answers to or weights that are not here, `MachineError` when an installed part is missing or
    fails.
    """
    provider, opening = _parse(name)
    opening = replace(opening, workspace=workspace)
    if provider is None:
        from agoranomos.models.local.provider import open_known

        return open_known(opening)
    return provider.open(opening)


def local_source(name: str, workspace: Workspace | None = None) -> Path | str:
    """The file, folder or id that a model in this process is loaded from; raises as `open_engine`.

    So it does for a model that runs elsewhere, or for none at all: their weights are not here.
    """
    from agoranomos.models.local.provider import gguf_source, hf_source, known_source

    provider, opening = _parse(name)
    opening = replace(opening, workspace=workspace)
    if provider is None:
        return known_source(opening)
    if provider.name not in ("hf", "gguf"):
        raise UsageError(
            f"the weights of {name} are not here", advice="Name a model in this process: smollm2, hf/... or gguf/..."
        )
    return hf_source(opening) if provider.name == "hf" else gguf_source(opening)


def check_engine_name(name: str) -> None:
    """Raise `UsageError` for a name or an option that no engine answers to, without loading anything."""
    _parse(name)


def is_served(name: str) -> bool:
    """Whether the model runs behind a server, and not in the process that opens it; raises as `check_engine_name`."""
    provider, _ = _parse(name)
    return provider is not None and provider.served


def script_sha256(name: str, workspace: Workspace | None = None) -> str:
    """SHA-256, in hex, of the file that a mock takes its answers from; nothing for models, which take them from none.

    What is played follows from such a file, so that a plan tells it apart from another one. Raises `UsageError` for a
    name that nothing answers to or a file that is not there, `DocumentError` for a fault in it.
    """
    provider, opening = _parse(name)
    return "" if provider is None else provider.script_sha256(replace(opening, workspace=workspace))


def _parse(name: str) -> tuple[Provider | None, Opening]:
    """The provider (None for weights known by name), and what it is to open."""
    base, _, query = name.partition("?")
    word, _, model = base.partition("/")
    if base in KNOWN_WEIGHTS:
        return None, Opening(name, base, _options(name, query, LocalOptions))
    if word not in PROVIDERS or not model:
        raise _unknown(base, word)
    provider = PROVIDERS[word]
    provider.check(model)
    options = _options(name, query, provider.options)
    provider.check_options(model, options)
    return provider, Opening(name, model, options)


def _unknown(base: str, word: str) -> UsageError:
    forms = [PROVIDERS[word].form] if word in PROVIDERS else [PROVIDERS[name].form for name in PROVIDERS]
    return unknown_name("model", base, forms if word in PROVIDERS else [*KNOWN_WEIGHTS, *forms])


def _options(name: str, query: str, kind: type[OptionsT]) -> OptionsT:
    if not query:
        return kind()
    try:
        pairs: Sequence[tuple[str, str]] = parse_qsl(query, keep_blank_values=True, strict_parsing=True)
        return kind.model_validate_strings(dict(pairs))
    except ValidationError as error:
        fault, text = first_fault(error)
        if fault["type"] == "extra_forbidden":
            option = ".".join(str(part) for part in fault["loc"])
            raise UsageError(f"{name}: unknown option {option!r}", advice=nearest(option, kind.model_fields)) from None
        raise UsageError(f"{name}: {text}") from None
    except ValueError:
        raise UsageError(f"{name}: options are written ?option=value&option=value") from None
