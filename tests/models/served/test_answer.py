"""What a chat completion says."""

import json

import pytest

from agoranomos.models.served.answer import LONGEST_TEXT, NoAnswer, error_words, kind_of_refusal, read_answer


def completion(message, finish="stop", **more):
    return json.dumps({"choices": [{"finish_reason": finish, "message": message}], **more}).encode()


def test_text_finish_counts_and_names_are_read():
    body = completion(
        {"content": "hi"},
        "length",
        model="m",
        system_fingerprint="fp",
        usage={"prompt_tokens": 5, "completion_tokens": 2},
    )
    answer = read_answer(body)
    assert (answer.text, answer.finish, answer.prompt_tokens, answer.reply_tokens) == ("hi", "length", 5, 2)
    assert (answer.model, answer.fingerprint, answer.counted) == ("m", "fp", True)


def test_tokens_that_a_server_does_not_count_are_estimated_and_said_to_be():
    answer = read_answer(completion({"content": "12345"}), asked_characters=9)
    assert (answer.prompt_tokens, answer.reply_tokens, answer.counted) == (3, 2, False)


@pytest.mark.parametrize("count", [-5, True, 2.5, "7", None, 10**30, [3]])
def test_what_is_no_count_of_tokens_is_not_counted(count):
    answer = read_answer(completion({"content": "12345"}, usage={"prompt_tokens": count, "completion_tokens": 1}), 9)
    assert (answer.prompt_tokens, answer.reply_tokens, answer.counted) == (3, 1, False)


@pytest.mark.parametrize("finish", ["abort", "error"])
def test_a_reply_that_the_server_broke_off_is_none(finish):
    with pytest.raises(NoAnswer, match=finish):
        read_answer(completion({"content": '{"units": 1'}, finish))


@pytest.mark.parametrize("field", ["content", "reasoning_content"])
def test_a_text_that_nobody_asked_for_is_none(field):
    with pytest.raises(NoAnswer, match="characters"):
        read_answer(completion({"content": "x", field: "x" * (LONGEST_TEXT + 1)}))


@pytest.mark.parametrize(
    ("message", "thoughts", "text"),
    [
        ({"content": "8", "reasoning_content": "3+5"}, "3+5", "8"),
        ({"content": "8", "reasoning": "3+5"}, "3+5", "8"),
        ({"content": "<think>\n3+5\n</think>\n\n8"}, "3+5", "8"),
        ({"content": "<think>3+"}, "3+", ""),
        ({"content": "8 <think>x</think>"}, "", "8 <think>x</think>"),
        ({"content": None, "reasoning_content": "3+"}, "3+", ""),
        ({"content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}, "", "ab"),
    ],
)
def test_thoughts_are_parted_from_the_answer(message, thoughts, text):
    answer = read_answer(completion(message))
    assert (answer.thoughts, answer.text) == (thoughts, text)


@pytest.mark.parametrize(
    ("message", "finish", "words"),
    [
        ({"content": None, "refusal": "I will not"}, "stop", "I will not"),
        ({"content": "so far"}, "content_filter", "so far"),
    ],
)
def test_a_refusal_is_one(message, finish, words):
    answer = read_answer(completion(message, finish))
    assert (answer.finish, answer.text) == ("refusal", words)


def test_half_a_character_can_still_be_recorded():
    body = rb'{"choices":[{"message":{"content":"a\ud800b"}}]}'
    assert read_answer(body).text == "a?b"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b"{}",
        b'{"choices":[]}',
        b'{"choices":[3]}',
        b'{"choices":[{}]}',
        b'{"choices":[{"message":"x"}]}',
        b"[" * 100_000,
        b'{"choices":[{"message":{"content":"x"',
        b"\xff\xfe",
    ],
)
def test_what_is_no_chat_completion_is_said_to_be_none(body):
    with pytest.raises(NoAnswer):
        read_answer(body)


def test_top_tokens_come_most_probable_first_and_what_is_no_number_is_left_out():
    listed = [
        {"token": "B", "logprob": -2.0},
        {"token": "A", "logprob": -1},
        {"token": "C", "logprob": float("nan")},
        {"token": 3, "logprob": -1},
        {"token": "D", "logprob": 10**400},
        {"token": "E", "logprob": float("inf")},
        {"token": "F", "logprob": True},
        {"logprob": -1},
        "x",
    ]
    choice = {"message": {"content": "A"}, "logprobs": {"content": [{"top_logprobs": listed}]}}
    assert read_answer(json.dumps({"choices": [choice]}).encode()).top == (("A", -1.0), ("B", -2.0))


@pytest.mark.parametrize("logprobs", [None, [], {}, {"content": None}, {"content": []}, {"content": [3]}])
def test_no_top_tokens_are_none(logprobs):
    body = json.dumps({"choices": [{"message": {"content": "A"}, "logprobs": logprobs}]}).encode()
    assert read_answer(body).top == ()


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"error":{"message":"too\\nbad","code":1}}', "too bad"),
        (b'{"error":"too bad"}', "too bad"),
        (b'{"detail":"too bad"}', "too bad"),
        (b'{"object":"error","message":"too bad"}', "too bad"),
        (b"<b>too bad</b>", "<b>too bad</b>"),
        (b'{"detail":[{"msg":"x"}]}', '[{"msg": "x"}]'),
        (b"", "no words"),
        (b"a\x1b[31mb", "a [31mb"),
    ],
)
def test_words_of_an_error_are_found_and_shown_on_one_line(body, words):
    assert error_words(body) == words


def test_long_words_of_an_error_are_cut():
    assert len(error_words(b"x" * 10_000)) == 303


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("request (5030 tokens) exceeds the available context size (2048 tokens), try increasing it", "overflow"),
        ("This model's maximum context length is 2048 tokens. However, you requested 2100 tokens", "overflow"),
        ("The input (9000 tokens) is longer than the model's context length (8192 tokens).", "overflow"),
        ("prompt is too long: 9000 tokens > 8192 maximum", "overflow"),
        ("The response was filtered due to the prompt triggering content management policy", "refusal"),
        ("Unknown field: top_k", "error"),
    ],
)
def test_what_a_refused_request_stands_for(said, kind):
    assert kind_of_refusal(json.dumps({"error": {"message": said}}).encode()) == kind
