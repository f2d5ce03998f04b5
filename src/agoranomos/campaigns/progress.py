"""What a person sees while a campaign runs: a live table in a terminal, a line now and then elsewhere, or nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TextIO

from agoranomos.campaigns.tally import Tally
from agoranomos.models.calls.traffic import Traffic

SECONDS_BETWEEN_LINES = 10.0


@dataclass(frozen=True, slots=True)
class Asked:
    """What was asked of models in this session, and the money that all sessions spent (None: there are no prices)."""

    traffic: Traffic
    money: float | None = None


Look = Callable[[], Asked]
"""Gives what was asked by now, whenever something is shown."""


def nothing_asked() -> Asked:
    """Of a campaign without language models."""
    return Asked(Traffic())


class Progress(Protocol):
    """Shows a tally while it is counted. Calls of `advance` are many and must cost next to nothing."""

    def begin(self, tally: Tally, look: Look = nothing_asked) -> None:
        """The work begins."""
        ...

    def advance(self) -> None:
        """Something more was counted."""
        ...

    def end(self) -> None:
        """The work ended, or was broken off."""
        ...

    def say(self, text: str) -> None:
        """A line between the figures."""
        ...


class Silence:
    """Shows nothing."""

    def begin(self, tally: Tally, look: Look = nothing_asked) -> None:
        """Show nothing."""

    def advance(self) -> None:
        """Show nothing."""

    def end(self) -> None:
        """Show nothing."""

    def say(self, text: str) -> None:
        """Show nothing."""


class Lines:
    """A line of text at most every ten seconds, for logs and pipes."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._tally: Tally | None = None
        self._look = nothing_asked
        self._shown = 0.0

    def begin(self, tally: Tally, look: Look = nothing_asked) -> None:
        """Remember what there is to show."""
        self._tally, self._look, self._shown = tally, look, tally.seconds

    def advance(self) -> None:
        """Write a line when the last one is old enough."""
        if self._tally is None:
            return
        now = self._tally.seconds
        if now - self._shown >= SECONDS_BETWEEN_LINES:
            self._shown = now
            self.say(in_words(self._tally, self._look()))

    def end(self) -> None:
        """Nothing is open."""

    def say(self, text: str) -> None:
        """Write the line."""
        self._stream.write(text + "\n")
        self._stream.flush()


def in_words(tally: Tally, asked: Asked) -> str:
    """The whole session in one line: runs, rounds, calls, rates, failures, time left."""
    done, seconds = tally.all, tally.seconds
    parts = [f"{done.finished}/{done.planned} runs"]
    if done.failed:
        parts.append(f"{done.failed} failed")
    parts.append(f"{done.rounds}/{tally.planned_rounds} rounds{per_second(done.rounds, seconds)}")
    if tally.planned_calls:
        parts.append(f"{done.calls} calls{per_second(done.calls, seconds)}")
        parts += asked_in_words(asked, seconds)
    left = tally.seconds_left
    if left is not None:
        parts.append(f"about {duration(left)} left")
    return ", ".join(parts)


def per_second(number: int, seconds: float) -> str:
    """A rate in brackets; nothing before any time has passed."""
    return f" ({number / seconds:.1f}/s)" if seconds > 0 else ""


def asked_in_words(asked: Asked, seconds: float) -> list[str]:
    """What was asked within so many seconds, as parts of a line; only what there is to tell."""
    traffic, parts = asked.traffic, []
    if traffic.stored:
        parts.append(f"{traffic.stored} from the store")
    if traffic.failed:
        parts.append(f"{traffic.failed} calls failed")
    tokens = traffic.prompt_tokens + traffic.reply_tokens
    if tokens and seconds > 0:
        parts.append(f"{_short(tokens)} tokens ({_short(tokens / seconds)}/s)")
    if asked.money is not None:
        parts.append(f"{asked.money:.2f} spent")
    return parts


def _short(number: float) -> str:
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if number >= size:
            return f"{number / size:.1f}{letter}"
    return f"{number:.1f}" if number < 10 else f"{number:.0f}"


def duration(seconds: float) -> str:
    """A time in the unit that fits it."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
