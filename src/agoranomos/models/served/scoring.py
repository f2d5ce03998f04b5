"""A question put once to a server: the thoughts before it, and the log-probabilities of its letters."""

from __future__ import annotations

from dataclasses import dataclass

from agoranomos.models.engine import Message, Question
from agoranomos.models.questions import LETTERS, Put
from agoranomos.models.served.asking import Asking, Spent, after_thinking
from agoranomos.models.served.dialect import CONTINUE_FIELDS, Dialect, Draw
from agoranomos.models.served.letters import Unscored, score
from agoranomos.models.served.server import NoReply


@dataclass(frozen=True, slots=True)
class PutOnce:
    """What one way to put a question brought; `note` says which letters were not listed."""

    row: tuple[float, ...] | NoReply
    spent: Spent
    thoughts: str = ""
    note: str = ""


def why_not(question: Question, dialect: Dialect) -> str:
    """Why the server cannot score the question; empty where it can."""
    if dialect.letters == 0:
        return "this server scores no choices: it lists no log-probabilities of the token that an answer begins with"
    if not question.labelled and not all(option in LETTERS for option in question.options):
        return "this server scores options under letters only: ask with labelled"
    if question.lead and not dialect.prefill:
        return f"this server cannot go on with an answer that begins with {question.lead!r:.60}"
    return ""


async def put_once(asking: Asking, question: Question, put: Put) -> PutOnce:
    """Think if asked to, then have the first token of the answer listed.

    It is sampled at temperature 1 from the whole vocabulary, so that servers which list what is left after sampling
    list the same as others; the question's temperature is applied here.
    """
    messages, spent, thoughts = put.messages, Spent(), ""
    if question.reasoning:
        thoughts, asked = await asking.thoughts(
            messages, Draw(question.reasoning, question.temperature, seed=question.seed)
        )
        if isinstance(asked, NoReply):
            return PutOnce(asked, spent)
        spent, messages = spent.and_for(asked), after_thinking(messages, thoughts)
    fields = {"logprobs": True, "top_logprobs": asking.dialect.letters}
    # A space before a letter belongs to the letter's token, not to the end of what is begun.
    lead = question.lead.rstrip()
    if lead:
        messages = (*messages, Message("assistant", lead))
        fields |= CONTINUE_FIELDS if asking.dialect.prefill == "continue_final_message" else {}
    asked = await asking.answer(messages, Draw(1, seed=question.seed), fields=fields)
    if isinstance(asked, NoReply):
        return PutOnce(asked, spent, thoughts)
    letters = [answer.removeprefix(question.lead).removesuffix(question.tail) for answer in put.answers]
    scored = score(asked.top, letters, question.temperature, spaced=lead != question.lead)
    if isinstance(scored, Unscored):
        return PutOnce(NoReply("error", scored.words), spent.and_for(asked), thoughts)
    return PutOnce(scored.log_probabilities, spent.and_for(asked), thoughts, scored.note)
