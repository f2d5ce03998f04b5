"""Run by an interpreter of its own: imports every module of the package it finds, and prints what it came with."""

from __future__ import annotations

import importlib
import json
import pkgutil
import tempfile
from pathlib import Path

import agoranomos
from agoranomos.workspace import Workspace, init_workspace, library_root, list_names, resolve

LOCAL_EXTRA = {"torch", "transformers", "xgrammar", "gguf", "accelerate"}
KINDS = ("institutions", "markets", "agents", "policies", "campaigns")


def main() -> None:
    """Print one JSON object."""
    modules = [module.name for module in pkgutil.walk_packages(agoranomos.__path__, "agoranomos.")]
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
