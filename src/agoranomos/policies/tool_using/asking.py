"""The calls of one decision about one item: the route, then programs and what they print, then the answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Protocol, TypeVar

from agoranomos.institutions.choice_record import ChoiceRecord
from agoranomos.models import Completion, Engine, FailureKind, Message, Player, Question, is_refusal, prompt_sha256
from agoranomos.policies.answering.by_choice import LEAD, TAIL, in_json
from agoranomos.policies.choosing.record import scored_call
from agoranomos.policies.policy import Call
from agoranomos.policies.prompted.asking import Asking, Purpose, Wanted
from agoranomos.policies.prompted.memory import Notes
from agoranomos.policies.prompted.reply import Unusable, writable
from agoranomos.policies.tool_using import python_tool, wording
from agoranomos.policies.tool_using.parameters import ToolUsingParameters
from agoranomos.scenarios.said import spoken_parts
from agoranomos.scenarios.tool_use.answers import answer_schema, read_answer
from agoranomos.scenarios.tool_use.sandbox import Ran

FoundT = TypeVar("FoundT")
FoundT_co = TypeVar("FoundT_co", covariant=True)


class Reading(Protocol[FoundT_co]):
    """Finds in a reply what was asked for; `finished` is false of one that was cut off."""

    def __call__(self, reply: str, /, *, finished: bool) -> FoundT_co | None:
        """None where it is not there."""
        ...


TOOL_CALL = "tool"
"""The purpose under which the log holds what a program printed."""

_ANSWER_TOKENS = 40


@dataclass(slots=True)
class Conversation:
    """What was said so far about one item; `asking` keeps the account, `tool` runs programs."""

    asking: Asking
    tool: Engine
    parameters: ToolUsingParameters
    messages: list[Message]

    async def route(self, labels: Sequence[str], player: Player) -> ChoiceRecord | None:
        """How probable the model finds each way to take; None where it does not say."""
        asking = self.asking
        question = Question(
            messages=tuple(self.messages),
            options=tuple(in_json(label) for label in labels),
            seed=asking.randomness.integer("model"),
            temperature=self.parameters.temperature,
            lead=LEAD,
            tail=TAIL,
            reasoning=self.parameters.reasoning,
            caller=self._caller,
            player=player,
        )
        answer = await asking.engine.choose(question)
        call = scored_call(asking.engine.name, question, answer)
        asking.calls.append(call)
        asking.seconds.append(answer.seconds)
        return call.choice

    async def output(self, player: Player) -> str:
        """What the first program printed that ran to its end and printed something; empty where none did."""
        self._ask(wording.PROGRAM)
        for _ in range(self.parameters.calls):
            code = await self._said(
                "program", wording.program_schema(), self.parameters.max_tokens, wording.read_program, player
            )
            if code is None:
                self._ask(wording.NO_PROGRAM)
                continue
            ran = await self._run(code)
            if ran.ended == "finished" and ran.output.strip():
                self._ask(wording.told_of(ran))
                return ran.output
            self._ask(f"{wording.told_of(ran)}\n{wording.PROGRAM}")
        return ""

    async def answer(self, player: Player) -> Fraction | None:
        """The answer; None where none could be read."""
        self._ask(wording.ANSWER)
        for _ in range(self.parameters.attempts):
            value = await self._said("answer", answer_schema(), _ANSWER_TOKENS, read_answer, player)
            if value is not None:
                return value
            self._ask(wording.NO_ANSWER)
        return None

    @property
    def replies(self) -> tuple[str, ...]:
        """The programs and answers that the model wrote, as it wrote them; not what a program printed."""
        return tuple(call.reply for call in self.asking.calls if call.purpose in ("program", "answer") and call.reply)

    def say(self, text: str) -> None:
        """Take `text` for what the model replied."""
        self.messages.append(Message("assistant", text))

    def _ask(self, text: str) -> None:
        """Ask the model something; what is asked twice in a row is one message, so that roles alternate."""
        if self.messages[-1].role == "user":
            text = f"{self.messages.pop().content}\n{text}"
        self.messages.append(Message("user", text))

    @property
    def _caller(self) -> tuple[str, int, int]:
        randomness = self.asking.randomness
        return randomness.agent, randomness.round_number, len(self.asking.calls)

    async def _said(
        self,
        purpose: Purpose,
        schema: dict[str, Any],
        tokens: int,
        read: Reading[FoundT],
        player: Player,
    ) -> FoundT | None:
        """What can be read in the model's reply, which is then part of the conversation."""

        def taken(completion: Completion) -> FoundT | Unusable:
            self.say("\n".join(spoken_parts(writable(completion.text))) or "...")
            found = None if completion.failure else read(completion.text, finished=completion.finish != "length")
            return Unusable(_failure(completion), "") if found is None else found

        wanted = Wanted(schema, tokens, f"model {purpose} {len(self.asking.calls)}", purpose, player)
        answer, _ = await self.asking.ask(Notes(), lambda notes: tuple(self.messages), taken, wanted)
        return None if isinstance(answer, Unusable) else answer

    async def _run(self, code: str) -> Ran:
        request = python_tool.program(code, self._caller)
        completion = await self.tool.complete(request)
        self.asking.calls.append(
            Call(
                model=self.tool.name,
                prompt_sha256=prompt_sha256(request),
                reply=completion.text,
                prompt_tokens=0,
                reply_tokens=0,
                purpose=TOOL_CALL,
            )
        )
        self.asking.seconds.append(completion.seconds)
        return python_tool.read(completion.text)


def _failure(completion: Completion) -> FailureKind:
    """How a reply failed in which nothing could be read."""
    if completion.failure:
        return completion.failure
    if completion.finish == "length":
        return "truncated"
    if not completion.text.strip():
        return "empty"
    return "refusal" if is_refusal(completion.text) else "invalid"
