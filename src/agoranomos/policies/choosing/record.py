"""A distribution as the log holds it, the call that brought it, and the option that is drawn from it."""

from __future__ import annotations

from collections.abc import Sequence

from agoranomos.institutions.choice_record import ChoiceRecord, as_log_e6
from agoranomos.models import Distribution, Question, prompt_sha256
from agoranomos.policies.on_menu import best, drawn
from agoranomos.policies.policy import Call
from agoranomos.randomness import Randomness

PURPOSE = "choice"
"""The purpose of the draw: with a run's seed, a round and an agent it names the one number that decides."""


def recorded(distribution: Distribution) -> ChoiceRecord:
    """The distribution in integers; raises `ValueError` where it is none.

    Orders are kept where there is more than one.
    """
    rows = distribution.by_order if len(distribution.by_order) > 1 else ()
    return ChoiceRecord(
        distribution.options,
        tuple(as_log_e6(log) for log in distribution.log_probabilities),
        tuple(tuple(as_log_e6(log) for log in row) for row in rows),
        tuple(text.encode("utf-8", "replace").decode() for text in distribution.reasoning),
    )


def scored_call(model: str, question: Question, answer: Distribution) -> Call:
    """The call as an account keeps it; an answer that is no distribution over the options failed as `invalid`."""
    choice, failure = _choice(question, answer)
    return Call(
        model=model,
        prompt_sha256=prompt_sha256(question),
        reply="",
        prompt_tokens=answer.prompt_tokens,
        reply_tokens=answer.reply_tokens,
        failure=failure,
        scored="after_reasoning" if question.reasoning else "direct",
        choice=choice,
    )


def sampled(choice: ChoiceRecord, randomness: Randomness) -> int:
    """The option drawn with the probabilities that are recorded: who has the log and the seed draws the same again."""
    return drawn_place(randomness, choice.probabilities)


def mode(choice: ChoiceRecord) -> int:
    """The first of the most probable options."""
    return best(choice.probabilities)


def drawn_place(randomness: Randomness, probabilities: Sequence[float]) -> int:
    """The place of the option that is drawn with these probabilities."""
    return drawn(randomness, PURPOSE, probabilities)


def _choice(question: Question, answer: Distribution) -> tuple[ChoiceRecord | None, str]:
    """What is recorded of an answer, and how it failed."""
    if answer.failure:
        return None, answer.failure
    if answer.options != question.options:
        return None, "invalid"
    try:
        return recorded(answer), ""
    except ValueError:
        return None, "invalid"
