"""Opens what a stranger may have put in place of a file."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

from agoranomos.errors import MachineError
from agoranomos.logs.faults import LogFault

_MISPLACED = {
    errno.ENOENT: "is missing",
    errno.EISDIR: "is a folder, and no file",
    errno.ENOTDIR: "cannot be reached: a file stands where a folder should",
    errno.ELOOP: "is a link that leads to itself",
}


def open_plain(path: Path) -> BinaryIO:
    """The file, open for reading; raises `LogFault` (`damaged`) for a pipe, a socket or a device, and `OSError`.

    A pipe would be waited for, and a device may never end.
    """
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    kind = os.fstat(handle).st_mode
    if stat.S_ISREG(kind):
        return os.fdopen(handle, "rb")
    os.close(handle)
    if stat.S_ISDIR(kind):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    raise LogFault("damaged", f"{path.name!r} is no plain file")


def unreadable(error: OSError, place: Path) -> LogFault | MachineError:
    """What to raise in place of an error met while reading `place`, a file or the folder that it is in.

    A stranger's log that holds a folder, or a link to nowhere, where a file should be is `damaged`: no fault of the
    machine, and no reason to look at no other log.
    """
    name = error.filename or place
    if error.errno in _MISPLACED:
        return LogFault("damaged", f"{name} {_MISPLACED[error.errno]}")
    return MachineError(f"cannot read {name}: {error.strerror}")
