"""The human policy: a person sits in the seat, sees what an agent sees there, and decides when they like."""

from __future__ import annotations

import copy
import hashlib
from dataclasses import replace
from typing import Any

import msgspec
import numpy as np

from agoranomos.documents import DocumentPart
from agoranomos.errors import UsageError
from agoranomos.institutions.notices import Notice
from agoranomos.policies.answering import conversation
from agoranomos.policies.answering.seat_words import SeatWords
from agoranomos.policies.description import described
from agoranomos.policies.human.feasible import Counted, change_of
from agoranomos.policies.human.person import Move, Person
from agoranomos.policies.human.reading import fault_of
from agoranomos.policies.human.remembering import ALL_ROUNDS, Kept, last_round, past_rounds
from agoranomos.policies.human.situation import Choice, Situation, Spoken, Told
from agoranomos.policies.policy import Decision, Observation, Policy
from agoranomos.policies.prompted.memory import Notes
from agoranomos.policies.shared import SharedRound
from agoranomos.policies.wrapped import Wrapped
from agoranomos.randomness import Randomness
from agoranomos.scenarios import Exchange

NAME = "human"


class HumanParameters(DocumentPart):
    """`reports`: whether the person may come forward, as an institution with leniency listens to."""

    reports: bool = False


class Human:
    """A person's seat. Bound without a person, it can be described and nothing else; `with_person` seats one.

    `always` is what holds in every round of this seat; `words` are a scenario's, None in a market of numbers; `counted`
    asks the market of the run what an action would come to.
    """

    def __init__(
        self,
        parameters: HumanParameters,
        always: Situation,
        told: str,
        words: SeatWords | None = None,
        *,
        counted: Counted,
        shows_profit: bool = True,
        person: Person | None = None,
    ) -> None:
        self.parameters = parameters
        self._always = always
        self._told = told
        self._words = words
        self._counted = counted
        self._shows_profit = shows_profit
        self._person = person

    def with_person(self, person: Person) -> Human:
        """The same seat with somebody in it."""
        seated = copy.copy(self)
        seated._person = person
        return seated

    def start(self) -> Kept:
        """No round, but those that a scenario begins with in its words."""
        return Kept() if self._words is None else Kept(told=tuple(told[0] for told in self._words.fabricated))

    async def act(
        self, observation: Observation, notice: Notice | None, memory: Kept, randomness: Randomness
    ) -> Decision[Kept]:
        """What the person decides; a move that cannot be carried out is asked for again, with what is wrong with it.

        What the market would project is such a move: what is recorded is what the person decided.
        Nothing of how it came about is recorded, as of a scripted policy's: no model was called. Raises `UsageError`
        where nobody sits in the seat.
        """
        if self._person is None:
            raise nobody_sits(self._always.agent)
        kept = self._after(memory, observation, notice)
        situation = self.situation(observation, notice, kept)
        move = await self._person.decide(situation)
        while words := fault_of(move, situation) or change_of(move, situation, self._counted):
            move = await self._person.decide(msgspec.structs.replace(situation, refused=words))
        text = _text(notice)
        asked = Exchange(conversation.asked(notice, situation.question), _answer(move, situation), "")
        kept = replace(kept, notice=text, asked=None if self._words is None else asked)
        action = np.array(move.numbers, dtype=np.float64)
        return Decision(action, kept, None, report=move.report, message=move.message)

    def missed(self, observation: Observation, notice: Notice | None, memory: Kept) -> Kept:
        """What is kept where the agent is suspended in the coming round and is not asked."""
        kept = self._after(memory, observation, notice)
        kept = replace(kept, notes=kept.notes.sitting_out(observation), notice=_text(notice))
        return (
            kept
            if self._words is None
            else replace(kept, asked=conversation.sat_out(notice, last_round(observation) + 1))
        )

    def shared(self, memory: Kept, played: SharedRound) -> Kept:
        """What others wrote, where the scenario shows it."""
        reads = self._words is not None and self._words.first.read_by(self._always.agent)
        return replace(memory, shared=played) if reads else memory

    def describe(self) -> dict[str, Any]:
        """The registered name, the parameters, and what the person is told, in full."""
        description: dict[str, Any] = {"policy": NAME, "parameters": described(self.parameters)}
        if self._told:
            description["told"] = {"sha256": hashlib.sha256(self._told.encode()).hexdigest(), "text": self._told}
        return description

    def situation(self, observation: Observation, notice: Notice | None, kept: Kept) -> Situation:
        """What the person is shown: a function of what is observed, the notice, and what was seen before."""
        text = _text(notice)
        return msgspec.structs.replace(
            self._always,
            round=last_round(observation) + 1,
            notice=text,
            new_notice=bool(text) and text != kept.notice,
            messages=tuple(
                Spoken(agent, said)
                for agent, said in observation.get("messages", {}).items()
                if said and agent != self._always.agent
            ),
            history=() if self._words is not None else past_rounds(kept.notes, shows_profit=self._shows_profit),
            **({} if self._words is None else self._in_words(self._words, observation, kept)),
        )

    def _in_words(self, words: SeatWords, observation: Observation, kept: Kept) -> dict[str, Any]:
        agent = self._always.agent
        return {
            "opening": words.opening,
            "question": words.questions(observation)[0],
            "choices": tuple(Choice(option.label, option.text, option.action) for option in words.first.options(agent)),
            "conversation": tuple(Told(one.question, one.reply, one.feedback) for one in kept.told),
        }

    def _after(self, kept: Kept, observation: Observation, notice: Notice | None) -> Kept:
        """What is kept once the round that was under way is over."""
        before: Notes = kept.notes
        notes = before.after(observation, notice, ALL_ROUNDS)
        if notes is before:
            return kept
        kept = replace(kept, notes=notes)
        if self._words is None or kept.asked is None:
            return kept
        (told,) = self._words.completed((kept.asked,), observation, kept.shared)
        return replace(kept, told=(*kept.told, told), asked=None, shared=None)


def attended(policy: Policy[Any], person: Person) -> Policy[Any]:
    """`policy` with `person` in its seat where it is one for people, whatever is wrapped around it; else itself."""
    if isinstance(policy, Human):
        return policy.with_person(person)
    if isinstance(policy, Wrapped):
        inner = attended(policy.inner, person)
        if inner is not policy.inner:
            around = copy.copy(policy)
            around.inner = inner
            return around
    return policy


def nobody_sits(agent: str) -> UsageError:
    """The error where a person is to decide and there is none."""
    return UsageError(
        f"{agent} is played by a person (policy 'human'), and nobody sits there",
        advice=f"`agora view --play CAMPAIGN --as {agent}` gives a person the seat. "
        "For `agora run`, name another policy in the roster.",
    )


def _text(notice: Notice | None) -> str:
    return "" if notice is None else notice.text.strip()


def _answer(move: Move, situation: Situation) -> str:
    """What was done, in words."""
    for one in situation.choices:
        if one.numbers == move.numbers:
            return one.text
    numbers = ", ".join(f"{part.name}: {value:.10g}" for part, value in zip(situation.parts, move.numbers, strict=True))
    return f"{numbers}. {move.message}" if move.message else numbers
