from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agoranomos.models.calls.turns import Turns

ARRIVE, FINISH, LEAVE, SLIP, SNATCH = "arrive", "finish", "leave", "slip", "snatch"

steps = st.lists(
    st.one_of(
        st.tuples(st.just(ARRIVE), st.integers(0, 4)),
        st.tuples(st.just(ARRIVE), st.just(0)),  # One lane asks far more than the others.
        st.tuples(st.sampled_from([FINISH, LEAVE, SLIP, SNATCH]), st.integers(0, 50)),
    ),
    max_size=120,
)


class Caller:
    """One caller, from its arrival on; `passed` counts the turns of other lanes since it stood first in its own."""

    def __init__(self, lane: str, turns: Turns) -> None:
        self.lane = lane
        self.state = "waiting"
        self.passed: dict[str, int] = {}
        self.task = asyncio.create_task(self._live(turns))
        self.done = asyncio.Event()

    async def _live(self, turns: Turns) -> None:
        try:
            await turns.take(self.lane)
        except asyncio.CancelledError:
            self.state = "gone"
            raise
        self.state = "served"
        try:
            await self.done.wait()
        finally:
            self.state = "gone"
            turns.give_back()


class World:
    """Callers that come, are served, finish or are cancelled; and what must hold after each step."""

    def __init__(self, width: int) -> None:
        self.turns = Turns(width)
        self.width = width
        self.callers: list[Caller] = []

    def of(self, state: str) -> list[Caller]:
        return [caller for caller in self.callers if caller.state == state]

    def first_of_each_lane(self) -> list[Caller]:
        return list({caller.lane: caller for caller in reversed(self.of("waiting"))}.values())

    async def step(self, what: str, number: int) -> None:
        before, first = set(self.of("served")), self.first_of_each_lane()
        if what == ARRIVE:
            self.callers.append(Caller(f"lane {number}", self.turns))
        elif what == FINISH and (served := self.of("served")):
            served[number % len(served)].done.set()
        elif what == LEAVE and (waiting := self.of("waiting")):
            waiting[number % len(waiting)].task.cancel()
        elif what == SLIP and (served := self.of("served")) and first:
            # A turn is given back and the whole lane that may come next is cancelled before anybody runs.
            served[number % len(served)].done.set()
            for caller in self.of("waiting"):
                if caller.lane == first[number % len(first)].lane:
                    caller.task.cancel()
        elif what == SNATCH and (served := self.of("served")):
            # A turn has come to a caller, and it is cancelled before it can run.
            served[number % len(served)].done.set()
            await asyncio.sleep(0)
            for caller in self.of("waiting"):
                caller.task.cancel()
        for _ in range(4):
            await asyncio.sleep(0)
        for served_now in set(self.of("served")) - before:
            for waiting in first:
                if waiting.state == "waiting" and waiting.lane != served_now.lane:
                    waiting.passed[served_now.lane] = waiting.passed.get(served_now.lane, 0) + 1
        self.check()

    def check(self) -> None:
        served, waiting = self.of("served"), self.of("waiting")
        assert len(served) == self.turns.taken <= self.width
        assert len(waiting) == self.turns.waiting
        assert not waiting or len(served) == self.width, "somebody waits although a turn is free"
        for caller in self.callers:
            assert all(times <= 1 for times in caller.passed.values()), "a lane was served twice before another"
        for lane in {caller.lane for caller in waiting}:
            mine = [caller for caller in self.callers if caller.lane == lane and caller.state != "gone"]
            assert [c.state for c in mine] == sorted((c.state for c in mine), key=["served", "waiting"].index)


@given(width=st.integers(1, 4), script=steps)
def test_turns_are_fair_kept_busy_and_never_lost(width: int, script: list[tuple[str, int]]) -> None:
    async def play() -> None:
        world = World(width)
        for step in script:
            await world.step(*step)
        while (served := world.of("served")) or world.of("waiting"):
            assert served
            await world.step(FINISH, 0)
        assert (world.turns.taken, world.turns.waiting) == (0, 0)
        await world.turns.all_back()

    run(play())


def test_a_run_with_much_waiting_starves_no_other() -> None:
    order: list[str] = []

    async def call(turns: Turns, lane: str) -> None:
        await turns.take(lane)
        order.append(lane)
        await asyncio.sleep(0)
        turns.give_back()

    async def play() -> None:
        turns = Turns(2)
        many = [asyncio.create_task(call(turns, "many")) for _ in range(1000)]
        await asyncio.sleep(0)
        await asyncio.gather(*(call(turns, "few") for _ in range(5)))
        few = [place for place, lane in enumerate(order) if lane == "few"]
        assert len(few) == 5
        assert few[-1] - few[0] <= 2 * 4, "at most one of the many between two of the few"
        assert few[0] <= 6
        await asyncio.gather(*many)

    run(play())
    assert order.count("many") == 1000


def test_ten_thousand_wait_and_all_are_served() -> None:
    async def play() -> None:
        turns = Turns(3)

        async def call(number: int) -> None:
            await turns.take(f"run {number % 2500}")
            turns.give_back()

        for _ in range(3):
            await turns.take("first")
        waiting = [asyncio.create_task(call(number)) for number in range(10_000)]
        await asyncio.sleep(0)
        assert turns.waiting == 10_000
        for _ in range(3):
            turns.give_back()
        await asyncio.gather(*waiting)
        assert (turns.taken, turns.waiting) == (0, 0)

    run(play())


def test_ten_thousand_that_are_cancelled_leave_nothing_behind() -> None:
    async def play() -> None:
        turns = Turns(1)
        await turns.take("first")
        waiting = [asyncio.create_task(turns.take(f"run {number}")) for number in range(10_000)]
        await asyncio.sleep(0)
        for task in waiting:
            task.cancel()
        turns.give_back()  # Before any of them could run.
        assert turns.waiting == 0
        await asyncio.gather(*waiting, return_exceptions=True)
        assert (turns.taken, turns.waiting) == (0, 0)
        await turns.take("next")

    run(play())


def test_all_back_waits_for_the_last() -> None:
    async def play() -> None:
        turns = Turns(2)
        await turns.take("a")
        await turns.take("b")
        waiting = asyncio.create_task(turns.all_back())
        await asyncio.sleep(0)
        turns.give_back()
        await asyncio.sleep(0)
        assert not waiting.done()
        turns.give_back()
        await waiting

    run(play())


def test_no_width_is_refused() -> None:
    with pytest.raises(ValueError, match="at least one"):
        Turns(0)


def run(coroutine: Coroutine[Any, Any, None]) -> None:
    asyncio.run(coroutine)
