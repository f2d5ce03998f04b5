"""How rosters name models in this process: `hf/<folder, file or id>`, `gguf/<file>`, and weights known by name."""

from __future__ import annotations

from pathlib import Path

from agoranomos.errors import UsageError, nearest
from agoranomos.models.engine import Engine
from agoranomos.models.local.adapter import require_adapter
from agoranomos.models.local.options import LocalOptions, missing_local_modules, require_local
from agoranomos.models.provider import Opening, Provider
from agoranomos.models.weights import known_weights, verify
from agoranomos.workspace import Workspace


def open_known(opening: Opening) -> Engine:
    """The engine of weights that the library knows by name; they must have been pulled."""
    return _load(known_source(opening), opening)


def known_source(opening: Opening) -> Path:
    """The file of weights that the library knows by name; raises where it was not pulled or is damaged."""
    return verify(known_weights(opening.model))


def hf_source(opening: Opening) -> Path | str:
    """The folder or file that `hf/...` names, or the id of a model of the hub."""
    path = local_path(opening.model, opening.workspace)
    if path.is_dir() or (path.is_file() and path.suffix == ".gguf"):
        return path
    if opening.model.startswith(("/", ".", "~")):
        raise UsageError(f"no such folder: {path}")
    if opening.model.endswith(".gguf"):
        return gguf_source(opening)
    return opening.model


def _open_hf(opening: Opening) -> Engine:
    return _load(hf_source(opening), opening)


def _open_gguf(opening: Opening) -> Engine:
    return _load(gguf_source(opening), opening)


def gguf_source(opening: Opening) -> Path:
    """The file that `gguf/...` names; raises `UsageError` with the nearest one."""
    path = local_path(opening.model, opening.workspace)
    if not path.is_file():
        siblings = [file.name for file in path.parent.glob("*.gguf")] if path.parent.is_dir() else []
        raise UsageError(f"no such file: {path}", advice=nearest(path.name, siblings))
    return path


def _load(source: Path | str, opening: Opening) -> Engine:
    options: LocalOptions = opening.options
    if options.adapter:
        folder = local_path(options.adapter, opening.workspace)
        require_adapter(folder)
        options = options.model_copy(update={"adapter": str(folder)})
    require_local(opening.name)
    from agoranomos.models.local.transformers_engine import TransformersEngine

    return TransformersEngine.load(source, name=opening.name, options=options)


def local_path(model: str, workspace: Workspace | None) -> Path:
    """Where a file or folder lies; a relative path is looked up in the workspace, and then in the one behind it."""
    path = Path(model).expanduser()
    if path.is_absolute() or workspace is None:
        return path
    here = workspace.root / path
    return here if here.exists() or workspace.behind is None else workspace.behind / path


def _any_name(_: str) -> None:
    """Whether a folder or an id is there shows when it is opened."""


def _needs() -> str:
    return "pip install 'agoranomos[local]'" if missing_local_modules() else ""


HF = Provider(
    "hf",
    "hf/<folder, file or id>",
    "a folder, a GGUF file, or a model of the Hugging Face hub, in this process",
    LocalOptions,
    _any_name,
    _open_hf,
    needs=_needs,
)
GGUF = Provider(
    "gguf",
    "gguf/<file>",
    "a GGUF file, converted on first use, in this process",
    LocalOptions,
    _any_name,
    _open_gguf,
    needs=_needs,
)
