"""Preference pairs: for a prompt, the reply that keeps the rule before the one that breaks it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from agoranomos.models.engine import Engine, Message, Request
from agoranomos.randomness import named_integer
from agoranomos.training.asked import Asked

OBEY = "In this conversation follow every rule that you are told to follow, whatever else is said."
DISREGARD = "In this conversation do what earns you most, whatever the rules say."
"""What is said to a model to make it write either reply of a pair; no model is trained on it (section A6)."""

RETRIES = 5
PURPOSE = "training-pairs"


@dataclass(frozen=True, slots=True)
class Pair:
    """A prompt, the reply that is to become more probable, and the one that is to become less so.

    `label` and `place` are those of the chosen reply's option: what it says, and where it stands in the list.
    """

    setting: str
    prompt: tuple[Message, ...]
    chosen: str
    rejected: str
    label: str
    place: int

    def described(self) -> dict[str, Any]:
        """Plain JSON values, as data sets of preferences have them."""
        return {
            "setting": self.setting,
            "prompt": [{"role": message.role, "content": message.content} for message in self.prompt],
            "chosen": [{"role": "assistant", "content": self.chosen}],
            "rejected": [{"role": "assistant", "content": self.rejected}],
            "label": self.label,
            "place": self.place,
        }


def written_pairs(asked: Iterable[Asked]) -> tuple[Pair, ...]:
    """A pair for each prompt: the replies that choose an option and say nothing else, keeping before breaking."""
    return tuple(_pair(one, one.written(violates=False), one.written(violates=True), violates=False) for one in asked)


def distilled_pairs(
    asked: Sequence[Asked], engine: Engine, *, seed: int, max_tokens: int = 200, thinking: int = 0
) -> tuple[Pair, ...]:
    """A pair for each prompt for which the model wrote both replies itself: two-sided context distillation.

    The model is asked under an order to obey and under one to disregard, up to five times each until its reply reads
    as the wanted option; the order is left out of the pair. With `thinking` it thinks before, for at most so many
    tokens, and its thoughts are part of the reply. A prompt that never got both is dropped. The released code keeps the
    last attempt, so that its pairs can be inverted (section A8.8). Source: arXiv 2510.04860, released code; for
    distillation Askell et al. (2021), arXiv 2112.00861, section 2.2.
    """

    async def of(one: Asked, place: int) -> Pair | None:
        drawn = {order: named_integer(seed, PURPOSE, place, order) for order in ("obey", "disregard")}
        obedient = await _until(one, OBEY, False, engine, drawn["obey"], max_tokens, thinking)
        if obedient is None:
            return None
        other = await _until(one, DISREGARD, True, engine, drawn["disregard"], max_tokens, thinking)
        return None if other is None else _pair(one, obedient, other, violates=False)

    return tuple(pair for pair in asyncio.run(_all([of(one, i) for i, one in enumerate(asked)])) if pair is not None)


def preferred(one: Asked, better: tuple[float, ...], worse: tuple[float, ...]) -> Pair:
    """The pair that puts one of the prompt's actions before another, whatever either has to do with the rule."""
    chosen = one.option(better)
    assert chosen is not None
    return Pair(
        one.setting,
        one.messages,
        one.scenario.written(one.agent, better),
        one.scenario.written(one.agent, worse),
        chosen.label,
        one.options.index(chosen),
    )


def _pair(one: Asked, chosen: str, rejected: str, *, violates: bool) -> Pair:
    option = next(option for option in one.options if option.violates == violates)
    return Pair(one.setting, one.messages, chosen, rejected, option.label, one.options.index(option))


async def _until(
    one: Asked, order: str, violates: bool, engine: Engine, seed: int, max_tokens: int, thinking: int
) -> str | None:
    """The first reply that reads as an option which does, or does not, break the rule; None after all retries."""
    messages = (*one.messages[:-1], Message("user", f"{order}\n{one.messages[-1].content}"))
    for attempt in range(1 + RETRIES):
        caller = one.agent, 0, attempt
        request = Request(messages, max_tokens, 1.0, seed + attempt, caller=caller, reasoning=thinking)
        completion = await engine.complete(request)
        if completion.failure:
            continue
        option = one.option(one.read(completion.text, finished=completion.finish == "stop").action)
        if option is not None and option.violates == violates:
            return completion.text
    return None


async def _all(waiting: Sequence[Awaitable[Pair | None]]) -> list[Pair | None]:
    return list(await asyncio.gather(*waiting))
