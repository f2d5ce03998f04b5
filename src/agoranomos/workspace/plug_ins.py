"""What installed packages add under an entry-point group: one object a name, loaded when it is asked for."""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from importlib.metadata import EntryPoint, entry_points
from typing import Generic, TypeVar

from agoranomos.errors import MachineError

PlugInT = TypeVar("PlugInT")


class PlugIns(Generic[PlugInT]):
    """The plug-ins of `group`, each an object of type `kind` whose `name` is its entry point's; `word` is for people.

    A plug-in may not have the name of something in `library`, nor that of another plug-in.
    """

    def __init__(self, group: str, kind: type[PlugInT], word: str, library: Collection[str]) -> None:
        self._group = group
        self._kind = kind
        self._word = word
        self._library = library

    @property
    def entries(self) -> tuple[EntryPoint, ...]:
        """The entry points, by name."""
        return _entries(self._group)

    @property
    def names(self) -> tuple[str, ...]:
        """The names, each once."""
        return tuple(dict.fromkeys(entry.name for entry in self.entries))

    def only(self, name: str) -> PlugInT:
        """The plug-in called `name`; raises `KeyError` without any, `MachineError` where the name is disputed."""
        entries = [entry for entry in self.entries if entry.name == name]
        if not entries:
            raise KeyError(name)
        if name in self._library:
            raise self._failed(entries[0], f"a {self._word} of the library has this name")
        if len(entries) > 1:
            raise self._failed(
                entries[0], f"{owner(entries[1])} ({entries[1].value}) has a {self._word} of this name too"
            )
        return self._load(entries[0])

    def _load(self, entry: EntryPoint) -> PlugInT:
        try:
            loaded = entry.load()
        except Exception as error:
            raise self._failed(entry, f"{type(error).__name__}: {error}") from error
        if not isinstance(loaded, self._kind):
            raise self._failed(entry, f"it gives a {type(loaded).__name__}; a {self._kind.__name__} was expected")
        if getattr(loaded, "name", entry.name) != entry.name:
            raise self._failed(entry, f"it calls itself {getattr(loaded, 'name', '')!r}")
        return loaded

    def _failed(self, entry: EntryPoint, why: str) -> MachineError:
        return MachineError(
            f"the {self._word} plug-in {entry.name!r} of {owner(entry)} ({entry.value}) does not load: {why}",
            advice=f"Repair or uninstall the plug-in, or use another {self._word}.",
        )


def owner(entry: EntryPoint) -> str:
    """The package that an entry point belongs to."""
    return entry.dist.name if entry.dist else entry.value


@lru_cache(maxsize=8)
def _entries(group: str) -> tuple[EntryPoint, ...]:
    return tuple(sorted(entry_points(group=group), key=lambda entry: (entry.name, entry.value)))
