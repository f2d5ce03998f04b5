"""From a name to a file: the workspace first, then the library, then plug-ins."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from agoranomos.errors import UsageError, unknown_name
from agoranomos.workspace.folder import Workspace
from agoranomos.workspace.library import Shelf, library_root, plug_ins

SUFFIXES: dict[str, tuple[str, ...]] = {
    "institutions": (".yaml",),
    "markets": (".yaml",),
    "scenarios": (".yaml",),
    "agents": (".yaml",),
    "policies": (".md", ".yaml"),
    "campaigns": (".yaml",),
    "contracts": (".yaml",),
}
COMPANIONS = (".traces.yaml",)
"""Endings of files that stand beside what they belong to, and that no name means."""

KINDS = (*SUFFIXES, "logs")
"""The root folders a user reads and writes; `logs` holds folders, the others hold files."""

_SINGULAR = {
    "institutions": "institution",
    "markets": "market",
    "scenarios": "scenario",
    "agents": "roster",
    "policies": "policy",
    "campaigns": "campaign",
    "contracts": "contract",
}


@dataclass(frozen=True, slots=True)
class Located:
    """A name, the file (or log folder) it stands for, and where that comes from."""

    name: str
    path: Path
    origin: str


def resolve(kind: str, name: str, workspace: Workspace) -> Path:
    """The file that `name` stands for in the root folder `kind`.

    `name` is a name with or without suffix (`cournot-duopoly`, `reader.md`), or a path (`markets/mine.yaml`, relative
    to the workspace or the library). Documents written by others pass through here, so whatever the name, the file lies
    inside the workspace, the library or a plug-in. Raises `UsageError` with the nearest name otherwise.
    """
    suffixes = _suffixes(kind)
    text = str(name)
    _refuse_unsafe(kind, text)
    for shelf in _shelves(workspace):
        found = sorted({path for path in _candidates(shelf, kind, text, suffixes) if _lies_inside(path, shelf.root)})
        if len(found) > 1:
            names = " and ".join(path.name for path in found)
            raise UsageError(f"{_SINGULAR[kind]} {text!r} could be {names}", advice="Write the suffix too.")
        if found:
            return found[0]
    raise unknown_name(_SINGULAR[kind], text, [located.name for located in list_names(kind, workspace)])


def resolve_argument(kind: str, text: str, workspace: Workspace) -> Path:
    """The file that a person means by `text` on the command line: any existing path, or else a name for `resolve`."""
    suffixes = _suffixes(kind)
    path = Path(text)
    if "/" in text or path.suffix in suffixes:
        if path.is_file():
            return path
        if path.is_absolute() or ".." in path.parts:
            raise UsageError(f"no such file: {text}")
    return resolve(kind, text, workspace)


def list_names(kind: str, workspace: Workspace) -> list[Located]:
    """Everything of one kind that a name can stand for, sorted by name; the workspace hides what has its name."""
    if kind == "logs":
        return _logs(workspace)
    suffixes = _suffixes(kind)
    seen: dict[str, Located] = {}
    for shelf in _shelves(workspace):
        stems = [name.removesuffix(suffix) for name, suffix in _files(shelf, kind, suffixes)]
        for name, suffix in _files(shelf, kind, suffixes):
            stem = name.removesuffix(suffix)
            shown = name if stems.count(stem) > 1 else stem
            seen.setdefault(shown, Located(shown, shelf.root / kind / name, shelf.origin))
    return [seen[name] for name in sorted(seen)]


def _suffixes(kind: str) -> tuple[str, ...]:
    if kind not in SUFFIXES:
        raise unknown_name("kind", kind, KINDS)
    return SUFFIXES[kind]


def _shelves(workspace: Workspace) -> Iterator[Shelf]:
    library, roots = library_root(), [workspace.root, *([] if workspace.behind is None else [workspace.behind])]
    yield from (Shelf("workspace", root) for root in roots)
    if library.resolve() not in [root.resolve() for root in roots]:
        yield Shelf("library", library)
    yield from plug_ins()


def _refuse_unsafe(kind: str, text: str) -> None:
    parts = PurePosixPath(text).parts
    if not text or not parts or "\0" in text or "\\" in text or ".." in parts or text.startswith(("~", "-")):
        raise UsageError(
            f"{text!r} is no {_SINGULAR[kind]} name",
            advice="A name is made of letters, digits, hyphens and underscores; a path stays inside the workspace.",
        )


def _candidates(shelf: Shelf, kind: str, text: str, suffixes: tuple[str, ...]) -> Iterator[Path]:
    bases = [shelf.root / kind] if "/" not in text else [shelf.root / kind, shelf.root]
    for base in bases:
        endings = ("",) if text.endswith(suffixes) else suffixes
        paths = (base / f"{text}{ending}" for ending in endings)
        yield from (path for path in paths if path.is_file() and not path.name.endswith(COMPANIONS))


def _lies_inside(path: Path, root: Path) -> bool:
    """Also false for a link inside that leads outside."""
    return path.resolve().is_relative_to(root.resolve())


def _files(shelf: Shelf, kind: str, suffixes: tuple[str, ...]) -> list[tuple[str, str]]:
    folder = shelf.root / kind
    return [
        (path.relative_to(folder).as_posix(), path.suffix)
        for path in sorted(folder.rglob("*"))
        if path.suffix in suffixes and path.is_file() and _is_named(path) and _lies_inside(path, shelf.root)
    ]


def _is_named(path: Path) -> bool:
    return path.stem != "README" and not path.name.endswith(COMPANIONS)


def _logs(workspace: Workspace) -> list[Located]:
    folder = workspace.folder("logs")
    if not folder.is_dir():
        return []
    return [
        Located(path.name, path, "workspace")
        for path in sorted(folder.iterdir())
        if path.is_dir() and not path.name.startswith(".")
    ]
