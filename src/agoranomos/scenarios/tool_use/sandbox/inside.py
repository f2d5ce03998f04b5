"""The program that runs somebody's code: it shuts itself in, then runs what stands on its standard input.

It is started by path in a process of its own (see `running`) and imports nothing of this package. Arguments: seconds,
bytes of memory, `enforced` or `attempted`, and a folder of packages for NumPy (may be empty). Right before the code
runs it writes one byte, `READY`: what comes before, exit codes included, is its own; what comes after is the code's.

`enforced`: a seccomp filter of the Linux kernel lets through a short list of system calls and answers all others with
"operation not permitted". No file, folder or socket can be opened from then on, no process or thread started, no
signal sent, no limit raised, whatever the code does, foreign functions and a broken interpreter included. Without the
filter (`attempted`, other systems) only the limits and an audit hook of Python stand, which skilled code gets around.
"""

import contextlib
import ctypes
import io
import math
import os
import random
import struct
import sys
import time

with contextlib.suppress(ImportError):  # Windows has none.
    import resource

READY = b"\x06"
"""What it writes first: it is shut in, and the code begins."""

NOT_PERMITTED = 77
"""Exit code where the filter was asked for and cannot be had."""

FAILED = 78
"""Exit code where the program ended with an error."""

ALLOWED = {
    "x86_64": (
        *(0, 1, 3, 5, 8, 9, 10, 11, 12, 13, 14, 15, 19, 20, 23, 24, 25, 28, 35, 39, 60, 96, 98, 102, 104, 107, 108),
        *(131, 186, 201, 202, 219, 228, 229, 230, 231, 270),
    ),
    "aarch64": (
        *(57, 62, 63, 64, 65, 66, 72, 80, 93, 94, 98, 101, 113, 114, 115, 124, 128, 132, 134, 135, 139, 165, 169),
        *(172, 174, 175, 176, 177, 178, 214, 215, 216, 222, 226, 233),
    ),
}
"""By machine, the numbers of the system calls that go through. On files that are open: read, write, readv, writev,
close, fstat, lseek, select. Memory: mmap, mprotect, munmap, mremap, madvise, brk. Handlers for signals of its own,
futex, yield, clocks and sleep, its own ids and use of resources, exit. No getrandom: draws have seeds in here."""

ARCHITECTURES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}

PRELOADED = (
    *("bisect", "cmath", "collections", "copy", "dataclasses", "datetime", "decimal", "enum", "fractions", "functools"),
    *("heapq", "itertools", "json", "math", "numbers", "operator", "re", "statistics", "string", "time", "typing"),
)
"""Modules that can be imported, besides those that Python loads anyway; none can be loaded once files are shut."""

REFUSED = ("open", "os.", "socket.", "subprocess.", "ctypes.", "shutil.", "signal.", "pty.", "mmap.", "sys.addaudit")
"""Events at which the audit hook says no, by how their names begin."""


def limit(seconds: float, memory: int) -> None:
    """Bound processor time, memory, files and processes: hard limits, which cannot be raised again.

    A second more of processor time than the clock will give, beyond what was used so far: it is the clock that decides,
    and this holds where nobody looks at it any more. The signal of the soft limit says that time was up, which the kill
    at the hard one would not.
    """
    processor = math.ceil(time.process_time() + seconds) + 1
    same = {"AS": memory, "FSIZE": 0, "CORE": 0, "NPROC": 0, "NOFILE": 3}
    wanted = {"CPU": (processor, processor + 1), **{name: (value, value) for name, value in same.items()}}
    for name, values in wanted.items():
        with contextlib.suppress(NameError, AttributeError, ValueError, OSError):  # macOS lacks some, Windows all.
            resource.setrlimit(getattr(resource, f"RLIMIT_{name}"), values)


def give_up_rights() -> None:
    """Be nobody, where we were root."""
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)


