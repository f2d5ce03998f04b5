"""The text of a manifest together with the texts of its bases: found by name, checked against their pins, merged.

A manifest that extends another is a `Source` of its own kind. Whoever asks it for its tree, or for the place of a
value, is answered from whichever file the thing stands in; so nothing else needs to know about bases.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ruamel.yaml.comments import CommentedMap

from agoranomos.documents import Source, parse_document, read_text
from agoranomos.documents.reader import place_in
from agoranomos.errors import DocumentError, UsageError
from agoranomos.institutions.extends import Extends, Heading
from agoranomos.institutions.merge import merge
from agoranomos.workspace import Workspace, find_workspace, resolve

MAX_BASES = 8


@dataclass(frozen=True)
class Extended(Source):
    """A manifest with the texts of its bases, the nearest first; no file is looked into any more."""

    bases: tuple[Source, ...] = ()

    def tree(self) -> CommentedMap:
        """The effective manifest; raises `DocumentError` where a base is missing, or is not the one that is pinned."""
        return _effective(self)


def with_bases(source: Source, workspace: Workspace | None = None) -> Source:
    """The source with the bases that it extends; itself where it extends none, or has them already.

    A base is looked for beside the file that names it, then by its name in the workspace (by default the one around the
    current folder) and the library. Raises `DocumentError`, with the place of `extends`, when it is not found or is
    not the one that was pinned.
    """
    if isinstance(source, Extended):
        return source
    bases: list[Source] = []
    one = source
    while (extends := extends_of(one)) is not None:
        if len(bases) == MAX_BASES:
            raise _fault(one, f"more than {MAX_BASES} institutions extend each other", "institution")
        base = _found(one, extends, workspace)
        if base.name in {source.name, *(known.name for known in bases)}:
            raise _fault(one, f"{extends.institution} extends itself", "institution")
        _expect_pinned(one, extends, base)
        bases.append(base)
        one = base
    return Extended(source.name, source.text, tuple(bases)) if bases else source


def recorded_source(name: str, text: str, bases: tuple[str, ...]) -> Source:
    """The source that a record holds in full: its bases are those texts, and no others are looked for."""
    return Extended(name, text, tuple(Source(f"base {i + 1} of {name}", base) for i, base in enumerate(bases)))


def bases_of(source: Source) -> tuple[Source, ...]:
    """The texts of the manifests that it extends, the nearest first."""
    return source.bases if isinstance(source, Extended) else ()


def extends_of(source: Source) -> Extends | None:
    """What the text itself says that it extends."""
    if "extends" not in source.text:
        return None
    own = Source(source.name, source.text)
    return parse_document(own, Heading).extends if "extends" in own.tree() else None


@lru_cache(maxsize=4)
def _effective(source: Extended) -> CommentedMap:
    chain = list(_chain(source))
    if len(chain) <= len(source.bases):
        extra = source.bases[len(chain) - 1]
        raise DocumentError("nothing extends this base", place=f"{extra.name}:1:1")
    tree = Source(chain[-1].name, chain[-1].text).tree()
    for below, own in zip(reversed(chain), reversed(chain[:-1]), strict=False):
        tree = merge(tree, below.name, Source(own.name, own.text).tree(), own.name)
    return tree


def _chain(source: Extended) -> Iterator[Source]:
    """The manifest and its bases, each pinned by the one before."""
    one: Source = source
    left = list(source.bases)
    while (extends := extends_of(one)) is not None:
        if not left:
            raise _fault(one, f"its base {extends.institution} is not here", "institution")
        _expect_pinned(one, extends, left[0])
        yield one
        one = left.pop(0)
    yield one


def _found(source: Source, extends: Extends, workspace: Workspace | None) -> Source:
    """The file that is meant; of several the one that is pinned."""
    found = [read_text(path) for path in _beside(source, extends.institution)]
    if not any(base.sha256 == extends.sha256 for base in found):
        try:
            found.append(read_text(resolve("institutions", extends.institution, workspace or find_workspace())))
        except DocumentError:
            raise
        except UsageError as error:
            if not found:
                raise _fault(source, error.message, "institution", advice=error.advice) from None
    return next((base for base in found if base.sha256 == extends.sha256), found[0])


def _beside(source: Source, name: str) -> list[Path]:
    """Files of that name beside the source's own, or below."""
    own = Path(source.name)
    if "\0" in name or not own.is_file():
        return []
    folder = own.parent.resolve()
    ways = (folder / name, folder / f"{name}.yaml")
    return [path for path in ways if path.is_file() and path.resolve().is_relative_to(folder)]


def _expect_pinned(source: Source, extends: Extends, base: Source) -> None:
    if base.sha256 != extends.sha256:
        raise _fault(
            source,
            f"the base {extends.institution} ({base.name}) is not the one that was pinned: its SHA-256 is "
            f"{base.sha256}, and {extends.sha256} is expected",
            "sha256",
            advice="See what has changed in the base; if this institution shall follow it, write the new SHA-256 here. "
            "Otherwise name a copy of the old base.",
        )


def _fault(source: Source, message: str, key: str, *, advice: str = "") -> DocumentError:
    place = place_in(Source(source.name, source.text), ("extends", key))
    return DocumentError(message, place=place, advice=advice)
