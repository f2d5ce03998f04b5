"""What every engine must satisfy. A plug-in's test inherits `EngineConformance` and gives its engine:

class TestMyEngine(EngineConformance):
    @pytest.fixture
    def engine(self):
        return my_engine()
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import pytest

from agoranomos.models import FAILURE_KINDS, Completion, Engine, Message, Request

SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {
        "note": {"type": "string", "pattern": "^[ !#-\\[\\]-~]{0,12}$"},
        "chosen": {
            "type": "object",
            "properties": {
                "A": {"type": "integer", "minimum": 0, "maximum": 100},
                "B": {"type": "integer", "minimum": 0, "maximum": 100},
            },
            "required": ["A", "B"],
            "additionalProperties": False,
        },
    },
    "required": ["note", "chosen"],
    "additionalProperties": False,
}
TEXT_SCHEMA: dict[str, Any] = {
    "type": "object",
    "properties": {"quantity": {"type": "string", "pattern": "^[0-9]{1,3}(\\.[0-9]{1,2})?$"}},
    "required": ["quantity"],
    "additionalProperties": False,
}


def request(
    text: str,
    seed: int,
    *,
    schema: dict[str, Any] | None = SCHEMA,
    max_tokens: int = 96,
    temperature: float = 1.0,
) -> Request:
    messages = (Message("system", "You run a firm. Choose how much of A and B it makes."), Message("user", text))
    return Request(messages, max_tokens, temperature, seed, schema, ("firm_1", 1, 0))


def ask(engine: Engine, requests: Sequence[Request]) -> list[Completion]:
    """All at once, as agents of a campaign ask."""

    async def everyone() -> list[Completion]:
        return list(await asyncio.gather(*(engine.complete(each) for each in requests)))

    return asyncio.run(everyone())


def said(completion: Completion) -> tuple[str, str, int, int]:
    """A completion without its time."""
    return completion.text, completion.finish, completion.prompt_tokens, completion.reply_tokens


class EngineConformance:
    """The tests that every engine passes."""

    @pytest.fixture
    def engine(self) -> Any:
        raise NotImplementedError

    def test_the_same_request_gives_the_same_reply_alone_and_among_others(self, engine: Engine) -> None:
        requests = [request(f"Round {n}: " + "price 60, profit 900. " * (n % 7), n) for n in range(32)]
        together = [said(completion) for completion in ask(engine, requests)]
        alone = [said(ask(engine, [each])[0]) for each in requests]
        backwards = [said(completion) for completion in ask(engine, requests[::-1])][::-1]
        assert together == alone
        assert together == backwards

    def test_replies_satisfy_the_schema(self, engine: Engine) -> None:
        for completion in ask(engine, [request("Choose.", seed) for seed in range(12)]):
            assert completion.finish == "stop"
            reply = json.loads(completion.text)
            assert list(reply) == ["note", "chosen"]
            assert len(reply["note"]) <= 12
            assert list(reply["chosen"]) == ["A", "B"]
            for quantity in reply["chosen"].values():
                assert isinstance(quantity, int)
                assert 0 <= quantity <= 100

    def test_each_request_of_a_batch_has_its_own_schema(self, engine: Engine) -> None:
        schemas = [SCHEMA, TEXT_SCHEMA, None]
        keys = [["note", "chosen"], ["quantity"], None]
        completions = ask(engine, [request("Choose.", 5, schema=schema, max_tokens=64) for schema in schemas])
        for completion, expected in zip(completions, keys, strict=True):
            assert completion.finish in {"stop", "length"}
            if expected is not None:
                assert list(json.loads(completion.text)) == expected

    def test_seeds_matter(self, engine: Engine) -> None:
        assert len({completion.text for completion in ask(engine, [request("Choose.", s) for s in range(8)])}) > 1

    def test_temperature_zero_gives_one_reply_to_one_prompt(self, engine: Engine) -> None:
        completions = ask(engine, [request("Choose.", 3, temperature=0.0) for _ in range(4)])
        assert len({said(completion) for completion in completions}) == 1

    def test_a_budget_that_is_too_small_ends_the_reply_with_length(self, engine: Engine) -> None:
        completion = ask(engine, [request("Choose.", 1, max_tokens=5)])[0]
        assert completion.finish == "length"
        assert completion.reply_tokens <= 5

    def test_a_schema_that_nothing_can_satisfy_or_an_engine_that_is_closed_is_a_completion(
        self, engine: Engine
    ) -> None:
        asyncio.run(engine.close())
        completion = ask(engine, [request("Choose.", 1)])[0]
        assert completion.finish == "error"
        assert completion.failure in FAILURE_KINDS
        assert completion.error
        asyncio.run(engine.close())

    def test_it_has_a_name(self, engine: Engine) -> None:
        assert engine.name
