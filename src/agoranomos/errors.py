"""The errors a user meets, each with its exit code, its place and its advice.

Exit codes: 1 a finding (a check failed, a log is tampered with), 2 wrong usage or an invalid file, 3 the machine
failed (disk, network, GPU). 0 means fine.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class AgoraError(Exception):
    """An error that is explained to a user in one message: what happened, where, and what to do.

    `advice` is a sentence that tells the user what to do next; it may be empty.
    """

    exit_code = 3

    def __init__(self, message: str, *, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice

    def __str__(self) -> str:
        return f"{self.message}\n  {self.advice}" if self.advice else self.message

    @property
    def in_one_line(self) -> str:
        """The message and the advice, for where there is one line."""
        return f"{self.message} {self.advice}" if self.advice else self.message

    def __reduce__(self) -> tuple[object, ...]:
        # Errors cross process borders (a campaign's workers), keyword arguments and all.
        return _restore, (type(self), self.args, self.__dict__)


def _restore(kind: type[AgoraError], args: tuple[object, ...], state: dict[str, object]) -> AgoraError:
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class Finding(AgoraError):
    """A check did its work and found something wrong: exit code 1."""

    exit_code = 1


class UsageError(AgoraError):
    """A wrong option, an unknown name, an invalid value: exit code 2."""

    exit_code = 2


class MachineError(AgoraError):
    """The disk, the network, the GPU or an installed part failed: exit code 3."""

    exit_code = 3


class DocumentError(UsageError):
    """A file that says something it may not; `place` is `file:line:column` (1-based), as far as known."""

    def __init__(self, message: str, *, place: str = "", advice: str = "") -> None:
        super().__init__(f"{place}: {message}" if place else message, advice=advice)
        self.place = place


def nearest(word: str, choices: Iterable[str]) -> str:
    """The advice "Did you mean X?" for a misspelt word, or the list of what is valid; empty without choices."""
    known = sorted(set(choices))
    if not known:
        return ""
    close = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    if close:
        return f"Did you mean {close[0]!r}?"
    shown = ", ".join(known[:12]) + (", ..." if len(known) > 12 else "")
    return f"Valid here: {shown}."


def unknown_name(kind: str, word: str, choices: Iterable[str]) -> UsageError:
    """The error for a name that nothing answers to, with the nearest valid one."""
    return UsageError(f"unknown {kind} {word!r}", advice=nearest(word, choices))