def instructions(machine: str) -> list[tuple[int, int, int, int]]:
    """The filter in BPF: operation, how far to jump if true and if false, operand.

    Source: Linux, Documentation/userspace-api/seccomp_filter.rst.
    """
    load, if_equal, give = 0x20, 0x15, 0x06
    refuse, allow = 0x00050001, 0x7FFF0000  # SECCOMP_RET_ERRNO with EPERM; SECCOMP_RET_ALLOW
    numbers = ALLOWED[machine]
    return [
        (load, 0, 0, 4),
        (if_equal, 1, 0, ARCHITECTURES[machine]),
        (give, 0, 0, refuse),
        (load, 0, 0, 0),
        *[(if_equal, len(numbers) - place, 0, number) for place, number in enumerate(numbers)],
        (give, 0, 0, refuse),
        (give, 0, 0, allow),
    ]


def shut() -> bool:
    """Put the filter in force, for good; False where it cannot be had."""
    machine = os.uname().machine if hasattr(os, "uname") else ""
    if sys.platform != "linux" or machine not in ALLOWED:
        return False
    rows = instructions(machine)
    code = ctypes.create_string_buffer(b"".join(struct.pack("=HBBI", *row) for row in rows))
    program = ctypes.create_string_buffer(struct.pack("@HP", len(rows), ctypes.addressof(code)))
    prctl = ctypes.CDLL(None).prctl
    prctl.argtypes = [ctypes.c_int] + [ctypes.c_ulong] * 4
    prctl(1, 9, 0, 0, 0)  # PR_SET_PDEATHSIG, SIGKILL: it does not outlive whoever asked.
    prctl(4, 0, 0, 0, 0)  # PR_SET_DUMPABLE: none of its user looks in.
    if prctl(38, 1, 0, 0, 0):  # PR_SET_NO_NEW_PRIVS, without which a filter is for root alone.
        return False
    return not prctl(22, 2, ctypes.addressof(program), 0, 0)  # PR_SET_SECCOMP, SECCOMP_MODE_FILTER


def refuse(event: str, arguments: tuple[object, ...]) -> None:
    """The audit hook: words that say why, and the only wall where there is no filter."""
    if event.startswith(REFUSED):
        raise PermissionError(f"{event} is not permitted in here")


def load(code: str, packages: str) -> None:
    """Load what the code may import: NumPy only where it is spoken of, since that takes a while."""
    for module in PRELOADED:
        __import__(module)
    if packages and "numpy" in code:
        sys.path.append(packages)
        with contextlib.suppress(ImportError):  # Then the code is told that there is none.
            __import__("numpy").random.seed(0)
    sys.path.clear()
    random.seed(0)


def run(code: str) -> str | None:
    """Run the code; returns the name and words of what it raised, None where it came to its end."""
    try:
        exec(compile(code, "<program>", "exec"), {"__name__": "__main__"})
    except SystemExit:
        return None
    except BaseException as error:  # Whatever it is, it is the answer.
        return words_of(error)
    return None


def words_of(error: BaseException) -> str:
    """The name and words of an error, whose own code may fail to put it into words."""
    try:
        return f"{type(error).__name__}: {error}\n"
    except BaseException:
        return "Exception: an error that cannot be put into words\n"


def main() -> None:
    """Read the code, load what it may use, shut the door, run."""
    seconds, memory, wanted, packages = sys.argv[1:5]
    code = sys.stdin.buffer.read().decode("utf-8", "replace")
    load(code, packages)
    sys.argv = [""]
    # Nothing waits in a buffer, so that what a program has printed is there whenever and however it ends.
    out = io.TextIOWrapper(io.FileIO(1, "w", closefd=False), encoding="utf-8", errors="replace", write_through=True)
    sys.stdout = sys.stderr = out
    limit(float(seconds), int(memory))
    give_up_rights()
    if not shut() and wanted == "enforced":
        os._exit(NOT_PERMITTED)
    for name in ("ctypes", "_ctypes", "resource"):
        sys.modules.pop(name, None)
    sys.addaudithook(refuse)
    write, leave = os.write, os._exit  # As they are now: the code may put others in their place.
    write(1, READY)
    ended = 0
    try:
        words = run(code)
        if words is not None:
            ended = FAILED
            write(1, words.encode("utf-8", "replace"))
    finally:
        leave(ended)


if __name__ == "__main__":
    main()
