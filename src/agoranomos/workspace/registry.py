"""Named objects of one kind: the library's, and those of plug-ins, each loaded when it is asked for and not before."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from importlib import import_module
from typing import Any, TypeVar

from agoranomos.workspace.plug_ins import PlugIns

EntryT = TypeVar("EntryT")


class Registry(Mapping[str, EntryT]):
    """Objects by name: those in `library` (a name, and the `module:attribute` below `package` that holds it) first.

    `made` turns an attribute into an entry. `registry[name]` raises `KeyError` for an unknown name and `MachineError`
    for a plug-in that fails to load.
    """

    def __init__(
        self, package: str, library: Mapping[str, str], plug_ins: PlugIns[EntryT], made: Callable[[Any], EntryT]
    ) -> None:
        self._library = library
        self._plug_ins = plug_ins

        @cache
        def load(name: str) -> EntryT:
            module, _, attribute = library[name].partition(":")
            return made(getattr(import_module(f"{package}.{module}"), attribute))

        self._load = load

    def __getitem__(self, name: str) -> EntryT:
        return self._load(name) if name in self._library else self._plug_ins.only(name)

    def __contains__(self, name: object) -> bool:
        return name in self._library or name in self._plug_ins.names

    def __iter__(self) -> Iterator[str]:
        yield from dict.fromkeys((*self._library, *self._plug_ins.names))

    def __len__(self) -> int:
        return len({*self._library, *self._plug_ins.names})
