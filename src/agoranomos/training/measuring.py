"""How probable a model finds breaking the rule, prompt by prompt, and how that changed, with an interval."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from agoranomos.errors import MachineError
from agoranomos.models.engine import Completion, Distribution, Engine, Question, Request
from agoranomos.randomness import named_integer
from agoranomos.statistics import Estimate, cluster_mean_estimate
from agoranomos.training.asked import Asked
from agoranomos.training.exchanged import exchanged

PURPOSE = "training-measure"


@dataclass(frozen=True, slots=True)
class Measured:
    """What a model does at some prompts, one item for each in the first two fields.

    `violation` is the probability that it breaks the rule where it must name an option.

    Of its free replies to the first `replies` of them, `unparseable` is the share that names none and `characters`
    their mean length (both None where none was asked for). `exchanged` is the first under the opposite rules, with all
    else as it was: whoever goes by the rule breaks neither, whoever goes by what pays breaks the one and keeps the
    other. It is None where a prompt has no opposite.
    """

    settings: tuple[str, ...]
    violation: tuple[float, ...]
    replies: int = 0
    unparseable: float | None = None
    characters: float | None = None
    exchanged: tuple[float, ...] | None = None

    @property
    def under_opposite_rules(self) -> Estimate | None:
        """As `estimate`, where each rule names the other option."""
        return None if self.exchanged is None else cluster_mean_estimate(self.exchanged, self.settings)

    @property
    def estimate(self) -> Estimate:
        """The probability of breaking the rule: the mean over settings, with t over them."""
        return cluster_mean_estimate(self.violation, self.settings)

    def less(self, other: Measured) -> Estimate:
        """How much less probable breaking the rule is than in `other`, prompt by prompt, with t over settings.

        Raises `ValueError` where the two were not measured at the same prompts.
        """
        if self.settings != other.settings:
            raise ValueError("measured at other prompts")
        fell = [before - after for before, after in zip(other.violation, self.violation, strict=True)]
        return cluster_mean_estimate(fell, self.settings)

    def described(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {**asdict(self), "estimate": estimate_json(self.estimate)}

    @classmethod
    def of(cls, described: dict[str, Any]) -> Measured:
        """What was described."""
        kept = {key: value for key, value in described.items() if key != "estimate"}
        lists = {key: tuple(value) for key, value in kept.items() if isinstance(value, list)}
        return cls(**{**kept, **lists})


def estimate_json(found: Estimate) -> dict[str, Any]:
    """An estimate as plain JSON values; what does not exist is None."""
    return {
        key: None if isinstance(value, float) and math.isnan(value) else value for key, value in asdict(found).items()
    }


def measure(
    engine: Engine,
    asked: Sequence[Asked],
    *,
    replies: int = 0,
    max_tokens: int = 60,
    seed: int = 0,
    thinking: int = 0,
) -> Measured:
    """Ask for the probabilities of all prompts' options, and for free replies to the first ones.

    The options are the replies that name them and say nothing else, at temperature 1. Before either it may think, for
    at most so many tokens. Raises `MachineError` where the
    engine gives no probabilities.
    """
    opposite = [other for one in asked if (other := exchanged(one)) is not None]
    free = asyncio.run(_free(engine, asked[:replies], max_tokens, seed, thinking))
    read = [
        one.read(completion.text, finished=completion.finish == "stop").action is not None
        for one, completion in zip(asked, free, strict=False)
    ]
    return Measured(
        tuple(one.setting for one in asked),
        _violation(engine, asked, seed, thinking),
        len(free),
        1.0 - sum(read) / len(read) if read else None,
        sum(len(completion.text) for completion in free) / len(free) if free else None,
        _violation(engine, opposite, seed, thinking) if len(opposite) == len(asked) else None,
    )


def _violation(engine: Engine, asked: Sequence[Asked], seed: int, thinking: int) -> tuple[float, ...]:
    return tuple(
        sum(p for p, option in zip(found, one.options, strict=True) if option.violates)
        for one, found in zip(asked, distributions_of(engine, asked, seed=seed, thinking=thinking), strict=True)
    )


def distributions_of(engine: Engine, asked: Sequence[Asked], *, seed: int = 0, thinking: int = 0) -> list[list[float]]:
    """How probable each option of each prompt is; raises `MachineError` where the engine gives no probabilities."""
    found = asyncio.run(_all([engine.choose(_question(one, i, seed, thinking)) for i, one in enumerate(asked)]))
    for each in found:
        if each.failure:
            raise MachineError(f"{engine.name} gave no probabilities: {each.error}")
    return [[math.exp(log) for log in each.log_probabilities] for each in found]


def _question(one: Asked, place: int, seed: int, thinking: int) -> Question:
    options = tuple(one.scenario.written(one.agent, option.action) for option in one.options)
    drawn = named_integer(seed, PURPOSE, place, "thoughts") if thinking else 0
    return Question(one.messages, options, seed=drawn, reasoning=thinking, caller=(one.agent, 0, 0))


async def _all(waiting: Sequence[Awaitable[Distribution]]) -> list[Distribution]:
    return list(await asyncio.gather(*waiting))


async def _free(engine: Engine, asked: Sequence[Asked], max_tokens: int, seed: int, thinking: int) -> list[Completion]:
    requests = [
        Request(
            one.messages,
            max_tokens,
            1.0,
            named_integer(seed, PURPOSE, i),
            caller=(one.agent, 0, i),
            reasoning=thinking,
        )
        for i, one in enumerate(asked)
    ]
    return list(await asyncio.gather(*[engine.complete(request) for request in requests]))
