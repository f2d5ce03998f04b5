"""How calls of a model find a copy of it, with copies that a test lets come and go."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest

from agoranomos.models import Completion, EngineLost, Message, Request

ray = pytest.importorskip("ray")

from agoranomos.campaigns.executors import ray_engine  # noqa: E402 (only where Ray is installed)

REQUEST = Request((Message("user", "How many?"),), 20, 1.0, 7, player=lambda way: way)


class Copy:
    """Raises its errors in turn, then answers with its name; it is its own method and handle."""

    def __init__(self, name: str, *errors: BaseException) -> None:
        self.name, self.errors, self.asked = name, list(errors), 0
        self.complete = self

    async def remote(self, request: Request) -> Completion:
        self.asked += 1
        assert request.player is None
        if self.errors:
            raise self.errors.pop(0)
        await asyncio.sleep(0)
        return Completion(self.name, 1, 1, "stop", 0.0)


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Any:
    slept: list[float] = []
    sleep = asyncio.sleep

    async def hurry(seconds: float) -> None:
        slept.append(seconds)
        await sleep(0)

    monkeypatch.setattr(ray_engine.asyncio, "sleep", hurry)

    def made(*copies: Copy) -> Any:
        built: Any = ray_engine.RayEngine.__new__(ray_engine.RayEngine)
        built.name, built._ray, built._brings_player = "hf/some", ray, False
        built._copies, built._calls, built._away, built._gone = list(copies), Counter(), set(), set()
        built.slept = slept
        return built

    return made


def gone(kind: str) -> BaseException:
    made: BaseException = getattr(ray.exceptions, kind)("the node is gone", None)
    return made


def test_calls_go_to_the_copy_with_the_fewest(engine: Any) -> None:
    one, other = Copy("one"), Copy("other")
    made = engine(one, other)

    async def four() -> list[Completion]:
        return await asyncio.gather(*(made.complete(REQUEST) for _ in range(4)))

    assert sorted(reply.text for reply in asyncio.run(four())) == ["one", "one", "other", "other"]
    assert set(made._calls.values()) == {0}


def test_a_copy_that_is_away_is_passed_over_and_asked_again_when_it_answers(engine: Any) -> None:
    away, here = Copy("away", gone("ActorUnavailableError")), Copy("here")
    made = engine(away, here)
    assert asyncio.run(made.complete(REQUEST)).text == "here"
    assert (away.asked, made._away) == (1, {0})
    alone = engine(Copy("alone", gone("ActorUnavailableError")))
    assert asyncio.run(alone.complete(REQUEST)).text == "alone"
    assert alone._away == set()


@pytest.mark.parametrize(
    ("errors", "waits"),
    [
        ([ray.exceptions.RaySystemError("the cluster is gone")], 0),
        ([gone("ActorUnavailableError")] * ray_engine.SECONDS_TO_RETURN, ray_engine.SECONDS_TO_RETURN),
    ],
)
def test_copies_that_are_gone_for_good_end_the_session(engine: Any, errors: list[BaseException], waits: int) -> None:
    made = engine(Copy("lost", *errors))
    with pytest.raises(EngineLost, match="hf/some is gone from the Ray cluster") as caught:
        asyncio.run(made.complete(REQUEST))
    assert "\n" not in caught.value.message
    assert made.slept.count(1) == waits


def test_a_copy_that_is_gone_for_good_is_asked_no_more_and_the_others_go_on(engine: Any) -> None:
    lost, here = Copy("lost", ray.exceptions.RaySystemError("its node is gone")), Copy("here")
    made = engine(lost, here)
    assert [asyncio.run(made.complete(REQUEST)).text for _ in range(3)] == ["here"] * 3
    assert (lost.asked, here.asked, made._gone) == (1, 3, {0})


def test_an_error_of_the_model_is_raised_as_it_is(engine: Any) -> None:
    stop = EngineLost("the card failed")
    made = engine(Copy("broken", ray.exceptions.RayTaskError("complete", "traceback", stop)))
    with pytest.raises(EngineLost, match="the card failed"):
        asyncio.run(made.complete(REQUEST))
