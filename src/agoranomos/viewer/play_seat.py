"""The seat that a page shows: what is asked of the person waits here until a move for that round comes in.

The run asks from its own thread, the page answers from the server's; a lock stands between them.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

import msgspec

from agoranomos.errors import AgoraError
from agoranomos.models import Stop
from agoranomos.policies.human import Move, Situation, read_move
from agoranomos.viewer.refusals import Conflict


class PersonLeft(Stop):
    """The person closed the program before the run was over."""

    def __init__(self) -> None:
        super().__init__(
            "the person left before the run was over", advice="The same command goes on at the round that comes next."
        )


@dataclass(frozen=True, slots=True)
class _Asked:
    situation: Situation
    answer: asyncio.Future[Move]
    loop: asyncio.AbstractEventLoop


class PlaySeat:
    """One person's seat, between a run and a page. `state` is what the page shows.

    It is `waiting` while others decide, `asked` while the run waits for a move, then `over`, or `ended` without a
    result (the person left, or something failed).
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked: _Asked | None = None
        self._shown: Situation | None = None
        self._end: Mapping[str, Any] = {}
        self._left = False
        self._version = 0
        self._watchers: dict[object, Callable[[], None]] = {}

    # -- the run's side ----------------------------------------------------------------------------------------------

    async def decide(self, situation: Situation) -> Move:
        """Show the situation, and wait for the person; raises `PersonLeft` once the person has left."""
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[Move] = loop.create_future()
        with self._changing():
            if self._left:
                raise PersonLeft
            self._asked, self._shown = _Asked(situation, answer, loop), situation
        return await answer

    def finish(self, result: Mapping[str, Any]) -> None:
        """The run is over: the page may show what came of it."""
        self._set_end({"phase": "over", "result": dict(result)})

    def fail(self, error: AgoraError) -> None:
        """The run ended without a result."""
        self._set_end({"phase": "ended", "error": error.message, "advice": error.advice})

    # -- the page's side ---------------------------------------------------------------------------------------------

    @property
    def finished(self) -> bool:
        """Whether the run came to its end: only then does nobody have to decide in it any more."""
        with self._lock:
            return self._end.get("phase") == "over"

    def state(self) -> dict[str, Any]:
        """What the page shows, as plain JSON values: a function of what the seat was shown, until the run is over."""
        with self._lock:
            if self._end:
                return {"version": self._version, "situation": _page(self._shown), **self._end}
            phase = "waiting" if self._asked is None else "asked"
            return {"version": self._version, "phase": phase, "situation": _page(self._shown)}

    def submit(self, round_number: int, given: Mapping[str, Any]) -> None:
        """Take the person's move for a round.

        Raises `Conflict` where another round is asked for or none is (a move for it is in already), and `UsageError` in
        words for a move that cannot be carried out; the question then stands as it was.
        """
        with self._changing():
            asked = self._asked
            if asked is None:
                shown = self._shown
                done = self._end or shown is None or shown.round != round_number
                raise Conflict(
                    f"round {round_number} is not asked for now"
                    if done
                    else f"a move for round {round_number} is in already",
                    advice="Wait for the next round.",
                )
            if asked.situation.round != round_number:
                raise Conflict(
                    f"round {round_number} is not asked for: it is round {asked.situation.round} now",
                    advice="Load the page again.",
                )
            move = read_move(given, asked.situation)
            self._asked = None
        _from_outside(asked.loop, lambda: asked.answer.set_result(move))

    def leave(self) -> None:
        """The person is gone: the run ends where it is recorded, to be gone on with."""
        with self._changing():
            self._left = True
            asked, self._asked = self._asked, None
        if asked is not None:
            _from_outside(asked.loop, lambda: asked.answer.set_exception(PersonLeft()))

    async def states(self) -> AsyncIterator[dict[str, Any]]:
        """The state now, and again whenever it has changed; ends when the person leaves."""
        loop, changed, me = asyncio.get_running_loop(), asyncio.Event(), object()
        with self._lock:
            self._watchers[me] = lambda: _from_outside(loop, changed.set)
        try:
            last = -1
            while not self._left:
                changed.clear()
                state = self.state()
                if state["version"] != last:
                    last = state["version"]
                    yield state
                await changed.wait()
        finally:
            with self._lock:
                self._watchers.pop(me, None)

    # -- inside ------------------------------------------------------------------------------------------------------

    def _set_end(self, end: Mapping[str, Any]) -> None:
        with self._changing():
            self._end, self._asked = end, None

    @contextmanager
    def _changing(self) -> Iterator[None]:
        """What the block changes is seen as one new version; where it raises, nothing changed."""
        with self._lock:
            yield
            self._version += 1
            watchers = tuple(self._watchers.values())
        for tell in watchers:
            tell()


def _page(situation: Situation | None) -> dict[str, Any] | None:
    """The situation as JSON values; what stands behind a choice stays here, as a model is not told it either."""
    if situation is None:
        return None
    shown: dict[str, Any] = msgspec.to_builtins(situation)
    shown["choices"] = [{"label": one.label, "text": one.text} for one in situation.choices]
    if situation.choices:
        shown["parts"] = []
    return shown


def _from_outside(loop: asyncio.AbstractEventLoop, call: Callable[[], None]) -> None:
    with suppress(RuntimeError):  # the other side has ended
        loop.call_soon_threadsafe(call)
