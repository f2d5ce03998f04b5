"""A scenario as a conversation: system message, past rounds, the question. What does not change comes first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from agoranomos.institutions.notices import Notice
from agoranomos.models import Message
from agoranomos.policies.prompted.summary import SUMMARY
from agoranomos.scenarios import Exchange

NO_ANSWER = "(no answer)"
"""Stands for a reply that never came, so that question and answer still alternate."""

ASKED_FOR_SUMMARY = (
    "Before the next round, sum up what you have learned so far in at most {characters} characters: it is all that you "
    'will remember of these rounds. Answer with {{"' + SUMMARY + '": "..."}}.'
)


def conversation(opening: str, told: str, summary: str, past: Iterable[Exchange], question: str) -> tuple[Message, ...]:
    """The messages of one question; what follows on one another from the same side is one message.

    `told` is the regime's text, `summary` what the agent wrote of rounds that are gone.
    """
    said = [Message("system", _paragraphs(opening, told))]
    if summary:
        said.append(Message("user", f"Your summary of the rounds before: {summary}"))
    for exchange in past:
        said.append(Message("user", exchange.question))
        said.append(Message("assistant", exchange.reply))
        said.append(Message("user", exchange.feedback))
    said.append(Message("user", question))
    return alternating(said)


def alternating(said: Iterable[Message]) -> tuple[Message, ...]:
    """The messages without empty ones, neighbours of the same role made one: many chat templates take no others."""
    kept: list[Message] = []
    for message in said:
        if not message.content:
            continue
        if kept and kept[-1].role == message.role:
            kept[-1] = Message(message.role, _paragraphs(kept[-1].content, message.content))
        else:
            kept.append(message)
    return tuple(kept)


def asked(notice: Notice | None, question: str) -> str:
    """The question, after what the institution has to say."""
    return _paragraphs(notice.text.strip() if notice is not None else "", question)


def sat_out(notice: Notice | None, number: int) -> Exchange:
    """A round for which the agent was suspended: nothing was asked of it."""
    return Exchange(asked(notice, f"You were suspended in round {number} and did not act in it."), "", "")


def repair(prompt: Sequence[Message], reply: str, words: str, shown: str) -> tuple[Message, ...]:
    """The prompt again with the reply that could not be read, what was wrong with it, and how to answer."""
    error = f"This could not be read: {words}. Answer with {shown} and nothing else."
    return alternating((*prompt, Message("assistant", reply.strip() or NO_ANSWER), Message("user", error)))


def _paragraphs(*texts: str) -> str:
    return "\n\n".join(text.strip() for text in texts if text.strip())
