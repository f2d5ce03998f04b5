from __future__ import annotations

import asyncio
import gc
import math
import weakref
from collections.abc import Coroutine
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agoranomos.models import (
    BudgetSpent,
    Capabilities,
    Completion,
    Distribution,
    EngineLost,
    Message,
    Question,
    Request,
    failed,
)
from agoranomos.models.calls.budget import Budget
from agoranomos.models.calls.meter import Meter
from agoranomos.models.calls.model_queue import ModelQueue
from agoranomos.models.calls.spent import Spent, Use
from agoranomos.models.calls.store import CallStore

T = TypeVar("T")


class Model:
    """An engine whose calls end when the test says so; it counts them."""

    name = "test/model"
    capabilities = Capabilities()

    def __init__(self, width: int = 4, *, identity: str = '{"weights":"1"}', held: bool = False) -> None:
        self.width = width
        self.identity = identity
        self.asked: list[Request | Question] = []
        self.now = self.most = 0
        self.failing: list[Completion | Exception] = []
        self.gate = asyncio.Event()
        if not held:
            self.gate.set()

    async def complete(self, request: Request) -> Completion:
        await self._serve(request)
        if self.failing:
            ending = self.failing.pop(0)
            if isinstance(ending, Exception):
                raise ending
            return ending
        return Completion(f"{request.messages[0].content} {request.seed}", 5, 2, "stop", 0.5)

    async def choose(self, question: Question) -> Distribution:
        await self._serve(question)
        even = -math.log(len(question.options))
        row = (even,) * len(question.options)
        return Distribution(question.options, row, (row,), "direct", 5, 0, 0.5)

    async def _serve(self, asked: Request | Question) -> None:
        self.asked.append(asked)
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            await asyncio.sleep(0)  # A call takes its time, however little.
            await self.gate.wait()
        finally:
            self.now -= 1

    async def close(self) -> None:
        raise AssertionError("a queue's engine is its opener's to close")


def purse(**bounds: int) -> Meter:
    return Meter(Budget(**bounds), {}, Spent(), clock=lambda: 0.0)


def request(text: str = "hello", seed: int = 0, agent: str = "firm_1") -> Request:
    return Request((Message("user", text),), 10, 1.0, seed, None, (agent, 1, 0))


def question(agent: str = "firm_1") -> Question:
    return Question((Message("user", "left or right?"),), ("left", "right"), caller=(agent, 1, 0))


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    return asyncio.run(coroutine)


async def settle() -> None:
    for _ in range(6):
        await asyncio.sleep(0)


@pytest.fixture
def store(tmp_path: Path):
    opened = CallStore.open(tmp_path / "calls")
    yield opened
    opened.close()


@given(width=st.integers(1, 7), calls=st.integers(0, 40), runs=st.integers(1, 5))
def test_no_more_than_the_width_are_under_way_and_all_are_answered(width: int, calls: int, runs: int) -> None:
    async def play() -> None:
        model = Model(width)
        queue = ModelQueue(model)
        lanes = [queue.lane(f"run {number}") for number in range(runs)]
        answers = await asyncio.gather(*(lanes[seed % runs].complete(request(seed=seed)) for seed in range(calls)))
        assert [answer.text for answer in answers] == [f"hello {seed}" for seed in range(calls)]
        assert model.most == min(width, calls)
        assert (queue.traffic.asked, queue.in_flight, queue.waiting) == (calls, 0, 0)

    run(play())


