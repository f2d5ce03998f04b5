"""Opens what a stranger may have put in place of a file."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import BinaryIO

from agoranomos.logs.faults import LogFault


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
