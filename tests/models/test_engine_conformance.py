"""The conformance tests find what is wrong with an engine: each planted fault fails the test that is there for it."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import pytest

from agoranomos.conformance.engine import EngineConformance
from agoranomos.models import (
    Capabilities,
    Completion,
    Distribution,
    MockEngine,
    Question,
    Request,
    WrappedEngine,
    unanswered,
)
from agoranomos.models.questions import distribution


class Faulty(WrappedEngine):
    """The mock, which passes, but for what a subclass breaks."""

    def __init__(self) -> None:
        super().__init__(MockEngine())
        self.count = itertools.count()

    async def close(self) -> None:
        await self.engine.close()


class Nameless(Faulty):
    name = ""


class Unready(Faulty):
    width = 0


class Untidy(Faulty):
    identity = '{"b": 1, "a": 2}'


class Renamed(Faulty):
    @property
    def identity(self) -> str:
        return str(next(self.count))


class Moody(Faulty):
    async def complete(self, request: Request) -> Completion:
        return await super().complete(replace(request, seed=next(self.count)))


class Stubborn(Faulty):
    async def complete(self, request: Request) -> Completion:
        return await super().complete(replace(request, seed=0))


class Heated(Faulty):
    async def complete(self, request: Request) -> Completion:
        return await super().complete(replace(request, seed=next(self.count), temperature=1.0))


class Choosy(Faulty):
    async def complete(self, request: Request) -> Completion:
        done = await super().complete(request)
        return replace(done, finish="length") if next(self.count) % 7 == 6 else done


class Chatty(Faulty):
    async def complete(self, request: Request) -> Completion:
        done = await super().complete(request)
        return replace(done, text=f"Sure! {done.text}")


class OneSchema(Faulty):
    def __init__(self) -> None:
        super().__init__()
        self.schema: Any = None

    async def complete(self, request: Request) -> Completion:
        self.schema = self.schema or request.schema
        return await super().complete(replace(request, schema=self.schema))


class Prefix(Faulty):
    async def complete(self, request: Request) -> Completion:
        if request.schema and "enum" in request.schema:
            return Completion('"lo"', 1, 1, "stop", 0.0)
        return await super().complete(request)


class Endless(Faulty):
    async def complete(self, request: Request) -> Completion:
        return await super().complete(replace(request, max_tokens=96))


class Uncounted(Faulty):
    async def complete(self, request: Request) -> Completion:
        return replace(await super().complete(request), prompt_tokens=7)


class Thoughtless(Faulty):
    async def complete(self, request: Request) -> Completion:
        return await super().complete(replace(request, reasoning=0))


class Undying(Faulty):
    async def close(self) -> None:
        """It goes on."""


class OverOne(Faulty):
    async def choose(self, question: Question) -> Distribution:
        answer = await super().choose(question)
        return replace(answer, log_probabilities=tuple(log + 0.1 for log in answer.log_probabilities))


class Impossible(Faulty):
    async def choose(self, question: Question) -> Distribution:
        answer = await super().choose(question)
        return replace(answer, log_probabilities=(0.0, *[float("-inf")] * (len(question.options) - 1)))


class FirstBiased(Faulty):
    """Finds what is listed first probable although no list is shown."""

    async def choose(self, question: Question) -> Distribution:
        answer = await super().choose(question)
        if question.labelled:
            return answer
        rows = [tuple(sorted(answer.log_probabilities, reverse=True))]
        return distribution(question, rows, prompt_tokens=1, reply_tokens=0, seconds=0.0)


class OneOrder(Faulty):
    async def choose(self, question: Question) -> Distribution:
        return await super().choose(replace(question, orders="given"))


class LastOrder(Faulty):
    async def choose(self, question: Question) -> Distribution:
        answer = await super().choose(question)
        return replace(answer, log_probabilities=answer.by_order[-1]) if answer.by_order else answer


class Tepid(Faulty):
    async def choose(self, question: Question) -> Distribution:
        return await super().choose(replace(question, temperature=1.0 if question.temperature > 0 else 0.0))


class Seeded(Faulty):
    async def choose(self, question: Question) -> Distribution:
        message = replace(question.messages[-1], content=f"{question.messages[-1].content} {question.seed}")
        return await super().choose(replace(question, messages=(*question.messages[:-1], message)))


class Untagged(Faulty):
    async def choose(self, question: Question) -> Distribution:
        return replace(await super().choose(question), kind="direct")


class Forgetful(Faulty):
    async def choose(self, question: Question) -> Distribution:
        return replace(await super().choose(question), reasoning=())


class Lenient(Faulty):
    async def choose(self, question: Question) -> Distribution:
        if len(set(question.options)) < 2 or not question.temperature:
            return unanswered(question, "error", "no question", 0.0)
        return await super().choose(question)


FAULTS: dict[type[Faulty], str] = {
    Nameless: "test_it_has_a_name_and_says_how_many_calls_it_makes_good_use_of",
    Unready: "test_it_has_a_name_and_says_how_many_calls_it_makes_good_use_of",
    Untidy: "test_its_identity_is_canonical_json_or_empty_and_stays",
    Renamed: "test_its_identity_is_canonical_json_or_empty_and_stays",
    Moody: "test_the_same_request_gives_the_same_reply_alone_and_among_others",
    Choosy: "test_more_calls_than_it_makes_use_of_are_all_answered",
    Chatty: "test_replies_satisfy_the_schema",
    OneSchema: "test_each_request_of_a_batch_has_its_own_schema",
    Prefix: "test_a_choice_among_texts_is_a_schema_too",
    Stubborn: "test_seeds_matter",
    Heated: "test_temperature_zero_gives_one_reply_to_one_prompt",
    Endless: "test_a_budget_that_is_too_small_ends_the_reply_with_length",
    Uncounted: "test_tokens_and_time_are_counted",
    Thoughtless: "test_thoughts_stand_before_an_answer_that_satisfies_the_schema",
    Undying: "test_an_engine_that_is_closed_answers_with_failures",
    OverOne: "test_probabilities_of_texts_sum_to_one_in_the_order_of_the_options",
    Impossible: "test_probabilities_of_texts_sum_to_one_in_the_order_of_the_options",
    FirstBiased: "test_an_option_is_as_probable_wherever_it_stands_among_texts",
    OneOrder: "test_letters_are_averaged_over_every_order",
    LastOrder: "test_letters_are_averaged_over_every_order",
    Tepid: "test_the_temperature_divides_what_lies_between_letters",
    Seeded: "test_a_distribution_is_the_same_alone_among_others_and_for_any_seed",
    Untagged: "test_what_is_thought_first_is_kept_and_tagged",
    Forgetful: "test_what_is_thought_first_is_kept_and_tagged",
}


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_a_planted_fault_fails_the_test_that_is_there_for_it(fault: type[Faulty]) -> None:
    test = getattr(EngineConformance(), FAULTS[fault])
    test(Faulty())
    with pytest.raises((AssertionError, ValueError)):
        test(fault())


def test_a_question_that_cannot_be_put_must_be_refused() -> None:
    test = EngineConformance().test_a_question_that_cannot_be_put_is_wrong_usage
    for options, heat in ((("only",), 1.0), (("a", "b"), 0.0)):
        test(Faulty(), options, heat)
        with pytest.raises(pytest.fail.Exception):
            test(Lenient(), options, heat)


def test_a_prompt_that_is_too_long_must_overflow() -> None:
    class Limited(EngineConformance):
        too_long = 100

    with pytest.raises(AssertionError):
        Limited().test_a_prompt_that_does_not_fit_is_found_out_before_the_call_and_harms_no_other(Faulty())


def test_every_test_has_a_fault_that_fails_it() -> None:
    tests = {name for name in vars(EngineConformance) if name.startswith("test_")}
    tried_above = {
        "test_a_question_that_cannot_be_put_is_wrong_usage",
        "test_a_prompt_that_does_not_fit_is_found_out_before_the_call_and_harms_no_other",
    }
    assert tests == {*FAULTS.values(), *tried_above}


def test_what_an_engine_says_it_cannot_do_is_not_asked_of_it() -> None:
    class Modest(Faulty):
        capabilities = Capabilities(schema=False, scores="none", seeds=False, reasoning=False)

        async def choose(self, question: Question) -> Distribution:
            raise AssertionError("asked for what it cannot do")

    skipped = 0
    for name in set(FAULTS.values()) - {"test_an_engine_that_is_closed_answers_with_failures"}:
        try:
            getattr(EngineConformance(), name)(Modest())
        except pytest.skip.Exception:
            skipped += 1
    assert skipped == 12
