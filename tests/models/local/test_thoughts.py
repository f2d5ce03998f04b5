"""Thoughts before an answer: every way to end them, with tags that are one token or many."""

import asyncio
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agoranomos.conformance.engine_asking import SCHEMA, ask
from agoranomos.models import Message, Request
from agoranomos.models.local.chat import Chat
from agoranomos.models.local.loading import generator_of
from agoranomos.models.local.thoughts import Thoughts
from agoranomos.models.local.transformers_engine import TransformersEngine
from agoranomos.models.reasoning import CLOSING, OPENING, split
from models.local.tiny_model import TEMPLATE, tiny_llama, tiny_tokenizer

pytest.importorskip("torch")
pytest.importorskip("transformers")
pytest.importorskip("xgrammar")

STOP = 999


def letters(budget):
    """Thoughts whose tokens are characters."""
    return Thoughts(budget, {STOP}, lambda text: [ord(c) for c in text], lambda ids: "".join(map(chr, ids)))


def pieces(budget, vocabulary):
    """Thoughts whose tokens are the texts of `vocabulary`; what is forced is cut into characters, from 1000 on."""

    def decode(ids):
        return "".join(vocabulary[i] if i < 900 else chr(i - 1000) for i in ids)

    return Thoughts(budget, {STOP}, lambda text: [1000 + ord(c) for c in text], decode)


def fed(thoughts, tokens):
    read = []
    for token in tokens:
        if not thoughts.open:
            break
        read += thoughts.take(token)
    return read


def test_a_closing_tag_ends_them_and_what_models_write_after_it_is_read():
    thoughts = letters(100)
    read = fed(thoughts, [ord(c) for c in "I see.</think>"])
    assert not thoughts.open
    assert "".join(map(chr, read)) == "I see.</think>\n\n"
    assert thoughts.text == "I see."
    assert read == thoughts.tokens


def test_a_stop_token_closes_the_tag_and_is_not_read():
    thoughts = letters(100)
    read = fed(thoughts, [ord("a"), STOP])
    assert "".join(map(chr, read)) == "a\n</think>\n\n"


def test_a_spent_budget_closes_the_tag():
    thoughts = letters(5)
    read = fed(thoughts, [ord(c) for c in "abcdefgh"])
    assert "".join(map(chr, read)) == "abcde\n</think>\n\n"
    assert thoughts.text == "abcde\n"


def test_a_budget_that_ends_within_the_tag_completes_it():
    thoughts = letters(6)
    read = fed(thoughts, [ord(c) for c in "abc</think>"])
    assert "".join(map(chr, read)) == "abc</think>\n\n"
    assert thoughts.text == "abc"


def test_what_stands_after_the_tag_in_its_last_token_is_not_read():
    thoughts = pieces(50, ["So ", "it is</", "think", '>{"A":1}'])
    read = fed(thoughts, [0, 1, 2, 3])
    assert thoughts.decode(read) == "So it is</think>\n\n"
    assert thoughts.text == "So it is"


@given(
    cut=st.lists(st.integers(1, 4), min_size=1, max_size=12),
    thought=st.text(st.sampled_from("ab<>/ think"), max_size=12),
)
def test_however_the_tag_is_cut_into_tokens_it_is_found(cut, thought):
    text = thought.replace(CLOSING, "") + CLOSING + "tail"
    vocabulary, start = [], 0
    for size in cut * 40:
        if start < len(text):
            vocabulary.append(text[start : start + size])
            start += size
    thoughts = pieces(10_000, vocabulary)
    read = fed(thoughts, range(len(vocabulary)))
    assert not thoughts.open
    assert thoughts.decode(read) == text.removesuffix("tail") + "\n\n"
    assert thoughts.text == text.partition(CLOSING)[0]


@given(st.lists(st.sampled_from([*map(ord, "ab</think>"), STOP]), min_size=60, max_size=60), st.integers(1, 40))
def test_they_never_take_more_room_than_was_reserved(tokens, budget):
    thoughts = letters(budget)
    room = thoughts.room
    read = fed(thoughts, tokens)
    assert len(read) <= room
    assert "".join(map(chr, read)).endswith(f"{CLOSING}\n\n")


