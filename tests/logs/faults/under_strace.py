"""Runs the program under strace, which kills it, or lets a call of the system fail, at the n-th time."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CHANGES = ("write", "fdatasync", "fsync", "rename", "mkdir", "unlink", "flock")
"""The calls by which the program changes a disk, holds its folder, and answers whoever waits for it."""

PROGRAM = Path(__file__).with_name("program.py")


def has_strace() -> bool:
    return shutil.which("strace") is not None


@dataclass(frozen=True)
class Ended:
    """How the program ended: its exit code (negative: a signal), and what it said on both streams."""

    code: int
    output: bytes
    errors: str


def run(how: str, folder: Path, batches: int = 4, *, inject: str = "", limits: str = "") -> Ended:
    """Run the program; `inject` is strace's, such as `write:error=EIO:when=3`, `limits` a line of the shell."""
    command = [sys.executable, str(PROGRAM), how, str(folder), str(batches)]
    if inject:
        traced = inject.split(":", maxsplit=1)[0]
        command = [
            "strace",
            "-f",
            "-qq",
            "-o",
            "/dev/null",
            "-e",
            f"trace={traced}",
            "-e",
            f"inject={inject}",
            *command,
        ]
    if limits:
        command = ["bash", "-c", f'{limits}; exec "$@"', "bash", *command]
    done = subprocess.run(command, capture_output=True, check=False, timeout=120)
    return Ended(done.returncode, done.stdout, done.stderr.decode("utf-8", "replace"))


def at_every(call: str, what: str, step: int, shard: int) -> Iterator[str]:
    """`<call>:<what>:when=n` for n = 1, 2, ... or every `step`-th of them; the caller stops when nothing was hit."""
    n = 1 + (shard + len(call)) % step
    while True:
        yield f"{call}:{what}:when={n}"
        n += step