def test_ten_thousand_pending_calls_are_answered_each_with_its_own_reply() -> None:
    async def play() -> None:
        model = Model(512, held=True)
        queue = ModelQueue(model)
        lanes = [queue.lane(f"run {number}") for number in range(5000)]
        calls = [asyncio.create_task(lanes[seed // 2].complete(request(seed=seed))) for seed in range(10_000)]
        await settle()
        assert (queue.in_flight, queue.waiting, len(model.asked)) == (512, 9488, 512)
        model.gate.set()
        answers = await asyncio.gather(*calls)
        assert [answer.text for answer in answers] == [f"hello {seed}" for seed in range(10_000)]
        assert model.most == 512

    run(play())


def test_a_lane_is_the_engine_to_its_run_and_closing_it_closes_nothing() -> None:
    async def play() -> None:
        model = Model()
        lane = ModelQueue(model).lane("free/0")
        assert (lane.name, lane.identity, lane.width) == (model.name, model.identity, 4)
        assert lane.capabilities is model.capabilities
        await lane.close()

    run(play())


def test_a_queue_remembers_nothing_of_runs_that_are_over() -> None:
    async def play() -> None:
        queue = ModelQueue(Model(1))
        lane = queue.lane("free/0")
        await asyncio.gather(*(lane.complete(request(seed=seed)) for seed in range(10)))
        gone = weakref.ref(lane)
        del lane
        gc.collect()
        assert gone() is None
        assert queue.waiting == 0

    run(play())


def test_time_in_the_queue_is_part_of_the_call(monkeypatch: pytest.MonkeyPatch) -> None:
    async def play() -> None:
        clock = iter([10.0, 13.0])
        monkeypatch.setattr("agoranomos.models.calls.model_queue.time.perf_counter", lambda: next(clock))
        model = Model(1, held=True)
        lane = ModelQueue(model).lane("free/0")
        asked = [asyncio.create_task(lane.complete(request())) for _ in range(2)]
        await asyncio.sleep(0)
        model.gate.set()
        first, second = await asyncio.gather(*asked)
        assert (first.seconds, second.seconds) == (0.5, 3.5)

    run(play())


def test_what_was_answered_is_not_asked_again(store: CallStore) -> None:
    async def play() -> None:
        model = Model()
        first, again = await asked_in_turn(ModelQueue(model, store.of(model.identity)))
        assert again == replace(first, origin="stored", seconds=again.seconds)
        assert math.isnan(again.seconds)
        # A queue of another session finds it too.
        queue = ModelQueue(model, store.of(model.identity))
        await asked_in_turn(queue)
        assert (queue.traffic.asked, queue.traffic.stored, queue.traffic.calls) == (0, 2, 2)
        assert len(model.asked) == 1

    async def asked_in_turn(queue: ModelQueue) -> tuple[Completion, Completion]:
        return await queue.lane("a").complete(request()), await queue.lane("b").complete(request(agent="firm_2"))

    run(play())


def test_the_same_call_of_many_runs_at_one_moment_is_made_once(store: CallStore) -> None:
    async def play() -> None:
        model = Model(held=True)
        queue = ModelQueue(model, store.of(model.identity))
        calls = [asyncio.create_task(queue.lane(f"run {n}").choose(question(f"firm_{n}"))) for n in range(50)]
        other = asyncio.create_task(queue.lane("other").complete(request()))
        await settle()
        assert len(model.asked) == 2
        model.gate.set()
        answers = await asyncio.gather(*calls)
        assert {answer.log_probabilities for answer in answers} == {(-math.log(2), -math.log(2))}
        assert sorted(answer.origin for answer in answers) == ["asked", *["stored"] * 49]
        assert (await other).origin == "asked"

    run(play())


def test_without_a_store_each_is_asked_for_itself() -> None:
    async def play() -> None:
        model = Model()
        queue = ModelQueue(model)
        answers = await asyncio.gather(*(queue.lane(f"run {n}").choose(question()) for n in range(50)))
        assert len(model.asked) == 50
        assert {answer.origin for answer in answers} == {"asked"}

    run(play())


def test_a_call_that_failed_is_shared_with_nobody(store: CallStore) -> None:
    async def play() -> None:
        model = Model(held=True)
        model.failing = [failed("timeout", "no reply", 1.0, 5)]
        queue = ModelQueue(model, store.of(model.identity))
        calls = [asyncio.create_task(queue.lane(f"run {n}").complete(request())) for n in range(3)]
        await settle()
        assert len(model.asked) == 1
        model.gate.set()
        answers = await asyncio.gather(*calls)
        assert [answer.failure for answer in answers] == ["timeout", "", ""]
        assert len(model.asked) == 3
        assert queue.traffic.failed == 1

    run(play())


def test_whoever_waits_for_a_call_that_is_cancelled_asks_itself(store: CallStore) -> None:
    async def play() -> None:
        model = Model(held=True)
        queue = ModelQueue(model, store.of(model.identity))
        first = asyncio.create_task(queue.lane("first").complete(request()))
        await settle()
        second, third = (asyncio.create_task(queue.lane(name).complete(request())) for name in ("second", "third"))
        await settle()
        third.cancel()  # One who only waits takes nobody along.
        await settle()
        assert not second.done()
        first.cancel()
        model.gate.set()
        assert (await second).text == "hello 0"
        assert first.cancelled()
        assert third.cancelled()
        await queue.idle()
        assert queue.in_flight == 0

    run(play())


def test_a_spent_budget_lets_what_is_under_way_come_to_its_end_and_asks_no_more(store: CallStore) -> None:
    async def play() -> None:
        model, meter = Model(2, held=True), purse(calls=2)
        queue = ModelQueue(model, store.of(model.identity), meter)
        calls = [asyncio.create_task(queue.lane(f"run {n}").complete(request(seed=n))) for n in range(6)]
        await settle()
        idle = asyncio.create_task(queue.idle())
        await settle()
        assert not idle.done()
        model.gate.set()
        ends = await asyncio.gather(*calls, return_exceptions=True)
        await idle
        assert [type(end) for end in ends] == [Completion, Completion, *[BudgetSpent] * 4]
        assert len({id(end) for end in ends}) == 6
        assert (len(model.asked), meter.spent.total) == (2, Use(2, 10, 4))
        with pytest.raises(BudgetSpent, match="budget of 2 calls is spent"):
            await queue.lane("late").complete(request(seed=99))
        # What is stored is answered still: it costs nothing.
        assert (await queue.lane("late").complete(request(seed=0))).origin == "stored"

    run(play())


def test_a_call_that_brought_no_answer_gives_back_what_was_set_aside() -> None:
    async def play() -> None:
        model, meter = Model(1, held=True), purse(calls=2)
        model.failing = [ValueError("a defect"), failed("error", "a server failed", 1.0, 5)]
        lane = ModelQueue(model, None, meter).lane("a")
        cancelled = asyncio.create_task(lane.complete(request()))
        await settle()
        cancelled.cancel()
        model.gate.set()
        with pytest.raises(ValueError, match="a defect"):
            await lane.complete(request())
        assert (await lane.complete(request())).failure == "error"  # A failure of a server is paid for.
        assert (await lane.complete(request())).text == "hello 0"
        with pytest.raises(BudgetSpent):
            await lane.complete(request())
        assert meter.spent.total.calls == 2

    run(play())


def test_calls_of_two_models_share_one_budget() -> None:
    async def play() -> None:
        meter, model = purse(calls=7), Model(4)
        queues = [ModelQueue(model, None, meter), ModelQueue(Model(4), None, meter)]
        calls = [queues[seed % 2].lane(f"run {seed}").complete(request(seed=seed)) for seed in range(20)]
        ends = await asyncio.gather(*calls, return_exceptions=True)
        assert sum(isinstance(end, Completion) for end in ends) == 7
        assert sum(isinstance(end, BudgetSpent) for end in ends) == 13
        assert meter.spent.total.calls == 7

    run(play())


def test_an_engine_that_is_lost_is_asked_no_more() -> None:
    async def play() -> None:
        model = Model(1)
        model.failing = [EngineLost("nothing listens at 127.0.0.1", advice="Start it.")]
        queue = ModelQueue(model)
        lane = queue.lane("a")
        ends = await asyncio.gather(*(lane.complete(request(seed=n)) for n in range(4)), return_exceptions=True)
        assert [type(end) for end in ends] == [EngineLost] * 4
        assert {(end.message, end.advice) for end in ends if isinstance(end, EngineLost)} == {
            ("nothing listens at 127.0.0.1", "Start it.")
        }
        assert len(model.asked) == 1
        assert queue.traffic.calls == 0

    run(play())


def test_a_queue_that_was_told_to_stop_asks_nothing() -> None:
    async def play() -> None:
        model = Model()
        queue = ModelQueue(model)
        queue.stop(BudgetSpent("first"))
        queue.stop(EngineLost("second"))
        with pytest.raises(BudgetSpent, match="first"):
            await queue.lane("a").choose(question())
        assert model.asked == []

    run(play())


def test_an_error_of_the_engine_gives_the_turn_back() -> None:
    async def play() -> None:
        model = Model(1)
        model.failing = [ValueError("a defect")]
        lane = ModelQueue(model).lane("a")
        with pytest.raises(ValueError, match="a defect"):
            await lane.complete(request())
        assert (await lane.complete(request())).text == "hello 0"

    run(play())
