"""What a person sees while a campaign runs: bars in a terminal, a line now and then elsewhere, or nothing."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TextIO

from agoranomos.models.calls.traffic import Traffic

SECONDS_BETWEEN_LINES = 10.0
SECONDS_BETWEEN_DRAWINGS = 0.2


@dataclass(frozen=True, slots=True)
class Work:
    """How much is to be done, or is done: runs, rounds, and model calls (at most so many, or so many)."""

    runs: int
    rounds: int
    calls: int

    def __add__(self, more: Work) -> Work:
        return Work(self.runs + more.runs, self.rounds + more.rounds, self.calls + more.calls)


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
    """Is told what has been done since it was told last. Calls of `advance` are many and must cost next to nothing."""

    def begin(self, work: Work, look: Look = nothing_asked) -> None:
        """The work begins."""
        ...

    def advance(self, *, runs: int = 0, rounds: int = 0, calls: int = 0) -> None:
        """So much more is done."""
        ...

    def end(self) -> None:
        """The work ended, or was broken off."""
        ...

    def say(self, text: str) -> None:
        """A line between the figures."""
        ...


class Silence:
    """Shows nothing."""

    def begin(self, work: Work, look: Look = nothing_asked) -> None:
        """Show nothing."""

    def advance(self, *, runs: int = 0, rounds: int = 0, calls: int = 0) -> None:
        """Show nothing."""

    def end(self) -> None:
        """Show nothing."""

    def say(self, text: str) -> None:
        """Show nothing."""


class Lines:
    """A line of text at most every ten seconds, for logs and pipes. `clock` gives seconds that only grow."""

    def __init__(self, stream: TextIO, clock: Callable[[], float]) -> None:
        self._stream = stream
        self._clock = clock
        self._work = Work(0, 0, 0)
        self._done = Work(0, 0, 0)
        self._look = nothing_asked
        self._began = self._shown = 0.0

    def begin(self, work: Work, look: Look = nothing_asked) -> None:
        """Remember what there is to do."""
        self._work, self._done, self._look = work, Work(0, 0, 0), look
        self._began = self._shown = self._clock()

    def advance(self, *, runs: int = 0, rounds: int = 0, calls: int = 0) -> None:
        """Count, and write a line when the last one is old enough."""
        self._done += Work(runs, rounds, calls)
        now = self._clock()
        if now - self._shown >= SECONDS_BETWEEN_LINES:
            self._shown = now
            self._stream.write(self._line(now - self._began) + "\n")
            self._stream.flush()

    def _line(self, seconds: float) -> str:
        done, work = self._done, self._work
        parts = [f"{done.runs}/{work.runs} runs", f"{done.rounds}/{work.rounds} rounds ({done.rounds / seconds:.1f}/s)"]
        if work.calls:
            parts.append(f"{done.calls} calls ({done.calls / seconds:.1f}/s)")
            parts += asked_in_words(self._look(), seconds)
        if done.rounds:
            left = seconds * (work.rounds - done.rounds) / done.rounds
            parts.append(f"about {_duration(left)} left")
        return ", ".join(parts)

    def end(self) -> None:
        """Nothing is open."""

    def say(self, text: str) -> None:
        """Write the line."""
        self._stream.write(text + "\n")
        self._stream.flush()


class Bars:
    """Rich progress bars of runs, rounds and model calls, with rates and the time left, drawn a few times a second."""

    def __init__(self, console: Any, clock: Callable[[], float] = time.monotonic) -> None:
        self._console = console
        self._clock = clock
        self._progress: Any = None
        self._tasks: dict[str, Any] = {}
        self._done = Work(0, 0, 0)
        self._look = nothing_asked
        self._began = self._drawn = 0.0

    def begin(self, work: Work, look: Look = nothing_asked) -> None:
        """Draw the bars."""
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(),
            console=self._console,
        )
        self._progress.start()
        named = {"runs": work.runs, "rounds": work.rounds, "calls": work.calls}
        self._tasks = {
            name: self._progress.add_task(name, total=total, rate="") for name, total in named.items() if total
        }
        self._done, self._look = Work(0, 0, 0), look
        self._began = self._drawn = self._clock()

    def advance(self, *, runs: int = 0, rounds: int = 0, calls: int = 0) -> None:
        """Count, and move the bars when they have stood for a while."""
        self._done += Work(runs, rounds, calls)
        now = self._clock()
        if now - self._drawn >= SECONDS_BETWEEN_DRAWINGS:
            self._drawn = now
            self._draw(now - self._began)

    def end(self) -> None:
        """Leave the bars as they are and give the terminal back."""
        if self._progress is not None:
            self._draw(self._clock() - self._began)
            self._progress.stop()

    def say(self, text: str) -> None:
        """Print the line above the bars."""
        self._console.print(text, markup=False, highlight=False)

    def _draw(self, seconds: float) -> None:
        for name, task in self._tasks.items():
            done = getattr(self._done, name)
            parts = [f"{done / seconds:.1f}/s"] if done and seconds else []
            if name == "calls" and seconds:
                parts += asked_in_words(self._look(), seconds)
            self._progress.update(task, completed=done, rate=", ".join(parts))


def asked_in_words(asked: Asked, seconds: float) -> list[str]:
    """What was asked within so many seconds, as parts of a line; only what there is to tell."""
    traffic, parts = asked.traffic, []
    if traffic.stored:
        parts.append(f"{traffic.stored} from the store")
    if traffic.failed:
        parts.append(f"{traffic.failed} failed")
    tokens = traffic.prompt_tokens + traffic.reply_tokens
    if tokens:
        parts.append(f"{_short(tokens)} tokens ({_short(tokens / seconds)}/s)")
    if asked.money is not None:
        parts.append(f"{asked.money:.2f} spent")
    return parts


def _short(number: float) -> str:
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if number >= size:
            return f"{number / size:.1f}{letter}"
    return f"{number:.1f}" if number < 10 else f"{number:.0f}"


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
