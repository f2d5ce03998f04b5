"""Runs a program that somebody else wrote, shut in, and says what it printed.

What holds on Linux (x86-64, AArch64; `isolation="enforced"`), by the kernel, whatever the program does: it opens no
file, folder, socket or device and makes none; it starts no process and no thread; it sends no signal; it has no file
open but its empty input and its output; its processor time, memory and output are bounded; the environment is empty but
for three settings, of the seed of hashes and of NumPy's threads; started by root it runs as nobody; it is ended, with
whatever is in its process group, when its time is up or when whoever asked is gone. Its time begins with its first
line: how long Python and NumPy take to load is not counted. What does not hold: it can tell the time and the addresses
of objects, it learns which modules are loaded and where they are installed, and it may use a processor and memory up to
its limits. Nothing guards against a fault in the kernel's own handling of the few calls that go through.

On other systems `enforced` raises, and `attempted` runs with the limits that there are and an audit hook of Python:
against mistakes, not against an attacker.
"""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import sys
import sysconfig
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from agoranomos.errors import MachineError
from agoranomos.scenarios.tool_use.sandbox.inside import FAILED, NOT_PERMITTED, READY

Isolation = Literal["enforced", "attempted"]
Ended = Literal["finished", "error", "out of time", "too much output", "killed"]

LONGEST_CODE = 20_000
"""Characters of a program; a longer one is not run."""

_INSIDE = Path(__file__).with_name("inside.py")
_AT_ONCE = 65_536
_A_MOMENT = 0.002
_TO_BEGIN = 120.0
"""Seconds in which Python has to be ready; where it is not, that is no fault of the program."""
_SIGXCPU = 24
_ENDS: dict[int, Ended] = {FAILED: "error", -_SIGXCPU: "out of time"}
"""By exit code, other than 0."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one program may use: wall-clock and processor `seconds`, bytes of `memory`, characters of `output`."""

    seconds: float = 5.0
    memory: int = 1 << 30
    output: int = 2_000


@dataclass(frozen=True, slots=True)
class Ran:
    """How a program ended, and what it had printed by then; of an `error` the last line says which."""

    output: str
    ended: Ended


def run_python(code: str, limits: Limits | None = None, *, isolation: Isolation = "enforced") -> Ran:
    """Run `code`, shut in; it takes no longer than the limit, and nothing of it is left behind.

    Raises `MachineError` where `isolation` is `enforced` and this system cannot enforce it, or starts no process.
    """
    limits = limits or Limits()
    if os.name != "posix":
        raise MachineError("programs that a model writes are not run on this system: it has no process groups")
    if len(code) > LONGEST_CODE:
        return Ran(f"ValueError: a program of more than {LONGEST_CODE} characters is not run", "error")
    with tempfile.TemporaryDirectory(prefix="agora-tool-") as folder:
        process = _started(limits, isolation, folder)
        content, ended = b"", None
        try:
            if _begun(process, code.encode("utf-8", "replace")):
                content, ended = _listened(process, time.monotonic() + limits.seconds, 4 * limits.output)
        finally:
            _end(process)
    if ended is None:
        raise _not_begun(process.returncode)
    if ended == "finished" and process.returncode:
        ended = _ENDS.get(process.returncode, "killed")
    text = content.decode("utf-8", "replace")
    if len(text) > limits.output:
        return Ran(text[: limits.output], "too much output")
    return Ran(text, ended)


def _started(limits: Limits, isolation: Isolation, folder: str) -> subprocess.Popen[bytes]:
    """The process, in a session of its own.

    Python's isolated mode (-I) would not hear of PYTHONHASHSEED, without which sets of texts have another order each
    time. -P, -s and an environment of nothing else are what isolated mode comes to; -S leaves out installed packages.
    """
    arguments = [str(limits.seconds), str(limits.memory), isolation, sysconfig.get_path("platlib")]
    try:
        return subprocess.Popen(
            [sys.executable, "-P", "-s", "-S", "-B", str(_INSIDE), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env={"PYTHONHASHSEED": "0", "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
            start_new_session=True,
        )
    except OSError as error:
        raise MachineError(f"cannot start Python for a program: {error.strerror}") from error


def _begun(process: subprocess.Popen[bytes], code: bytes) -> bool:
    """Give the code, and wait until it begins; whether it did."""
    assert process.stdin is not None
    assert process.stdout is not None
    deadline = time.monotonic() + _TO_BEGIN
    with contextlib.suppress(BrokenPipeError):
        process.stdin.write(code)
        process.stdin.close()
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        if not selector.select(max(deadline - time.monotonic(), 0.0)):
            return False
    if os.read(process.stdout.fileno(), len(READY)) == READY:
        return True
    _waited(process, b"", deadline)
    return False


def _not_begun(code: int) -> MachineError:
    """Why the program was not run, by how the process ended that should have."""
    if code == NOT_PERMITTED:
        return MachineError(
            "this system cannot shut a program in: it has no seccomp filter for this machine",
            advice="Programs that a model writes run on Linux (x86-64, AArch64), or with `isolation: attempted`.",
        )
    return MachineError(
        f"Python could not be made ready to run a program: it ended with {code}",
        advice="Where the machine has memory and time to spare, run the same again: it goes on.",
    )


def _listened(process: subprocess.Popen[bytes], deadline: float, most: int) -> tuple[bytes, Ended]:
    """Take the output until the program ends, the time is up, or it has said too much."""
    assert process.stdout is not None
    taken = b""
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while len(taken) <= most:
            left = deadline - time.monotonic()
            if left <= 0 or not selector.select(left):
                return taken, "out of time"
            some = os.read(process.stdout.fileno(), _AT_ONCE)
            if not some:
                return _waited(process, taken, deadline)
            taken += some
    return taken, "too much output"


def _waited(process: subprocess.Popen[bytes], taken: bytes, deadline: float) -> tuple[bytes, Ended]:
    """Its output is closed; it may still go on. It is left to be reaped, so that its number stays its own."""
    if not hasattr(os, "waitid"):  # macOS had none for long.
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(timeout=max(deadline - time.monotonic(), 0.0))
        return taken, "out of time" if process.returncode is None else "finished"
    while os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        if time.monotonic() >= deadline:
            return taken, "out of time"
        time.sleep(_A_MOMENT)
    return taken, "finished"


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill all that is in the process group; the leader is not reaped before, so the group is nobody else's."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        process.kill()  # macOS says so of a group in which all are dead.
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()
