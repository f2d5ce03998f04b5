"""Where a witness keeps its state, and how its key is named on the command line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agoranomos.errors import MachineError, UsageError

if TYPE_CHECKING:
    from agoranomos.logs.cosignature import WitnessKey
    from agoranomos.logs.witness_store import WitnessStore

State = Annotated[
    Path | None,
    typer.Option("--state", metavar="DIR", help="The witness's own folder (default: in the state folder)."),
]

_MAX_FILE_BYTES = 1 << 21


def witness_folder(state: Path | None) -> Path:
    """The folder of the witness: the one given, or that of this user."""
    from agoranomos.workspace import state_folder

    return state if state is not None else state_folder() / "witness"


def clock() -> int:
    """The time in POSIX seconds."""
    import time

    return int(time.time())


def open_witness(state: Path | None) -> WitnessStore:
    """The witness of this user, or of the folder given; raises `UsageError` where there is none."""
    from agoranomos.logs.witness_store import WitnessStore

    return WitnessStore.open(witness_folder(state), clock=clock)


def witness_key(text: str) -> WitnessKey:
    """The public key of a witness: itself, or in a file; raises `UsageError` when it is neither."""
    from agoranomos.logs.cosignature import WitnessKey
    from agoranomos.logs.faults import LogFault

    path = Path(text)
    given = text if text.count("+") >= 2 and not path.exists() else read_file(path).decode("utf-8", "replace")
    try:
        return WitnessKey.from_vkey(given.removesuffix("\n"))
    except LogFault as fault:
        raise UsageError(
            f"{text[:120]} is not the key of a witness: {fault.message}",
            advice="Its operator prints it with: agora witness key",
        ) from None


def is_kept_here(key: WitnessKey) -> bool:
    """Whether this user keeps the private key of that witness on this very machine."""
    from agoranomos.logs.witness_store import VKEY

    try:
        return (witness_folder(None) / VKEY).read_bytes() == f"{key.vkey}\n".encode()
    except OSError:
        return False


def read_file(path: Path) -> bytes:
    """The bytes of a small file that a user names; raises `UsageError` when there is none, `MachineError`."""
    from agoranomos.logs.plain_file import open_plain

    try:
        with open_plain(path) as file:
            data = file.read(_MAX_FILE_BYTES + 1)
    except (FileNotFoundError, IsADirectoryError, NotADirectoryError):
        raise UsageError(f"{path}: there is no such file") from None
    except OSError as error:
        raise MachineError(f"cannot read {path}: {error.strerror}") from error
    if len(data) > _MAX_FILE_BYTES:
        raise UsageError(f"{path} is longer than {_MAX_FILE_BYTES} bytes")
    return data


def write_file(path: Path, data: bytes) -> None:
    """Put a file where a user wants it; raises `MachineError`."""
    try:
        path.write_bytes(data)
    except OSError as error:
        raise MachineError(f"cannot write {path}: {error.strerror}") from error
