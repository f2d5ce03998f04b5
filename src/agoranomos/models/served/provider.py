"""How rosters name models behind a server: `openai/<model>?base_url=http://localhost:8000/v1`."""

from __future__ import annotations

import os
from importlib.util import find_spec

from agoranomos.errors import MachineError
from agoranomos.models.engine import Engine
from agoranomos.models.provider import Opening, Provider
from agoranomos.models.served.address import address_of, check_base_url
from agoranomos.models.served.options import ServedOptions


def _any_name(_: str) -> None:
    """Which models there are is the server's to say, when it is asked."""


def _check_options(_: str, options: ServedOptions) -> None:
    if options.base_url:
        check_base_url(options.base_url)


def _needs() -> str:
    return "" if find_spec("httpx2") else "pip install 'agoranomos[server]'"


def _open(opening: Opening) -> Engine:
    address = address_of(opening.name, opening.options, os.environ)
    if missing := _needs():
        raise MachineError(f"{opening.name} needs httpx2, which is not installed", advice=f"Run: {missing}")
    from agoranomos.models.served.engine import open_served

    return open_served(opening.name, opening.model, address, opening.options)


OPENAI = Provider(
    "openai",
    "openai/<model>?base_url=<URL>",
    "a model behind an OpenAI-compatible server: vLLM, SGLang, Ollama, llama.cpp, hosted ones",
    ServedOptions,
    _any_name,
    _open,
    _check_options,
    _needs,
    served=True,
)
