"""Group commit: whole requests in order, shared commits, and nobody harmed by another's end."""

import asyncio
import threading

import pytest

from agoranomos.logs.group import GroupCommit


class Kept:
    """Keeps batches; `gate` holds a commit back until it is set, `fail_at` fails the n-th."""

    def __init__(self, fail_at: int = 0) -> None:
        self.batches: list[list[int]] = []
        self.gate = threading.Event()
        self.fail_at = fail_at
        self.begun = threading.Event()

    def commit(self, items) -> None:
        self.begun.set()
        assert self.gate.wait(120)
        if self.fail_at and len(self.batches) + 1 == self.fail_at:
            raise OSError("the disk is gone")
        self.batches.append(list(items))

    @property
    def items(self) -> list[int]:
        return [item for batch in self.batches for item in batch]


async def begun(kept: Kept) -> None:
    await asyncio.to_thread(kept.begun.wait, 10)


def test_what_is_recorded_at_once_shares_a_commit_and_keeps_its_order():
    kept = Kept()

    async def many():
        group = GroupCommit(kept.commit)
        first = asyncio.create_task(group.record(0))
        await begun(kept)
        others = [asyncio.create_task(group.record(n, n + 1)) for n in range(1, 200, 2)]
        await asyncio.sleep(0)
        kept.gate.set()
        await asyncio.gather(first, *others)
        await group.idle()

    asyncio.run(many())
    assert kept.items == list(range(201))
    assert len(kept.batches) == 2


def test_a_commit_takes_no_more_than_it_may_and_never_part_of_a_request():
    kept = Kept()
    kept.gate.set()

    async def many():
        group = GroupCommit(kept.commit, most=5)
        await asyncio.gather(*(group.record(*range(n)) for n in (3, 2, 1, 9, 4, 2)))

    asyncio.run(many())
    assert [len(batch) for batch in kept.batches] == [5, 1, 9, 4, 2]


def test_a_producer_waits_while_there_is_no_room():
    kept = Kept()

    async def many():
        group = GroupCommit(kept.commit, most=2, waiting=4)
        tasks = [asyncio.create_task(group.record(n)) for n in range(20)]
        await begun(kept)
        for _ in range(10):
            await asyncio.sleep(0)
        assert group._waiting <= 4
        kept.gate.set()
        await asyncio.gather(*tasks)

    asyncio.run(many())
    assert kept.items == list(range(20))


def test_an_error_reaches_everybody_and_nothing_is_taken_after_it():
    kept = Kept(fail_at=2)

    async def many():
        group = GroupCommit(kept.commit)
        first = asyncio.create_task(group.record(0))
        await begun(kept)
        others = [asyncio.create_task(group.record(n)) for n in range(1, 4)]
        await asyncio.sleep(0)
        kept.gate.set()
        found = await asyncio.gather(first, *others, return_exceptions=True)
        with pytest.raises(OSError, match="the disk is gone"):
            await group.record(9)
        await group.idle()
        return found

    found = asyncio.run(many())
    assert [type(one) for one in found] == [type(None), OSError, OSError, OSError]
    assert kept.items == [0]


@pytest.mark.parametrize("kind", [ValueError, KeyboardInterrupt])
def test_an_error_of_any_kind_leaves_nobody_waiting(kind):
    def commit(items):
        raise kind("no")

    async def many():
        return await asyncio.gather(*(GroupCommit(commit).record(n) for n in range(3)), return_exceptions=True)

    if kind is KeyboardInterrupt:
        with pytest.raises(KeyboardInterrupt):
            asyncio.run(many())
    else:
        assert [type(one) for one in asyncio.run(many())] == [kind] * 3


def test_who_is_cancelled_while_waiting_takes_back_what_it_brought():
    kept = Kept()

    async def many():
        group = GroupCommit(kept.commit)
        first = asyncio.create_task(group.record(0))
        await begun(kept)
        second, third = asyncio.create_task(group.record(1)), asyncio.create_task(group.record(2))
        await asyncio.sleep(0)
        second.cancel()
        await asyncio.sleep(0)
        kept.gate.set()
        await asyncio.gather(first, third)
        assert second.cancelled()

    asyncio.run(many())
    assert kept.items == [0, 2]


def test_who_is_cancelled_during_the_commit_harms_nobody():
    kept = Kept()

    async def many():
        group = GroupCommit(kept.commit)
        first, second = asyncio.create_task(group.record(0)), asyncio.create_task(group.record(1))
        await begun(kept)
        first.cancel()
        await asyncio.sleep(0)
        kept.gate.set()
        await second
        await group.record(2)
        assert first.cancelled()

    asyncio.run(many())
    assert kept.items == [0, 1, 2]
