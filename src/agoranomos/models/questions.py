"""How a question is put to a model: in which orders its options are listed, and what is an answer in each."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from agoranomos.errors import UsageError
from agoranomos.models.engine import Distribution, Message, Question, ScoreKind

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
"""Labels; one token each in every vocabulary that we know of."""


@dataclass(frozen=True, slots=True)
class Put:
    """A question put once: the messages, and for each option in the question's order the text that answers with it."""

    messages: tuple[Message, ...]
    answers: tuple[str, ...]


def ways_to_put(question: Question) -> tuple[Put, ...]:
    """One way for each order of the list; the text of options without labels has no order, so one way then.

    Raises `UsageError` for fewer than two options, repeated ones, more labelled ones than letters, or temperature 0.
    """
    options = question.options
    if len(options) < 2 or len(set(options)) != len(options) or not all(options):
        raise UsageError(f"a question needs two options or more, all different and none empty; found {options!r:.200}")
    if not question.temperature > 0:
        raise UsageError("a question has no temperature 0: take the option with the greatest probability instead")
    if not question.labelled:
        return (Put(question.messages, tuple(question.lead + option + question.tail for option in options)),)
    if len(options) > len(LETTERS):
        raise UsageError(f"at most {len(LETTERS)} options can stand under letters; found {len(options)}")
    turns = range(len(options)) if question.orders == "rotated" else range(1)
    return tuple(_listed(question, turn) for turn in turns)


def _listed(question: Question, turn: int) -> Put:
    """The options listed beginning with option number `turn`."""
    count = len(question.options)
    letters = [LETTERS[(index - turn) % count] for index in range(count)]
    lines = [f"{LETTERS[place]}: {question.options[(place + turn) % count]}" for place in range(count)]
    *before, last = question.messages
    lines.append(f"Answer with one letter, {LETTERS[0]} to {LETTERS[count - 1]}.")
    listed = Message(last.role, "\n".join([last.content, *lines]))
    return Put((*before, listed), tuple(question.lead + letter + question.tail for letter in letters))


def average(by_order: Sequence[Sequence[float]]) -> tuple[float, ...]:
    """Logarithms of the mean probabilities of each option over orders, from log-probabilities [orders, options]."""
    return tuple(_log_mean(column) for column in zip(*by_order, strict=True))


def _log_mean(logs: Sequence[float]) -> float:
    largest = max(logs)
    if largest == -math.inf:
        return largest
    return largest + math.log(math.fsum(math.exp(log - largest) for log in logs) / len(logs))


def distribution(
    question: Question,
    by_order: Sequence[Sequence[float]],
    *,
    reasoning: Sequence[str] = (),
    prompt_tokens: int,
    reply_tokens: int,
    seconds: float,
) -> Distribution:
    """The distribution of a question from the log-probabilities of each way to put it."""
    kind: ScoreKind = "after_reasoning" if question.reasoning else "direct"
    rows = tuple(tuple(row) for row in by_order)
    return Distribution(
        question.options, average(rows), rows, kind, prompt_tokens, reply_tokens, seconds, tuple(reasoning)
    )
