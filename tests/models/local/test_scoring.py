"""`choose` against the definition: one plain pass of the model for every beginning of every option."""

import asyncio
import itertools
import math

import pytest

from agoranomos.errors import UsageError
from agoranomos.models import Distribution, Message, Question, Request
from agoranomos.models.local.loading import generator_of
from agoranomos.models.local.transformers_engine import TransformersEngine
from models.local.tiny_model import tiny_llama, tiny_tokenizer

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("xgrammar")

MESSAGES = (Message("system", "You run a firm."), Message("user", "Choose."))
OPTIONS = ("cooperate", "defect", "coop", "60", "600", "61", "the price")


def engine_of(*, batch=8, cache_bytes=1 << 22, **changed):
    tokenizer = tiny_tokenizer()
    generator = generator_of(tiny_llama(tokenizer, **changed), tokenizer, "tiny", cache_bytes=cache_bytes)
    return TransformersEngine("tiny", generator, batch=batch)


@pytest.fixture
def tiny():
    engine = engine_of()
    yield engine
    asyncio.run(engine.close())


def choose(engine: TransformersEngine, questions: list[Question]) -> list[Distribution]:
    async def everyone() -> list[Distribution]:
        return list(await asyncio.gather(*(engine.choose(each) for each in questions)))

    return asyncio.run(everyone())


def by_definition(prompt, texts, temperature):
    """Log-probabilities of `texts` after `prompt`: softmax over what may come next, one plain pass for each token."""
    tokenizer = tiny_tokenizer()
    model = tiny_llama(tokenizer)
    ended = [[*tokenizer.encode(text, add_special_tokens=False), tokenizer.eos_token_id] for text in texts]
    found = []
    for sequence in ended:
        total = 0.0
        for length, token in enumerate(sequence):
            allowed = sorted({other[length] for other in ended if other[:length] == sequence[:length]})
            with torch.no_grad():
                logits = model(torch.tensor([[*prompt, *sequence[:length]]])).logits[0, -1].double() / temperature
            total += float(logits[token] - logits[allowed].logsumexp(0))
        found.append(total)
    return found


@pytest.mark.parametrize("temperature", [0.5, 1.0, 1.7])
@pytest.mark.parametrize("lead", ["", '{"action":"'])
def test_texts_have_the_probabilities_of_the_definition(tiny, temperature, lead):
    question = Question(MESSAGES, OPTIONS, temperature=temperature, lead=lead)
    found = choose(tiny, [question])[0]
    prompt = tiny._generator.chat.ids(MESSAGES)
    expected = by_definition(prompt, [lead + option for option in OPTIONS], temperature)
    assert found.log_probabilities == pytest.approx(expected, abs=1e-5)
    assert found.by_order == (found.log_probabilities,)
    assert (found.kind, found.prompt_tokens, found.reply_tokens) == ("direct", len(prompt), 0)


def test_letters_have_the_probabilities_of_the_definition_in_every_order(tiny):
    question = Question(MESSAGES, ("up", "down", "stay"), labelled=True, orders="rotated")
    found = choose(tiny, [question])[0]
    for turn, row in enumerate(found.by_order):
        listed = [question.options[(place + turn) % 3] for place in range(3)]
        lines = ["Choose.", *(f"{letter}: {option}" for letter, option in zip("ABC", listed, strict=True))]
        asked = Message("user", "\n".join([*lines, "Answer with one letter, A to C."]))
        expected = by_definition(tiny._generator.chat.ids((MESSAGES[0], asked)), ["A", "B", "C"], 1.0)
        assert [row[question.options.index(option)] for option in listed] == pytest.approx(expected, abs=1e-5)
    mean = [math.log(sum(math.exp(row[i]) for row in found.by_order) / 3) for i in range(3)]
    assert found.log_probabilities == pytest.approx(mean)


def test_a_question_of_letters_takes_one_pass(tiny):
    before = tiny.counts.passes
    choose(tiny, [Question(MESSAGES, ("up", "down", "stay"), labelled=True)])
    assert tiny.counts.passes == before + 1


def test_branches_beyond_the_first_take_one_more_pass_all_together(tiny):
    before = tiny.counts.passes
    choose(tiny, [Question(MESSAGES, tuple(str(number) for number in range(100)))])
    assert tiny.counts.passes == before + 2


def test_more_branches_than_one_pass_takes_are_read_in_several(tiny, monkeypatch):
    question = Question(MESSAGES, OPTIONS)
    expected = choose(tiny, [question])[0].log_probabilities
    monkeypatch.setattr("agoranomos.models.local.generation.MOST_BRANCHES", 1)
    assert choose(tiny, [question])[0].log_probabilities == pytest.approx(expected, abs=1e-5)


def test_what_is_asked_beside_it_changes_nothing_that_matters(tiny):
    questions = [
        Question((*MESSAGES[:1], Message("user", f"Round {n}. " + "price 60. " * n)), OPTIONS) for n in range(12)
    ]
    together = choose(tiny, questions)
    alone = [choose(tiny, [question])[0] for question in questions]
    for one, other in zip(together, alone, strict=True):
        assert one.log_probabilities == pytest.approx(other.log_probabilities, abs=1e-5)
        assert (
            max(zip(one.log_probabilities, one.options, strict=True))[1]
            == max(zip(other.log_probabilities, other.options, strict=True))[1]
        )


