"""From a model's name, `provider/model?option=value`, to a running engine."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TypeVar
from urllib.parse import parse_qsl

from pydantic import Field, ValidationError

from agoranomos.documents import DocumentPart, first_fault
from agoranomos.errors import MachineError, UsageError, nearest, unknown_name
from agoranomos.models.engine import Engine
from agoranomos.models.mock import MOCK_STYLES, MockEngine, MockOptions
from agoranomos.models.weights import KNOWN_WEIGHTS, known_weights, verify
from agoranomos.workspace import Workspace

LOCAL_MODULES = ("torch", "transformers", "gguf", "accelerate", "xgrammar")

OptionsT = TypeVar("OptionsT", bound=DocumentPart)


class LocalOptions(DocumentPart):
    """How a model runs in this process.

    `device`: `cpu`, `cuda`, `cuda:1`, ... (empty: CUDA where there is one). `dtype`: `float32`, `bfloat16` or `float16`
    (empty: float32 on a CPU, bfloat16 on CUDA). `batch`: the most requests that run at once. `cache_mb`: memory for the
    keys and values of prompts that may be extended later.
    """

    device: str = Field(default="", pattern=r"^(|cpu|mps|cuda(:[0-9]+)?)$")
    dtype: str = Field(default="", pattern=r"^(|float32|bfloat16|float16)$")
    batch: int = Field(default=32, ge=1, le=1024)
    cache_mb: int = Field(default=1024, ge=0)


def open_engine(name: str, workspace: Workspace | None = None) -> Engine:
    """The engine that `name` stands for.

    `mock/valid`, `mock/constant`, `mock/malformed`, `mock/failing`; `smollm2` (pulled before); `hf/<folder or id>`;
    `gguf/<file>`. Relative folders and files are looked up in the workspace. Options follow a question mark. Raises
    `UsageError` for a name that nothing answers to or weights that are not here, `MachineError` when an installed part
    is missing or fails.
    """
    provider, model, options = _parse(name)
    if isinstance(options, MockOptions):
        return MockEngine(model, options, name=name)
    if provider == "":
        source: Path | str = verify(known_weights(model))
    else:
        source = _local_source(provider, model, workspace)
    require_local(name)
    from agoranomos.models.transformers_engine import TransformersEngine

    return TransformersEngine.load(source, name=name, options=options)


def check_engine_name(name: str) -> None:
    """Raise `UsageError` for a name or an option that no engine answers to, without loading anything."""
    _parse(name)


def _parse(name: str) -> tuple[str, str, MockOptions | LocalOptions]:
    """Provider (empty for weights known by name), model and options."""
    base, _, query = name.partition("?")
    provider, _, model = base.partition("/")
    if provider == "mock" and model in MOCK_STYLES:
        return provider, model, _options(name, query, MockOptions)
    if base in KNOWN_WEIGHTS:
        return "", base, _options(name, query, LocalOptions)
    if provider in {"hf", "gguf"} and model:
        return provider, model, _options(name, query, LocalOptions)
    mocks = [f"mock/{style}" for style in MOCK_STYLES]
    others = [] if provider == "mock" else [*KNOWN_WEIGHTS, "hf/<folder or id>", "gguf/<file>"]
    raise unknown_name("model", base, [*mocks, *others])


def missing_local_modules() -> list[str]:
    """The modules of the `[local]` extra that are not installed; nothing is imported."""
    return [module for module in LOCAL_MODULES if find_spec(module) is None]


def require_local(name: str) -> None:
    """Raise `MachineError` with the pip command when the `[local]` extra is not installed."""
    missing = missing_local_modules()
    if missing:
        raise MachineError(
            f"{name} needs {', '.join(missing)}, which {'is' if len(missing) == 1 else 'are'} not installed",
            advice="Run: pip install 'agoranomos[local]'",
        )


def _local_source(provider: str, model: str, workspace: Workspace | None) -> Path | str:
    path = Path(model).expanduser()
    if not path.is_absolute() and workspace is not None:
        path = workspace.root / path
    if provider == "gguf":
        if not path.is_file():
            siblings = [file.name for file in path.parent.glob("*.gguf")] if path.parent.is_dir() else []
            raise UsageError(f"no such file: {path}", advice=nearest(path.name, siblings))
        return path
    if path.is_dir():
        return path
    if model.startswith(("/", ".", "~")):
        raise UsageError(f"no such folder: {path}")
    return model


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