def chat(template):
    tokenizer = tiny_tokenizer()
    tokenizer.chat_template = template
    return Chat(tokenizer, "tiny")


ASKED = (Message("user", "price"),)
PLAIN = "<|im_start|>user\nprice<|im_end|>\n<|im_start|>assistant\n"
OPENS_BY_ITSELF = TEMPLATE.replace("assistant\n{% endif", "assistant\n<think>\n{% endif")
ASKS = TEMPLATE.replace(
    "assistant\n{% endif",
    "assistant\n{% if enable_thinking is defined and not enable_thinking %}<think>\n\n</think>\n\n{% endif %}{% endif",
)


@pytest.mark.parametrize(
    ("template", "thinking", "expected"),
    [
        (TEMPLATE, False, PLAIN),
        (TEMPLATE, True, f"{PLAIN}{OPENING}\n"),
        (OPENS_BY_ITSELF, True, f"{PLAIN}{OPENING}\n"),
        (OPENS_BY_ITSELF, False, f"{PLAIN}{OPENING}\n\n{CLOSING}\n\n"),
        (ASKS, True, f"{PLAIN}{OPENING}\n"),
        (ASKS, False, f"{PLAIN}{OPENING}\n\n{CLOSING}\n\n"),
    ],
)
def test_a_prompt_ends_inside_the_tag_just_where_thoughts_are_wanted(template, thinking, expected):
    made = chat(template)
    assert made.decode(made.ids(ASKED, thinking=thinking)) == expected


def engine_of(*, native):
    tokenizer = tiny_tokenizer()
    if native:
        tokenizer.add_tokens([OPENING, CLOSING])
    generator = generator_of(tiny_llama(tokenizer), tokenizer, "tiny", cache_bytes=1 << 20)
    return TransformersEngine("tiny", generator, batch=8)


@pytest.mark.parametrize("native", [False, True])
def test_a_reply_has_its_thoughts_first_and_then_an_answer_that_satisfies_the_schema(native):
    engine = engine_of(native=native)
    requests = [Request(ASKED, 96, 1.0, seed, SCHEMA, reasoning=16) for seed in range(8)]
    completions = ask(engine, requests)
    for completion in completions:
        assert completion.text.startswith(OPENING)
        thoughts, answer = split(completion.text)
        assert thoughts
        assert list(json.loads(answer)) == ["note", "chosen"]
        assert completion.finish == "stop"
    alone = [ask(engine, [request])[0].text for request in requests]
    assert [completion.text for completion in completions] == alone
    asyncio.run(engine.close())


def test_a_model_that_was_trained_on_the_tags_can_end_its_thoughts_by_itself():
    engine = engine_of(native=True)
    closing = engine._generator.chat.tokenizer.convert_tokens_to_ids(CLOSING)
    read = engine._generator.decoder.read

    def eager(*work):
        logits = read(*work)
        logits[:, closing] = logits.max() + 30  # The grammar forbids it in the answer.
        return logits

    engine._generator.decoder.read = eager
    completion = ask(engine, [Request(ASKED, 96, 1.0, 1, SCHEMA, reasoning=64)])[0]
    assert split(completion.text)[0] == ""
    assert completion.finish == "stop"
    asyncio.run(engine.close())


def test_thoughts_take_part_in_what_does_not_fit():
    engine = engine_of(native=False)
    refused = ask(engine, [Request(ASKED, 96, 1.0, 1, SCHEMA, reasoning=450)])[0]
    assert refused.failure == "overflow"
    asyncio.run(engine.close())


def test_the_budget_of_the_answer_is_its_own():
    engine = engine_of(native=False)
    short, longer = ask(engine, [Request(ASKED, size, 1.0, 1, None, reasoning=40) for size in (5, 8)])
    assert (short.finish, longer.finish) == ("length", "length")
    assert split(short.text)[0] == split(longer.text)[0]
    assert longer.reply_tokens - short.reply_tokens == 3
    asyncio.run(engine.close())
