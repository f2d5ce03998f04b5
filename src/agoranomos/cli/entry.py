"""Runs the command and turns whatever happens into one message and one exit code."""

from __future__ import annotations

import errno
import os
import sys
import traceback
from collections.abc import Sequence

from agoranomos.cli.app import command
from agoranomos.cli.terminal import complain
from agoranomos.errors import AgoraError

TRACEBACK_VARIABLE = "AGORA_TRACEBACK"
INTERRUPTED = 130
"""128 + SIGINT, as shells give it."""
READER_GONE = 141
"""128 + SIGPIPE, as shells give it: whoever read our output has gone, as `head` does."""

_ADVICE_OF_ERRNO = {
    errno.ENOSPC: "The disk is full. Free some space and give the same command again.",
    errno.EDQUOT: "The disk quota is used up. Free some space and give the same command again.",
    errno.EACCES: "You may not read or write there. Choose another folder, or mend its permissions.",
    errno.EPERM: "You may not read or write there. Choose another folder, or mend its permissions.",
    errno.EROFS: "The file system is read-only. Choose another folder.",
    errno.EMFILE: "Too many files are open. Raise the limit (ulimit -n), or lower --workers.",
}


def main(arguments: Sequence[str] | None = None) -> None:
    """The console script: ends the process with the exit code of `run_command`."""
    sys.exit(run_command(arguments))


def run_command(arguments: Sequence[str] | None = None) -> int:
    """Run `agora` with `arguments` (default: the process's own) and return its exit code.

    0 fine, 1 a finding, 2 wrong usage or an invalid file, 3 the machine failed or we did, 130 interrupted, 141 the
    reader of our output has gone. With `AGORA_TRACEBACK=1` the traceback of a failure is printed too.
    """
    try:
        code = command().main(args=arguments, prog_name="agora", standalone_mode=False)
        sys.stdout.flush()
    except SystemExit as error:
        # Typer turns a broken pipe into an exit with status 1, which here would mean a finding.
        return _reader_gone() if isinstance(error.__context__, BrokenPipeError) else _status(error.code)
    except BrokenPipeError:
        return _reader_gone()
    except KeyboardInterrupt:
        code = INTERRUPTED
    except Exception as error:
        return _explained(error)
    if code == INTERRUPTED:
        complain("interrupted")
    return code if isinstance(code, int) else 0


def _explained(error: Exception) -> int:
    if os.environ.get(TRACEBACK_VARIABLE, "0") not in {"", "0"}:
        traceback.print_exception(error)
    if isinstance(error, AgoraError):
        complain(error.message, error.advice)
        return error.exit_code
    usage = getattr(error, "format_message", None)  # what Typer raises for a wrong option or argument
    if callable(usage) and type(error).__name__ == "NoArgsIsHelpError":
        print(usage(), file=sys.stderr)
        return 2
    if callable(usage):
        context = getattr(error, "ctx", None)
        complain(str(usage()), f"See `{context.command_path} --help`." if context else "")
        return 2
    if isinstance(error, OSError) and error.errno is not None:
        where = f"{os.fsdecode(error.filename)}: " if isinstance(error.filename, str | bytes) else ""
        complain(f"{where}{error.strerror}", _ADVICE_OF_ERRNO.get(error.errno, ""))
        return 3
    if isinstance(error, MemoryError):
        complain("out of memory", "Lower --workers, or use a smaller model or batch.")
        return 3
    complain(
        f"agora failed on an error of its own: {type(error).__name__}: {error}",
        f"Set {TRACEBACK_VARIABLE}=1 and give the same command again to see where; please report what it prints.",
    )
    return 3


def _status(code: object) -> int:
    return code if isinstance(code, int) else 0 if code is None else 3


def _reader_gone() -> int:
    # What Python still holds in its buffer would raise again when the interpreter flushes it at exit.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return READER_GONE
