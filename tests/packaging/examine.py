"""Run by an interpreter of its own: imports every module of the package it finds, and prints what it came with."""

from __future__ import annotations

import importlib
import json
import pkgutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import agoranomos
from agoranomos.workspace import Workspace, init_workspace, library_root, list_names, resolve

LOCAL_EXTRA = {"torch", "triton", "transformers", "xgrammar", "gguf", "accelerate"}
"""What `[local]` brings; Triton comes with torch where there may be a GPU."""
KINDS = ("institutions", "markets", "scenarios", "agents", "policies", "campaigns", "contracts")


def modules_below(folder: Path, prefix: str) -> Iterator[str]:
    """Every module by its file: a package that cannot be imported here has modules, too."""
    for module in pkgutil.iter_modules([str(folder)], prefix):
        yield module.name
        if module.ispkg:
            yield from modules_below(folder / module.name.rpartition(".")[2], f"{module.name}.")


def main() -> None:
    """Print one JSON object."""
    modules = list(modules_below(Path(agoranomos.__file__).parent, "agoranomos."))
    for name in modules:
        try:
            importlib.import_module(name)
        except ModuleNotFoundError as error:
            if str(error.name).partition(".")[0] not in LOCAL_EXTRA:
                raise
    with tempfile.TemporaryDirectory() as folder:
        nowhere = Workspace(Path(folder), "nowhere")
        made = init_workspace(nowhere.root / "mylab")
        found = {
            "package": str(Path(agoranomos.__file__).parent),
            "library": str(library_root()),
            "modules": modules,
            "names": {kind: [item.name for item in list_names(kind, nowhere)] for kind in KINDS},
            "made": sorted(str(path.relative_to(made.workspace.root)) for path in made.written),
            "market": resolve("markets", "cournot-duopoly", nowhere).name,
        }
    print(json.dumps(found))


if __name__ == "__main__":
    main()
