"""One queue a model for a whole campaign: it keeps the engine full, is fair to runs, and asks nothing twice."""

from __future__ import annotations

import asyncio
import copy
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar, cast

from agoranomos.models.calls.lane import Lane
from agoranomos.models.calls.traffic import Traffic
from agoranomos.models.calls.turns import Turns
from agoranomos.models.engine import Completion, Distribution, Engine, Question, Request
from agoranomos.models.stops import Stop

if TYPE_CHECKING:
    from agoranomos.models.calls.meter import Meter
    from agoranomos.models.calls.store import StoredCalls

AskedT = TypeVar("AskedT", Request, Question)
AnswerT = TypeVar("AnswerT", Completion, Distribution)


class ModelQueue:
    """Stands before `engine` for all runs of a campaign, each of which asks through a `lane` of its own.

    At most `engine.width` calls are under way, and who waits is served in a circle of runs (see `Turns`). With a
    `store`, what is found there is answered from it, and the same call from several runs at one moment is made once.
    With a `meter`, what calls cost is held to a budget. All of it belongs to one event loop; the engine stays the
    caller's.

    Once a call meets a `Stop`, no further one is made: each raises that `Stop` in its turn. Calls that are under way
    then come to their end, and are kept and charged.
    """

    def __init__(self, engine: Engine, store: StoredCalls | None = None, meter: Meter | None = None) -> None:
        self.engine = engine
        self._store = store
        self._meter = meter
        self._turns = Turns(engine.width)
        self._under_way: dict[bytes, asyncio.Future[None]] = {}
        self._stopped: Stop | None = None
        self._asked = self._failed = self._stored = self._prompt_tokens = self._reply_tokens = 0

    def lane(self, run: str) -> Engine:
        """The engine as the run of that name is to ask it."""
        return Lane(self, run)

    @property
    def traffic(self) -> Traffic:
        """What was answered so far."""
        return Traffic(self._asked, self._failed, self._stored, self._prompt_tokens, self._reply_tokens)

    @property
    def in_flight(self) -> int:
        """Calls that the engine has now."""
        return self._turns.taken

    @property
    def waiting(self) -> int:
        """Calls that wait for their turn."""
        return self._turns.waiting

    def stop(self, why: Stop) -> None:
        """Make no further call; the first reason holds."""
        if self._stopped is None:
            self._stopped = why

    async def idle(self) -> None:
        """Return when the engine has no call."""
        await self._turns.all_back()

    async def answer(self, run: str, asked: AskedT, ask: Callable[[AskedT], Awaitable[AnswerT]]) -> AnswerT:
        """The answer to `asked`, from the store or by `ask`, which is the engine's. Raises `Stop`."""
        if self._store is None:
            return await self._in_turn(run, asked, ask)
        key = self._store.key(asked)
        alike = self._under_way.get(key)
        if alike is not None:
            await asyncio.shield(alike)
        found = self._store.find(asked)
        if found is not None:
            self._stored += 1
            return cast(AnswerT, found)
        if alike is not None:
            return await self._in_turn(run, asked, ask)  # Nothing came of it to share: all ask, side by side.
        ended = self._under_way[key] = asyncio.get_running_loop().create_future()
        try:
            return await self._in_turn(run, asked, ask)
        finally:
            del self._under_way[key]
            ended.set_result(None)

    async def _in_turn(self, run: str, asked: AskedT, ask: Callable[[AskedT], Awaitable[AnswerT]]) -> AnswerT:
        waited = 0.0
        if not self._turns.take_free():
            began = time.perf_counter()
            await self._turns.take(run)
            waited = time.perf_counter() - began
        try:
            if self._stopped is not None:
                # One of its own for each call: an error that is raised again and again gathers tracebacks.
                raise copy.copy(self._stopped)
            answer = await ask(asked) if self._meter is None else await self._charged(self._meter, asked, ask)
        except Stop as stop:
            self.stop(stop)
            raise
        finally:
            self._turns.give_back()
        if self._store is not None:
            self._store.keep(asked, answer)
        self._asked += 1
        self._failed += bool(answer.failure)
        self._prompt_tokens += answer.prompt_tokens
        self._reply_tokens += answer.reply_tokens
        return replace(answer, seconds=waited + answer.seconds) if waited else answer

    async def _charged(self, meter: Meter, asked: AskedT, ask: Callable[[AskedT], Awaitable[AnswerT]]) -> AnswerT:
        set_aside = await meter.admit(self.engine.name, asked)
        try:
            answer = await ask(asked)
        except BaseException:
            meter.release(set_aside)
            raise
        meter.charge(set_aside, answer)
        return answer
