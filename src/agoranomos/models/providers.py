"""Every provider of engines: the library's (one line each, below), and those of plug-ins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from importlib import import_module

from agoranomos.models.provider import Provider
from agoranomos.workspace.plug_ins import PlugIns

PLUG_IN_GROUP = "agoranomos.engines"
"""Entry points of this group give a `Provider`; the entry point's name is the provider's."""

_LIBRARY = {
    "gguf": "local.provider:GGUF",
    "hf": "local.provider:HF",
    "mock": "mock.provider:MOCK",
    "openai": "served.provider:OPENAI",
    "vllm": "vllm.provider:VLLM",
}
"""Name, and the module in this package that holds the provider, loaded when asked for."""

_PLUG_INS = PlugIns(PLUG_IN_GROUP, Provider, "engine", _LIBRARY)


class Providers(Mapping[str, Provider]):
    """Providers by name, each loaded when it is asked for and not before.

    `providers[name]` raises `KeyError` for an unknown name and `MachineError` for a plug-in that fails to load.
    """

    def __getitem__(self, name: str) -> Provider:
        return _of_the_library(name) if name in _LIBRARY else _PLUG_INS.only(name)

    def __contains__(self, name: object) -> bool:
        return name in _LIBRARY or name in _PLUG_INS.names

    def __iter__(self) -> Iterator[str]:
        yield from dict.fromkeys((*_LIBRARY, *_PLUG_INS.names))

    def __len__(self) -> int:
        return len({*_LIBRARY, *_PLUG_INS.names})


PROVIDERS = Providers()


@cache
def _of_the_library(name: str) -> Provider:
    module, _, attribute = _LIBRARY[name].partition(":")
    found = getattr(import_module(f"agoranomos.models.{module}"), attribute)
    assert isinstance(found, Provider)
    return found
