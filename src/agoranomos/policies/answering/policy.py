"""The answering policy: a language model that plays a scenario as a conversation.

It is put the scenario's own words and nothing else: what it is, what happened, what it can do. The loop is that of
arXiv 2510.04860: in each round the question, its answer, and what came of it; the last few rounds stay in the prompt.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from agoranomos.institutions.notices import Notice
from agoranomos.models import Completion, Engine, Message, Player
from agoranomos.policies.answering import conversation
from agoranomos.policies.answering.by_choice import ByChoice
from agoranomos.policies.answering.parameters import AnsweringParameters
from agoranomos.policies.answering.recollection import Recollection, Told
from agoranomos.policies.answering.seat_words import SeatWords
from agoranomos.policies.by_rule import ByRule
from agoranomos.policies.description import described
from agoranomos.policies.policy import Account, Decision, Observation
from agoranomos.policies.prompted.asking import Asking, Sampling, Wanted
from agoranomos.policies.prompted.memories import NoMemory, SharedMemory, SummaryMemory
from agoranomos.policies.prompted.memory import in_window
from agoranomos.policies.prompted.reply import Unusable
from agoranomos.policies.prompted.summary import read_summary, wanted_summary
from agoranomos.policies.shared import SharedRound, with_thoughts
from agoranomos.randomness import Randomness
from agoranomos.scenarios import Exchange


class Answering:
    """A language model in one seat of a scenario. What it remembers is in its `Recollection`.

    `yoked` are rounds of another run, which are remembered in the place of its own, and `of` says which run that is.
    """

    def __init__(
        self,
        parameters: AnsweringParameters,
        words: SeatWords,
        engine: Engine,
        rules: ByRule,
        told: str | None,
        yoked: Sequence[Told] | None = None,
        of: dict[str, Any] | None = None,
    ) -> None:
        self.parameters = parameters
        self._words = words
        self._engine = engine
        self._rules = rules
        self._told = told.strip() if told else ""
        self._yoked = yoked
        self._of = of
        self._sampling = Sampling(parameters.temperature, 1.0, parameters.reasoning)

    def start(self) -> Recollection:
        """Nothing but the rounds that are fabricated, if any are."""
        return Recollection(self._remembered(self._words.fabricated))

    async def act(
        self, observation: Observation, notice: Notice | None, memory: Recollection, randomness: Randomness
    ) -> Decision[Recollection]:
        """Ask the model, and act on its answer; where none can be read it sits the round out, and that is counted.

        Where a summary is due, it is asked for first.
        """
        memory = self._after(memory, observation)
        asking = Asking(self._engine, self._sampling, randomness)
        alone = len(self._words.options[0]) == 1
        if self._due(memory) and not alone:
            memory = await self._summed_up(asking, memory)
        questions = tuple(conversation.asked(notice, each) for each in self._words.questions(observation))
        prompts = [self._prompt(memory, order, question) for order, question in enumerate(questions)]
        ask = self._take if alone else self._choose if self.parameters.by == "choice" else self._reply
        action, replies, chosen = await ask(asking, prompts, observation)
        asked = tuple(Exchange(question, reply, "") for question, reply in zip(questions, replies, strict=True))
        account = Account(tuple(asking.calls), repaired=action is None, chosen=chosen)
        decided = None if action is None else np.array(action, dtype=np.float64)
        message = self._words.first.spoken(self._words.agent, replies[0]) if self.parameters.by == "reply" else ""
        choice = next((call.choice for call in account.calls if call.choice is not None), None)
        said = "" if choice is None or chosen is None else with_thoughts(choice, replies[0])
        memory = replace(memory, asked=asked)
        return Decision(decided, memory, account, tuple(asking.seconds), message=message, said=said)

    def missed(self, observation: Observation, notice: Notice | None, memory: Recollection) -> Recollection:
        """The memory of an agent that is suspended in the coming round and is not asked."""
        memory = self._after(memory, observation)
        exchange = conversation.sat_out(notice, round(float(observation["round"][0])) + 1)
        return replace(memory, asked=(exchange,) * len(self._words.options))

    def shared(self, memory: Recollection, played: SharedRound) -> Recollection:
        """The memory with what everybody did, where the scenario or the memory shows any of it."""
        reads = self._words.first.read_by(self._words.agent)
        hears = isinstance(self.parameters.memory, SharedMemory) or bool(reads)
        return replace(memory, shared=played) if hears else memory

    @property
    def reads(self) -> tuple[str, ...]:
        """The agents whose whole replies it is shown."""
        if self._yoked is not None or isinstance(self.parameters.memory, NoMemory):
            return ()
        return self._words.first.read_by(self._words.agent)

    @property
    def writes(self) -> bool:
        """Whether its replies can hold anything beside the answer."""
        if self.parameters.reasoning:
            return True
        return self.parameters.by == "reply" and (not self.parameters.constrained or self._words.may_comment)

    def describe(self) -> dict[str, Any]:
        """Name, parameters, the run that its memory is yoked to, and what the agent is told, in full."""
        description: dict[str, Any] = {
            "policy": "answering",
            "parameters": described(self.parameters),
            "model": self._engine.name,
        }
        if self._of is not None:
            description["yoked"] = self._of
        if self._told:
            description["told"] = {"sha256": hashlib.sha256(self._told.encode()).hexdigest(), "text": self._told}
        return description

    # -- memory ------------------------------------------------------------------------------------------------------

    def _after(self, memory: Recollection, observation: Observation) -> Recollection:
        """The memory with the end of the round that was under way."""
        last = round(float(observation["round"][0]))
        if memory.asked is None or last <= memory.latest:
            return memory
        if self._yoked is None:
            told = self._words.completed(memory.asked, observation, memory.shared)
        else:
            told = self._yoked[last - 1]
        history = self._remembered((*memory.history, told))
        return replace(memory, history=history, asked=None, latest=last, shared=None)

    def _remembered(self, history: tuple[Told, ...]) -> tuple[Told, ...]:
        if isinstance(self.parameters.memory, NoMemory):
            return self._words.fabricated
        return in_window(history, self.parameters.window, self.parameters.stride)

    def _due(self, memory: Recollection) -> bool:
        kind = self.parameters.memory
        return isinstance(kind, SummaryMemory) and len(memory.history) >= kind.every

    async def _summed_up(self, asking: Asking, memory: Recollection) -> Recollection:
        """The memory with a new summary; as it was, with all rounds, where the model gave none."""
        kind = self.parameters.memory
        assert isinstance(kind, SummaryMemory)
        question = conversation.ASKED_FOR_SUMMARY.format(characters=kind.characters)
        prompt = partial(self._prompt, order=0, question=question)
        read = partial(read_summary, characters=kind.characters)
        outcome, memory = await asking.ask(memory, prompt, read, wanted_summary(kind.characters))
        return memory if isinstance(outcome, Unusable) else memory.summed_up(outcome)

    def _prompt(self, memory: Recollection, order: int, question: str) -> tuple[Message, ...]:
        past = [told[order] for told in memory.history]
        return conversation.conversation(self._words.opening, self._told, memory.summary, past, question)

    # -- answers -----------------------------------------------------------------------------------------------------

    async def _take(
        self, asking: Asking, prompts: Sequence[tuple[Message, ...]], observation: Observation
    ) -> tuple[tuple[float, ...] | None, tuple[str, ...], int | None]:
        """The only option of a seat that the scenario plays itself; nobody is asked."""
        (option,) = self._words.options[0]
        return option.action, self._words.written(option.action), None

    async def _choose(
        self, asking: Asking, prompts: Sequence[tuple[Message, ...]], observation: Observation
    ) -> tuple[tuple[float, ...] | None, tuple[str, ...], int | None]:
        """The action chosen by its probability, the answers that choose it, and the place of its option."""
        options = self._words.options
        by_choice = ByChoice(asking, self.parameters)
        chosen = await by_choice.chosen(prompts, options, partial(self._ruled, observation))
        if chosen is None:
            return None, (conversation.NO_ANSWER,) * len(prompts), None
        action = options[0][chosen].action
        return action, self._words.written(action), chosen

    async def _reply(
        self, asking: Asking, prompts: Sequence[tuple[Message, ...]], observation: Observation
    ) -> tuple[tuple[float, ...] | None, tuple[str, ...], int | None]:
        """The action that is read from what the model writes, and what it wrote last."""
        scenario, agent, parameters = self._words.first, self._words.agent, self.parameters
        schema = scenario.reply_schema(agent) if parameters.constrained else None
        (prompt,) = prompts
        said = conversation.NO_ANSWER
        for attempt in range(parameters.attempts):
            name = "model" if attempt == 0 else f"model attempt {attempt}"
            wanted = Wanted(schema, parameters.max_tokens, name, player=self._player(observation))
            outcome, _ = await asking.ask(Recollection(), _always(prompt), self._read, wanted)
            said = asking.calls[-1].reply.strip() or conversation.NO_ANSWER
            if not isinstance(outcome, Unusable):
                return outcome, (said,), None
            if outcome.failure == "overflow":
                break  # The same prompt would not fit again.
            prompt = conversation.repair(prompt, said, outcome.words, self._shown())
        return None, (said,), None

    def _read(self, completion: Completion) -> tuple[float, ...] | Unusable:
        if completion.finish == "error":
            return Unusable(completion.failure or "error", "no reply came")
        answer = self._words.first.read(self._words.agent, completion.text, finished=completion.finish != "length")
        if answer.action is None:
            failure = answer.failed or "invalid"
            return Unusable(failure, _WORDS[failure])
        return answer.action

    def _shown(self) -> str:
        """How to answer, in words: the answers, or what they have to look like."""
        scenario, agent = self._words.first, self._words.agent
        options = scenario.options(agent)
        if options:
            return " or ".join(scenario.written(agent, option.action) for option in options)
        return "JSON of the schema " + json.dumps(scenario.reply_schema(agent))

    # -- rules, for mocks --------------------------------------------------------------------------------------------

    def _ruled(self, observation: Observation, rule: str) -> int:
        """The place of the option that `rule` takes."""
        action = tuple(float(number) for number in self._rules.action(rule, observation))
        (options, *_) = self._words.options
        return next(place for place, option in enumerate(options) if option.action == action)

    def _player(self, observation: Observation) -> Player:
        def reply(rule: str) -> Any:
            action = self._rules.action(rule, observation).tolist()
            return json.loads(self._words.first.written(self._words.agent, action))

        return reply


def _always(prompt: tuple[Message, ...]) -> Callable[[Recollection], tuple[Message, ...]]:
    """A prompt that holds what it holds, whatever is remembered."""
    return lambda _: prompt


_WORDS = {
    "empty": "the reply was empty",
    "refusal": "the reply was no JSON object",
    "truncated": "the reply was too long and was cut off",
    "invalid": "the reply held no JSON object that names one of the options, or several that disagree",
}
"""By how a reply failed, what is said of it."""
