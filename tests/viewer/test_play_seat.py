"""What a seat tells of its states: each once, whatever the run and the page do meanwhile."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any

from agoranomos.policies.human import Situation
from agoranomos.viewer import play_routes
from agoranomos.viewer.play_seat import PlaySeat


class Watched:
    """A lock that notes the state as it is found whenever it is given back."""

    def __init__(self, seat: PlaySeat) -> None:
        self._lock, self._seat = seat._lock, seat
        self.seen: list[tuple[int, Any]] = []

    def __enter__(self) -> None:
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        seat = self._seat
        self.seen.append((seat._version, (seat._asked is not None, seat._shown, dict(seat._end), seat._left)))
        self._lock.release()


def test_a_version_names_one_state_and_a_state_has_one_version() -> None:
    seat = PlaySeat()
    watched = seat._lock = Watched(seat)  # type: ignore[assignment]

    async def played() -> None:
        for number in (1, 2):
            deciding = asyncio.ensure_future(seat.decide(Situation("firm_1", number)))
            await asyncio.sleep(0)
            seat.submit(number, {"numbers": {}})
            await deciding

    asyncio.run(played())
    seat.finish({"profit": 1.0})
    seat.leave()
    states = {}
    for version, state in watched.seen:
        assert states.setdefault(version, state) == state, f"version {version} names two states"
    assert len({json.dumps(state, default=str) for state in states.values()}) == len(states) == 6


def test_a_state_that_was_told_early_is_not_told_again() -> None:
    newest = {"version": 2, "phase": "asked"}

    async def states() -> AsyncIterator[dict[str, Any]]:
        yield {"version": 1, "phase": "waiting"}
        yield newest

    session = SimpleNamespace(seat=SimpleNamespace(states=states), state=lambda: newest)

    async def told() -> list[bytes]:
        return [one async for one in play_routes._events(session)]  # type: ignore[arg-type]

    (event,) = asyncio.run(told())
    assert b'"version": 2' in event
