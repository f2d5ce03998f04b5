"""What a person sees while a campaign runs: bars in a terminal, a line now and then elsewhere, or nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol, TextIO

SECONDS_BETWEEN_LINES = 10.0


@dataclass(frozen=True, slots=True)
class Work:
    """How much is to be done: runs, rounds, and the most model calls."""

    runs: int
    rounds: int
    calls: int


class Progress(Protocol):
    """Is told what has been done since it was told last."""

    def begin(self, work: Work) -> None:
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

    def begin(self, work: Work) -> None:
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
        self._began = self._shown = 0.0

    def begin(self, work: Work) -> None:
        """Remember what there is to do."""
        self._work, self._done = work, Work(0, 0, 0)
        self._began = self._shown = self._clock()

    def advance(self, *, runs: int = 0, rounds: int = 0, calls: int = 0) -> None:
        """Count, and write a line when the last one is old enough."""
        done = self._done
        self._done = Work(done.runs + runs, done.rounds + rounds, done.calls + calls)
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
    """Rich progress bars of runs, rounds and model calls, with rates and the time left."""

    def __init__(self, console: Any) -> None:
        self._console = console
        self._progress: Any = None
        self._tasks: dict[str, Any] = {}

    def begin(self, work: Work) -> None:
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

    def advance(self, *, runs: int = 0, rounds: int = 0, calls: int = 0) -> None:
        """Move the bars."""
        for name, step in (("runs", runs), ("rounds", rounds), ("calls", calls)):
            if step and name in self._tasks:
                task = self._tasks[name]
                speed = next(one.speed for one in self._progress.tasks if one.id == task)
                self._progress.update(task, advance=step, rate=f"{speed:.1f}/s" if speed else "")

    def end(self) -> None:
        """Leave the bars as they are and give the terminal back."""
        if self._progress is not None:
            self._progress.stop()

    def say(self, text: str) -> None:
        """Print the line above the bars."""
        self._console.print(text, markup=False, highlight=False)


def _duration(seconds: float) -> str:
    if seconds < 90:
        return f"{seconds:.0f} s"
    if seconds < 5400:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.1f} h"
