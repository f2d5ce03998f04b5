"""How fast an engine decides: alone, and in batches, on requests shaped like those of a campaign."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence
from typing import Any

import msgspec

from agoranomos.models.engine import Completion, Distribution, Engine, Message, Question, Request

_RULES = (
    "You choose how many units of two products a firm makes each round. Units of a product are the same whoever sells "
    "them. The price of a product falls when all sellers together bring more of it. You control only your own "
    "quantities. Aim: the highest total profit in the long run. Reply with one line of JSON: a short thought and the "
    "quantities as whole numbers. Your capacity is 100 units a round, both products together."
)
_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "thought": {"type": "string", "pattern": "^[ !#-\\[\\]-~]{0,60}$"},
        "A": {"type": "integer", "minimum": 0, "maximum": 100},
        "B": {"type": "integer", "minimum": 0, "maximum": 100},
    },
    "required": ["thought", "A", "B"],
    "additionalProperties": False,
}
_MAX_TOKENS = 96
_OPTIONS = tuple(str(units) for units in range(0, 101, 10))


class Speed(msgspec.Struct, frozen=True):
    """What `batch` agents took for `rounds` rounds, each asking again when all have their reply.

    Token rates count prompts in full, whether read or found in a cache. `speed_up` is the rate of decisions over that
    of one agent alone; `failures` counts calls without a reply that satisfies the schema, and questions without
    probabilities. `choices_per_second` are questions of eleven options after the same prompts, asked after all replies
    are there; None where the engine gives no probabilities.
    """

    batch: int
    rounds: int
    seconds: float
    seconds_per_decision: float
    decisions_per_second: float
    prompt_tokens_per_second: float
    reply_tokens_per_second: float
    failures: int
    speed_up: float
    choices_per_second: float | None = None


async def bench(engine: Engine, batches: Sequence[int] = (1, 6, 16), rounds: int = 4) -> list[Speed]:
    """Speeds for each size of batch, the first of them the one that the others are held against.

    Seeds and agents differ from batch to batch, so that no batch finds more than the rules in the cache of another.
    """
    await engine.complete(_request(0, 0, 1))  # What is set up on first use is not measured.
    speeds: list[Speed] = []
    for number, batch in enumerate(batches, start=1):
        agents = range(1000 * number, 1000 * number + batch)
        started = time.perf_counter()
        completions: list[Completion] = []
        for round_number in range(1, rounds + 1):
            requests = [_request(agent, round_number, number) for agent in agents]
            completions += await asyncio.gather(*(engine.complete(request) for request in requests))
        seconds = time.perf_counter() - started
        rate = len(completions) / seconds
        choices, unanswered = await _choices(engine, agents, rounds)
        speeds.append(
            Speed(
                batch=batch,
                rounds=rounds,
                seconds=seconds,
                seconds_per_decision=1 / rate,
                decisions_per_second=rate,
                prompt_tokens_per_second=sum(done.prompt_tokens for done in completions) / seconds,
                reply_tokens_per_second=sum(done.reply_tokens for done in completions) / seconds,
                failures=sum(done.finish != "stop" for done in completions) + unanswered,
                speed_up=rate / speeds[0].decisions_per_second if speeds else 1.0,
                choices_per_second=choices,
            )
        )
    return speeds


async def _choices(engine: Engine, agents: Sequence[int], rounds: int) -> tuple[float | None, int]:
    """Questions answered a second, round by round, and how many were not."""
    if engine.capabilities.scores == "none":
        return None, 0
    labelled = engine.capabilities.scores == "letters"
    started = time.perf_counter()
    answers: list[Distribution] = []
    for round_number in range(1, rounds + 1):
        prompts = [_request(agent, round_number, 0).messages for agent in agents]
        questions = [Question(prompt, _OPTIONS, labelled=labelled) for prompt in prompts]
        answers += await asyncio.gather(*(engine.choose(question) for question in questions))
    rate = len(answers) / (time.perf_counter() - started)
    return rate, sum(bool(answer.failure) for answer in answers)


def _request(agent: int, round_number: int, seed: int) -> Request:
    history = "\n".join(
        f"{past}: A made {(agent + 7 * past) % 60}, price {60 + past}; B made {(agent + 3 * past) % 40}, "
        f"price {65 - past}; profit {1000 + agent + past}"
        for past in range(round_number)
    )
    messages = (Message("system", _RULES), Message("user", f"{history}\nChoose for the next round."))
    return Request(messages, _MAX_TOKENS, 1.0, seed, _SCHEMA, (f"agent_{agent}", round_number, 0))