def test_questions_and_requests_share_their_passes(tiny):
    async def both():
        request = Request(MESSAGES, 24, 1.0, 1, {"enum": list(OPTIONS)})
        return await asyncio.gather(tiny.choose(Question(MESSAGES, OPTIONS)), tiny.complete(request))

    found, completion = asyncio.run(both())
    assert not found.failure
    assert completion.text.strip('"') in OPTIONS


def test_after_reasoning_it_says_so_and_keeps_the_thoughts(tiny):
    direct, thought, again = choose(
        tiny,
        [
            Question(MESSAGES, OPTIONS, seed=5),
            Question(MESSAGES, OPTIONS, seed=5, reasoning=12),
            Question(MESSAGES, OPTIONS, seed=5, reasoning=12),
        ],
    )
    assert (direct.kind, direct.reasoning) == ("direct", ())
    assert thought.kind == "after_reasoning"
    assert len(thought.reasoning) == 1
    assert thought.reasoning[0]
    assert thought.reply_tokens >= 12
    assert (thought.reasoning, thought.reply_tokens) == (again.reasoning, again.reply_tokens)
    assert thought.log_probabilities == pytest.approx(again.log_probabilities, abs=1e-5)
    assert thought.log_probabilities != pytest.approx(direct.log_probabilities, abs=1e-2)


def test_thoughts_differ_from_order_to_order(tiny):
    question = Question(MESSAGES, ("up", "down"), seed=5, labelled=True, orders="rotated", reasoning=12)
    assert len(set(choose(tiny, [question])[0].reasoning)) == 2


def test_a_prompt_that_leaves_no_room_for_the_options_is_refused(tiny):
    question = Question((Message("user", "long " * 400),), OPTIONS)
    found = choose(tiny, [question])[0]
    assert (found.failure, found.log_probabilities, found.by_order) == ("overflow", (), ())
    assert "512" in found.error


def test_options_that_the_tokenizer_does_not_tell_apart_are_a_failure(tiny, monkeypatch):
    monkeypatch.setattr(tiny._generator.chat, "spoken", lambda _: [7])
    found = choose(tiny, [Question(MESSAGES, ("a", "b"))])[0]
    assert found.failure == "error"
    assert "alike" in found.error


def test_an_option_that_spells_a_control_token_is_a_failure(tiny):
    found = choose(tiny, [Question(MESSAGES, ("stay", "<|im_end|>"))])[0]
    assert found.failure == "error"
    assert "control token" in found.error


@pytest.mark.parametrize("options", [("up", "down"), OPTIONS])
def test_logits_that_are_no_numbers_are_a_failure_and_no_distribution(tiny, monkeypatch, options):
    read = tiny._generator.decoder.read
    monkeypatch.setattr(tiny._generator.decoder, "read", lambda *work: read(*work) * math.nan)
    found = choose(tiny, [Question(MESSAGES, options)])[0]
    assert (found.failure, found.log_probabilities) == ("error", ())
    assert "not numbers" in found.error


def test_an_overflow_counts_what_leads_to_the_last_branch(tiny):
    chat = tiny._generator.chat
    lead = "the price is " * 3
    options = ("60", "600", "61")
    messages = (Message("user", "x" * 300),)
    longest = max(len(chat.encode(lead + option)) for option in options)
    decoder = tiny._generator.decoder
    decoder.context = len(chat.ids(messages)) + longest
    assert not choose(tiny, [Question(messages, options, lead=lead)])[0].failure
    decoder.context = len(chat.ids(messages)) + len(chat.encode(lead)) - 1
    assert choose(tiny, [Question(messages, options, lead=lead)])[0].failure == "overflow"


def test_a_question_that_cannot_be_put_is_a_wrong_usage(tiny):
    with pytest.raises(UsageError, match="temperature"):
        choose(tiny, [Question(MESSAGES, OPTIONS, temperature=0.0)])


def test_a_closed_engine_scores_nothing():
    engine = engine_of()
    asyncio.run(engine.close())
    assert choose(engine, [Question(MESSAGES, OPTIONS)])[0].failure == "error"


def test_samples_under_a_constraint_come_from_the_distribution(tiny):
    """The chance that a sound sampler fails this is 1e-6; orders of the list, one by one."""
    options = ("cooperate", "coop", "defect", "60", "600")
    texts = [f'"{option}"' for option in options]
    draws = 400
    for order in itertools.islice(itertools.permutations(range(5)), 0, 120, 40):
        listed = ", ".join(options[place] for place in order)
        messages = (MESSAGES[0], Message("user", f"Choose one of {listed}."))
        expected = choose(tiny, [Question(messages, tuple(texts))])[0].log_probabilities
        schema = {"enum": list(options)}

        async def sample(messages=messages, schema=schema):
            requests = [Request(messages, 24, 1.0, seed, schema) for seed in range(draws)]
            return [done.text for done in await asyncio.gather(*(tiny.complete(each) for each in requests))]

        said = asyncio.run(sample())
        statistic = sum(
            (said.count(text) - draws * math.exp(log)) ** 2 / (draws * math.exp(log))
            for text, log in zip(texts, expected, strict=True)
        )
        assert min(draws * math.exp(log) for log in expected) > 1
        assert statistic < 33.4  # The 1 - 1e-6 quantile of chi-square with 4 degrees of freedom.
