"""Puts a bundle where it belongs: the whole file or none, and never over another file unasked."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from agoranomos.errors import MachineError, UsageError


def require_free(out: Path, anew: bool) -> None:
    """Raises `UsageError` where `out` cannot be written without harm to what is there."""
    if out.is_dir():
        raise UsageError(f"{out} is a folder", advice=f"Name a file in it: {out / 'run.html'}")
    if not anew and (out.exists() or out.is_symlink()):
        raise _taken(out)
    if not out.absolute().parent.is_dir():
        raise UsageError(f"there is no folder {out.parent}", advice="Make it, or name a file elsewhere.")


def write_bundle(out: Path, content: bytes, *, anew: bool = False) -> None:
    """Write the file at once: whoever sees it sees all of it, and a process that dies leaves none.

    Raises `UsageError` where another took the name meanwhile, `MachineError` when the disk fails.
    """
    part = out.with_name(f".{out.name}.{secrets.token_hex(4)}.part")
    try:
        with part.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if anew:
            part.replace(out)
        else:
            _name(part, out)
    except OSError as error:
        raise MachineError(f"cannot write {out}: {error.strerror}", advice="Nothing was written.") from error
    finally:
        with suppress(OSError):
            part.unlink()


def _name(part: Path, out: Path) -> None:
    """Give the part its name, which must be free: a link is made or it is not, where the disk knows links."""
    try:
        os.link(part, out)
    except FileExistsError:
        raise _taken(out) from None
    except OSError:
        if out.exists():
            raise _taken(out) from None
        part.replace(out)


def _taken(out: Path) -> UsageError:
    return UsageError(f"{out} is there already", advice="Name another file, or add --anew to replace it.")
