"""Every provider of engines: the library's (one line each, below), and those of plug-ins."""

from __future__ import annotations

from agoranomos.models.provider import Provider
from agoranomos.workspace.plug_ins import PlugIns
from agoranomos.workspace.registry import Registry

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


def _provider(found: object) -> Provider:
    assert isinstance(found, Provider)
    return found


PROVIDERS = Registry("agoranomos.models", _LIBRARY, _PLUG_INS, _provider)
