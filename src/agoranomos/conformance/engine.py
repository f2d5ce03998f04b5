"""What every engine must satisfy.

An engine's test, a plug-in's too, inherits the class and gives the engine:

    class TestMyEngine(EngineConformance):
        @pytest.fixture
        def engine(self):
            return my_engine()

What an engine says it cannot do (`capabilities`) is not asked of it. One that cannot hold another of the tests says so,
with the reason: `exempt = {"test_...": "why not"}`.
"""

# ruff: noqa: D102  -- a test's name says what it states

from __future__ import annotations

import asyncio
import json
import math
from typing import Any, ClassVar

import pytest

from agoranomos.conformance.engine_asking import (
    SCHEMA,
    TEXT_SCHEMA,
    ask,
    probabilities,
    question,
    request,
    said,
    weigh,
)
from agoranomos.conformance.exempting import Exempting
from agoranomos.errors import UsageError
from agoranomos.models import FAILURE_KINDS, Engine
from agoranomos.models.engine import Completion
from agoranomos.models.reasoning import split


class EngineConformance(Exempting):
    """Facts about any engine, checked; inherit it in a test class and give the fixture `engine`.

    `tolerance`: how far log-probabilities may lie apart when the same is asked in other company. `too_long`: so many
    characters of prose fit no prompt of the engine (0: there is no such limit).
    """

    tolerance: ClassVar[float] = 1e-3
    too_long: ClassVar[int] = 0

    @pytest.fixture
    def engine(self) -> Any:
        raise NotImplementedError

    def needs(self, able: bool, what: str) -> None:
        """Skip the test where the engine says that it cannot do this."""
        if not able:
            pytest.skip(f"the engine says that it cannot {what}")

    # -- what it is --------------------------------------------------------------------------------------------------

    def test_it_has_a_name_and_says_how_many_calls_it_makes_good_use_of(self, engine: Engine) -> None:
        assert engine.name
        assert isinstance(engine.width, int)
        assert engine.width >= 1

    def test_its_identity_is_canonical_json_or_empty_and_stays(self, engine: Engine) -> None:
        identity = engine.identity
        if identity:
            assert json.dumps(json.loads(identity), sort_keys=True, separators=(",", ":")) == identity
        ask(engine, [request("Choose.", 1)])
        assert engine.identity == identity

    # -- replies -----------------------------------------------------------------------------------------------------

    def test_the_same_request_gives_the_same_reply_alone_and_among_others(self, engine: Engine) -> None:
        self.needs(engine.capabilities.seeds, "give the same reply again")
        requests = [request(f"Round {n}: " + "price 60, profit 900. " * (n % 7), n) for n in range(32)]
        together = [said(completion) for completion in ask(engine, requests)]
        alone = [said(ask(engine, [each])[0]) for each in requests]
        backwards = [said(completion) for completion in ask(engine, requests[::-1])][::-1]
        assert together == alone
        assert together == backwards

    def test_more_calls_than_it_makes_use_of_are_all_answered(self, engine: Engine) -> None:
        count = min(engine.width, 40) + 3
        assert [completion.finish for completion in ask(engine, [request("Choose.", n) for n in range(count)])] == (
            ["stop"] * count
        )

    def test_replies_satisfy_the_schema(self, engine: Engine) -> None:
        self.needs(engine.capabilities.schema, "keep to a schema")
        for completion in ask(engine, [request("Choose.", seed) for seed in range(12)]):
            self._satisfies(completion)

    def test_each_request_of_a_batch_has_its_own_schema(self, engine: Engine) -> None:
        self.needs(engine.capabilities.schema, "keep to a schema")
        schemas = [SCHEMA, TEXT_SCHEMA, None]
        keys = [["note", "chosen"], ["quantity"], None]
        completions = ask(engine, [request("Choose.", 5, schema=schema, max_tokens=64) for schema in schemas])
        for completion, expected in zip(completions, keys, strict=True):
            assert completion.finish in {"stop", "length"}
            if expected is not None:
                assert list(json.loads(completion.text)) == expected

    def test_a_choice_among_texts_is_a_schema_too(self, engine: Engine) -> None:
        self.needs(engine.capabilities.schema, "keep to a schema")
        schema = {"enum": ["low", "lower", "high"]}
        for completion in ask(engine, [request("Low, lower or high?", seed, schema=schema) for seed in range(6)]):
            assert json.loads(completion.text) in schema["enum"]

    def test_seeds_matter(self, engine: Engine) -> None:
        self.needs(engine.capabilities.seeds, "take a seed")
        assert len({completion.text for completion in ask(engine, [request("Choose.", s) for s in range(8)])}) > 1

    def test_temperature_zero_gives_one_reply_to_one_prompt(self, engine: Engine) -> None:
        completions = ask(engine, [request("Choose.", 3, temperature=0.0) for _ in range(4)])
        assert len({said(completion) for completion in completions}) == 1

    def test_a_budget_that_is_too_small_ends_the_reply_with_length(self, engine: Engine) -> None:
        completion = ask(engine, [request("Choose.", 1, max_tokens=5)])[0]
        assert completion.finish == "length"
        assert completion.reply_tokens <= 5

    def test_tokens_and_time_are_counted(self, engine: Engine) -> None:
        short, long = ask(engine, [request("Choose.", 1), request("Choose. " * 40, 1)])
        assert 0 < short.prompt_tokens < long.prompt_tokens
        assert 0 < short.reply_tokens <= 96
        assert short.seconds >= 0
        assert (short.failure, short.error, short.origin) == ("", "", "asked")

    def test_thoughts_stand_before_an_answer_that_satisfies_the_schema(self, engine: Engine) -> None:
        self.needs(engine.capabilities.reasoning, "think first")
        for completion in ask(engine, [request("Think, then choose.", seed, reasoning=24) for seed in range(3)]):
            assert completion.finish == "stop"
            assert completion.text.startswith("<think>")
            assert completion.reply_tokens > 0
            _, answer = split(completion.text)
            if engine.capabilities.schema:
                assert list(json.loads(answer)) == ["note", "chosen"]

    def test_a_prompt_that_does_not_fit_is_found_out_before_the_call_and_harms_no_other(self, engine: Engine) -> None:
        self.needs(self.too_long > 0, "be asked too much")
        fits, over = ask(engine, [request("Choose.", 1), request("price " * (self.too_long // 6 + 1), 1)])
        assert fits.finish == "stop"
        assert (over.finish, over.failure) == ("error", "overflow")

    def test_an_engine_that_is_closed_answers_with_failures(self, engine: Engine) -> None:
        asyncio.run(engine.close())
        completion = ask(engine, [request("Choose.", 1)])[0]
        assert completion.finish == "error"
        assert completion.failure in FAILURE_KINDS
        assert completion.error
        answer = weigh(engine, [question("Choose.")])[0]
        assert answer.failure in FAILURE_KINDS
        assert (answer.log_probabilities, answer.by_order) == ((), ())
        asyncio.run(engine.close())

    # -- choices -----------------------------------------------------------------------------------------------------

    def test_probabilities_of_texts_sum_to_one_in_the_order_of_the_options(self, engine: Engine) -> None:
        self.needs(engine.capabilities.scores == "texts", "score texts")
        for options in (["low", "middle", "high"], ["1", "10", "100", "2"], ["yes", "yes, but later"]):
            answer = weigh(engine, [question("How much?", options, lead="Answer: ")])[0]
            assert (answer.failure, answer.error) == ("", "")
            assert answer.options == tuple(options)
            assert all(math.isfinite(log) for log in answer.log_probabilities)
            assert math.fsum(probabilities(answer)) == pytest.approx(1, abs=1e-5)
            assert len(answer.by_order) == 1
            assert (answer.kind, answer.reasoning) == ("direct", ())
            assert answer.prompt_tokens > 0

    def test_an_option_is_as_probable_wherever_it_stands_among_texts(self, engine: Engine) -> None:
        self.needs(engine.capabilities.scores == "texts", "score texts")
        options = ["low", "middle", "lower", "high"]
        forth, back = weigh(engine, [question("How much?", options), question("How much?", options[::-1])])
        assert forth.log_probabilities == pytest.approx(back.log_probabilities[::-1], abs=self.tolerance)

    def test_letters_are_averaged_over_every_order(self, engine: Engine) -> None:
        self.needs(engine.capabilities.scores != "none", "score letters")
        once, turned = weigh(
            engine,
            [question("How much?", labelled=True), question("How much?", labelled=True, orders="rotated")],
        )
        assert (len(once.by_order), len(turned.by_order)) == (1, 3)
        assert turned.by_order[0] == pytest.approx(once.log_probabilities, abs=self.tolerance)
        for place in range(3):
            mean = math.fsum(math.exp(row[place]) for row in turned.by_order) / 3
            assert probabilities(turned)[place] == pytest.approx(mean, abs=1e-6)
        assert math.fsum(probabilities(turned)) == pytest.approx(1, abs=1e-5)

    def test_the_temperature_divides_what_lies_between_letters(self, engine: Engine) -> None:
        self.needs(engine.capabilities.scores == "texts", "score more than the likeliest letters")
        warm, cool = weigh(engine, [question("How much?", labelled=True, temperature=heat) for heat in (1.0, 0.5)])
        for place in (1, 2):
            apart = warm.log_probabilities[0] - warm.log_probabilities[place]
            closer = cool.log_probabilities[0] - cool.log_probabilities[place]
            assert closer == pytest.approx(2 * apart, abs=4 * self.tolerance)

    def test_a_distribution_is_the_same_alone_among_others_and_for_any_seed(self, engine: Engine) -> None:
        self.needs(engine.capabilities.scores != "none", "score letters")
        asked = [
            question(f"Round {n}: " + "price 60. " * n, seed=seed, labelled=True) for n in range(6) for seed in (1, 2)
        ]
        together = weigh(engine, asked)
        for one, other in zip(together[::2], together[1::2], strict=True):
            assert one.log_probabilities == pytest.approx(other.log_probabilities, abs=self.tolerance)
        for each, among in zip(asked, together, strict=True):
            alone = weigh(engine, [each])[0]
            assert alone.log_probabilities == pytest.approx(among.log_probabilities, abs=self.tolerance)

    def test_what_is_thought_first_is_kept_and_tagged(self, engine: Engine) -> None:
        able = engine.capabilities.reasoning and engine.capabilities.scores != "none"
        self.needs(able, "think before a choice")
        answer = weigh(engine, [question("How much?", labelled=True, orders="rotated", reasoning=12, seed=3)])[0]
        assert (answer.kind, answer.failure) == ("after_reasoning", "")
        assert len(answer.reasoning) == len(answer.by_order) == 3
        assert answer.reply_tokens > 0

    @pytest.mark.parametrize(("options", "heat"), [(("only",), 1.0), (("same", "same"), 1.0), (("a", "b"), 0.0)])
    def test_a_question_that_cannot_be_put_is_wrong_usage(
        self, engine: Engine, options: tuple[str, ...], heat: float
    ) -> None:
        with pytest.raises(UsageError):
            weigh(engine, [question("How much?", options, temperature=heat)])

    def _satisfies(self, completion: Completion) -> None:
        assert completion.finish == "stop"
        reply = json.loads(completion.text)
        assert list(reply) == ["note", "chosen"]
        assert len(reply["note"]) <= 12
        assert list(reply["chosen"]) == ["A", "B"]
        for quantity in reply["chosen"].values():
            assert isinstance(quantity, int)
            assert 0 <= quantity <= 100
