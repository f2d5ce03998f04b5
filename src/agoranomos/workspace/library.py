"""The folders behind a workspace: the built-in library, and those that plug-ins bring."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from os import PathLike, fspath
from pathlib import Path

from agoranomos.errors import MachineError

PLUG_IN_GROUP = "agoranomos.library"
"""Entry points of this group give a folder laid out like a workspace: a path, or a callable that returns one."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """A folder laid out like a workspace; `origin` is `workspace`, `library` or a plug-in's name."""

    origin: str
    root: Path


def library_root() -> Path:
    """The built-in library: `_library` beside the package (in a wheel), else the root of the checkout.

    Raises `MachineError` when neither is there, which means that the installation is broken.
    """
    package = Path(__file__).resolve().parents[1]
    shipped = package / "_library"
    if shipped.is_dir():
        return shipped
    checkout = package.parents[1]
    if (checkout / "institutions").is_dir():
        return checkout
    raise MachineError(
        f"the built-in library is missing: there is no {shipped}", advice="Install the package again: pip install ."
    )


def plug_ins() -> Iterator[Shelf]:
    """The folders of the installed plug-ins, by name; raises `MachineError` that names the one that fails to load."""
    for entry in sorted(entry_points(group=PLUG_IN_GROUP), key=lambda entry: entry.name):
        yield Shelf(entry.name, _folder_of(entry))


def _folder_of(entry: EntryPoint) -> Path:
    try:
        loaded = entry.load()
        given = loaded() if callable(loaded) else loaded
    except Exception as error:
        raise _failed(entry, f"{type(error).__name__}: {error}") from error
    if not isinstance(given, str | PathLike):
        raise _failed(entry, f"it gives a {type(given).__name__}; the path of a folder was expected")
    folder = Path(fspath(given))
    if not folder.is_dir():
        raise _failed(entry, f"{folder} is not a folder")
    return folder.resolve()


def _failed(entry: EntryPoint, why: str) -> MachineError:
    owner = f" of {entry.dist.name}" if entry.dist else ""
    return MachineError(
        f"plug-in {entry.name!r}{owner} ({entry.value}) does not load: {why}",
        advice="Repair or uninstall the plug-in; its names cannot be told apart from missing ones.",
    )
