"""No session takes more than the budget, none stops while there is room, and none waits for ever."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agoranomos.models import BudgetSpent, Completion, Message, Request, failed
from agoranomos.models.calls.budget import Budget, most_tokens
from agoranomos.models.calls.meter import Meter
from agoranomos.models.calls.prices import Price
from agoranomos.models.calls.spent import Spent, Use

MODEL = "openai/small?concurrency=8"
PRICES = {"openai/small": Price(prompt=1000, reply=4000)}
REQUEST = Request((Message("user", "Hello"),), max_tokens=20, temperature=1.0, seed=0)
NOTHING = Spent()
READ, WRITTEN = most_tokens(REQUEST)


@dataclass
class Clock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now


def meter(budget: Budget, spent: Spent = NOTHING, clock: Callable[[], float] | None = None) -> Meter:
    return Meter(budget, PRICES, spent, clock or Clock())


def reply(read: int = 10, written: int = 5) -> Completion:
    return Completion("fine", read, written, "stop", 0.1)


async def call(meter: Meter, request: Request = REQUEST, answer: Completion | None = None) -> None:
    meter.charge(await meter.admit(MODEL, request), answer or reply())


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


def run(play: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(asyncio.wait_for(play(), 30))  # type: ignore[arg-type]


def test_without_bounds_everything_is_counted_and_nothing_refused() -> None:
    async def play() -> None:
        counting = meter(Budget())
        for _ in range(5):
            await call(counting)
        await call(counting, answer=failed("timeout", "no reply", 1.0, prompt_tokens=7))
        assert dict(counting.spent.by_model) == {
            MODEL: Use(6, 57, 25, pytest.approx((57 * 1000 + 25 * 4000) / 1e6, rel=1e-12))
        }

    run(play)


def test_so_many_calls_and_no_more() -> None:
    async def play() -> None:
        three = meter(Budget(calls=3))
        for _ in range(3):
            await call(three)
        with pytest.raises(BudgetSpent, match=r"budget of 3 calls is spent: 3 are spent.*take 1") as caught:
            await call(three)
        assert "--set budget.calls=N" in caught.value.advice
        assert three.spent.total.calls == 3

    run(play)


def test_a_budget_of_nothing_allows_nothing() -> None:
    for budget in (Budget(calls=0), Budget(tokens=0), Budget(money=0), Budget(seconds=0)):

        async def play(budget: Budget = budget) -> None:
            with pytest.raises(BudgetSpent):
                await meter(budget).admit(MODEL, REQUEST)

        run(play)


def test_what_costs_nothing_is_never_too_dear() -> None:
    async def play() -> None:
        free = Meter(Budget(money=0), {"openai/small": Price(prompt=0, reply=0)}, Spent(), Clock())
        await call(free)

    run(play)


def test_sessions_add_up() -> None:
    async def play() -> None:
        clock = Clock()
        first = meter(Budget(calls=3), clock=clock)
        await call(first)
        await call(first)
        clock.now += 40
        spent = first.spent
        assert spent.seconds == 40
        second = meter(Budget(calls=3), spent, clock)
        await call(second)
        clock.now += 2
        with pytest.raises(BudgetSpent):
            await call(second)
        assert second.spent.total == Use(3, 30, 15, pytest.approx(0.09, rel=1e-12))
        assert second.spent.seconds == 42
        await call(meter(Budget(calls=4), second.spent, clock))

    run(play)


def test_time_is_that_of_all_sessions_and_ends_whatever_is_under_way() -> None:
    async def play() -> None:
        clock = Clock()
        hour = meter(Budget(seconds=3600), Spent(seconds=3000), clock)
        await hour.admit(MODEL, REQUEST)
        clock.now += 599
        await hour.admit(MODEL, REQUEST)
        clock.now += 1
        with pytest.raises(BudgetSpent, match=r"3,600 seconds is spent: its sessions have lasted 3,600"):
            await hour.admit(MODEL, REQUEST)

    run(play)


def test_money_is_counted_by_the_prices() -> None:
    async def play() -> None:
        most = (READ * 1000 + WRITTEN * 4000) / 1e6
        purse = meter(Budget(money=0.03 * 2 + most))
        for _ in range(3):
            await call(purse)
        with pytest.raises(BudgetSpent, match="money"):
            await call(purse)

    run(play)


def test_a_call_that_does_not_fit_beside_others_waits_for_what_they_really_take() -> None:
    async def play() -> None:
        tokens = meter(Budget(tokens=READ + WRITTEN + 30))
        first = await tokens.admit(MODEL, REQUEST)
        second = asyncio.create_task(tokens.admit(MODEL, REQUEST))
        await settle()
        assert not second.done()
        tokens.charge(first, reply(10, 5))
        reservation = await second
        tokens.charge(reservation, reply(10, 5))
        await call(tokens)
        with pytest.raises(BudgetSpent, match=f"45 are spent, and the next call may take {READ + WRITTEN}"):
            await tokens.admit(MODEL, REQUEST)

    run(play)


def test_what_was_set_aside_for_a_call_that_was_not_made_is_free_again() -> None:
    async def play() -> None:
        one = meter(Budget(calls=1))
        first = await one.admit(MODEL, REQUEST)
        second = asyncio.create_task(one.admit(MODEL, REQUEST))
        await settle()
        assert not second.done()
        one.release(first)
        one.charge(await second, reply())
        assert one.spent.total.calls == 1

    run(play)


def test_whoever_waits_is_refused_as_soon_as_nothing_will_come_free() -> None:
    async def play() -> None:
        two = meter(Budget(calls=2))
        under_way = [await two.admit(MODEL, REQUEST) for _ in range(2)]
        waiting = [asyncio.create_task(two.admit(MODEL, REQUEST)) for _ in range(50)]
        await settle()
        assert not any(task.done() for task in waiting)
        for reservation in under_way:
            two.charge(reservation, reply())
        refused = await asyncio.gather(*waiting, return_exceptions=True)
        assert all(isinstance(error, BudgetSpent) for error in refused)
        assert len({id(error) for error in refused}) == 50

    run(play)


def test_after_a_refusal_no_smaller_call_slips_in() -> None:
    async def play() -> None:
        tokens = meter(Budget(tokens=READ + WRITTEN))
        with pytest.raises(BudgetSpent):
            await tokens.admit(MODEL, replace(REQUEST, max_tokens=WRITTEN + 1))
        with pytest.raises(BudgetSpent):
            await tokens.admit(MODEL, replace(REQUEST, max_tokens=1))

    run(play)


def test_whoever_gives_up_waiting_is_in_nobodys_way() -> None:
    async def play() -> None:
        one = meter(Budget(calls=2))
        first = await one.admit(MODEL, REQUEST)
        await call(one)
        waiting = [asyncio.create_task(one.admit(MODEL, REQUEST)) for _ in range(3)]
        await settle()
        waiting[0].cancel()
        waiting[1].cancel()
        await settle()
        one.release(first)
        one.charge(await waiting[2], reply())
        assert one.spent.total.calls == 2

    run(play)


@settings(max_examples=150, deadline=None)
@given(
    budget=st.integers(0, 3000),
    calls=st.lists(
        st.tuples(st.integers(0, 200), st.integers(1, 100), st.floats(0, 1), st.integers(0, 3)), max_size=30
    ),
)
def test_whatever_is_asked_at_once_the_budget_holds_and_only_what_does_not_fit_is_refused(
    budget: int, calls: list[tuple[int, int, float, int]]
) -> None:
    async def play() -> None:
        tokens = meter(Budget(tokens=budget))

        async def one(size: int, most: int, share: float, patience: int) -> Request | None:
            request = replace(REQUEST, messages=(Message("user", "x" * size),), max_tokens=most)
            try:
                reservation = await tokens.admit(MODEL, request)
            except BudgetSpent:
                return request
            for _ in range(patience):
                await asyncio.sleep(0)
            read, written = most_tokens(request)
            tokens.charge(reservation, reply(int(read * share), int(written * share)))
            assert tokens.spent.total.tokens <= budget
            return None

        refused = [request for request in await asyncio.gather(*(one(*call) for call in calls)) if request is not None]
        total = tokens.spent.total
        assert total.tokens <= budget
        assert total.calls == len(calls) - len(refused)
        # The first that was refused did not fit alone; after it nothing is admitted.
        if refused:
            assert max(sum(most_tokens(request)) for request in refused) + total.tokens > budget

    run(play)
