"""The file that is edited: which it is, what stands in it now, and how a new text takes its place."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from agoranomos.documents import read_text
from agoranomos.errors import MachineError, UsageError
from agoranomos.viewer.editing_template import template
from agoranomos.viewer.refusals import Conflict
from agoranomos.workspace import Workspace, library_root, resolve_argument
from agoranomos.workspace.library import plug_ins

_NAME = re.compile(r"[a-z][a-z0-9-]{0,62}")


@dataclass(frozen=True)
class EditedFile:
    """The file at `path`, whose text is first read from `origin`.

    `refusal` says why it may not be saved, `advice` how to have a copy that may; both are empty where it may.
    """

    path: Path
    origin: Path
    workspace: Workspace
    first_text: str = ""
    refusal: str = ""
    advice: str = ""
    _saving: threading.Lock = field(default_factory=threading.Lock, repr=False, compare=False)

    @property
    def name(self) -> str:
        """The name under which the text is read: what it extends is looked for beside it."""
        return str(self.path if self.path.exists() else self.origin)

    def now(self) -> tuple[str, str]:
        """Text and digest of the file as it is; before there is one, the text to begin with and an empty digest.

        Raises as `read_text` does.
        """
        if self.path.exists():
            source = read_text(self.path)
            return source.text, source.sha256
        return (self.first_text or read_text(self.origin).text), ""

    def save(self, text: str, digest: str) -> str:
        """Put `text` in the place of the file whose digest is `digest`, as a whole, and give the new digest.

        A reader finds the old text or the new one, whatever happens; permissions stay; a link stays, and what it leads
        to is written. Raises `UsageError` for a file that may not be saved, `Conflict` where another text stands there
        now, `MachineError` where it cannot be written.
        """
        if self.refusal:
            raise UsageError(self.refusal, advice=self.advice)
        content = text.encode()
        with self._saving:
            if self._digest_now() != digest:
                raise Conflict(
                    f"{self.path} was changed on disk since it was opened",
                    advice="Load it again, or save this text elsewhere first.",
                )
            _replace(self.path.resolve(), content)
        return hashlib.sha256(content).hexdigest()

    def _digest_now(self) -> str:
        try:
            return hashlib.sha256(self.path.read_bytes()).hexdigest()
        except FileNotFoundError:
            return ""
        except OSError as error:
            raise MachineError(f"cannot read {self.path}: {error.strerror}") from error


def edited_file(argument: str, workspace: Workspace, *, out: Path | None = None, new: bool = False) -> EditedFile:
    """The file that a person means by `argument`, a name or a path; with `out` its text is saved there instead.

    With `new` there is no such file yet: saving makes it. Raises `UsageError` for an unknown name, and for a new file
    or an `out` that is there already.
    """
    if new:
        path = _new_path(argument, workspace)
        if out is not None:
            raise UsageError("--new and --out exclude each other", advice="Give the new file as INSTITUTION.")
        return _file(path, path, workspace, first_text=template(path.stem))
    origin = resolve_argument("institutions", argument, workspace)
    if out is None:
        return _file(origin, origin, workspace)
    _expect_yaml(out)
    if out.exists():
        raise UsageError(f"{out} is there already", advice=f"Edit it: agora graph edit {out}")
    return _file(out, origin, workspace)


def _file(path: Path, origin: Path, workspace: Workspace, first_text: str = "") -> EditedFile:
    owner = _owner(path, workspace)
    if not owner:
        return EditedFile(path, origin, workspace, first_text)
    return EditedFile(
        path,
        origin,
        workspace,
        first_text,
        refusal=f"{path} belongs to {owner}, which is not edited",
        advice="Have a copy of your own: agora init DIR copies the library, --out FILE this one file.",
    )


def _owner(path: Path, workspace: Workspace) -> str:
    """The library or the plug-in that the file is a part of; empty for a file of the user's."""
    real = path.resolve()
    if real.is_relative_to(workspace.root.resolve()):
        return ""
    if real.is_relative_to(library_root().resolve()):
        return "the built-in library"
    return next((f"the plug-in {one.origin}" for one in plug_ins() if real.is_relative_to(one.root.resolve())), "")


def _new_path(argument: str, workspace: Workspace) -> Path:
    path = Path(argument)
    if "/" not in argument and path.suffix != ".yaml":
        path = workspace.folder("institutions") / f"{argument}.yaml"
    _expect_yaml(path)
    if not _NAME.fullmatch(path.stem):
        raise UsageError(
            f"{path.stem!r} is no name of an institution",
            advice="A name begins with a small letter and is made of small letters, digits and hyphens.",
        )
    if path.exists():
        raise UsageError(f"{path} is there already", advice=f"Edit it: agora graph edit {argument}")
    return path


def _expect_yaml(path: Path) -> None:
    if path.suffix != ".yaml":
        raise UsageError(f"{path} does not end in .yaml")


def _replace(path: Path, content: bytes) -> None:
    """As `write_atomically` of campaigns, with the permissions of the file that was there."""
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        mode = path.stat().st_mode & 0o7777 if path.exists() else None
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666 if mode is None else 0o600)
        with os.fdopen(descriptor, "wb") as file:
            if mode is not None:
                temporary.chmod(mode)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink()
        raise MachineError(f"cannot write {path}: {error.strerror}", advice="What stood there stands there.") from error
