"""The prompted policy: a language model that is told its own situation and answers with quantities.

The loop is that of arXiv 2410.00031 (and 2601.11369, which adds the regime's text): role, own costs, capacity, aims,
regime text, PLANS and INSIGHTS, market data; a JSON reply; up to three attempts a move, with the error stated. Other
memories than PLANS and INSIGHTS are in `memories`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from agoranomos.errors import UsageError
from agoranomos.institutions.notices import Notice
from agoranomos.markets.action_schema import written_bounds
from agoranomos.models import Completion, Engine, Message
from agoranomos.policies.description import described
from agoranomos.policies.policy import Decision, Observation
from agoranomos.policies.prompted.asking import Asking, Sampling, Wanted
from agoranomos.policies.prompted.firm import Firm
from agoranomos.policies.prompted.memories import DropOldest, SummaryMemory
from agoranomos.policies.prompted.memory import Notes
from agoranomos.policies.prompted.parameters import PromptedParameters
from agoranomos.policies.prompted.player import Players
from agoranomos.policies.prompted.remembering import Remembering
from agoranomos.policies.prompted.repair import repaired_quantities
from agoranomos.policies.prompted.reply import Reply, Unusable, asked_part, read_reply, reply_schema
from agoranomos.policies.prompted.summary import read_summary, wanted_summary
from agoranomos.policies.prompted.template import PromptTemplate
from agoranomos.policies.shared import SharedRound
from agoranomos.policies.text_blocks import Rendered
from agoranomos.randomness import Randomness


class Prompted:
    """A language model in a firm's seat. What the agent knows is in its `Notes`.

    The instance keeps no state: only the words that it found for the last prompt, so as not to find them again.
    `template` speaks of the agent's memory and of no other; `samples` are memories that it must be able to show.
    """

    def __init__(
        self,
        parameters: PromptedParameters,
        firm: Firm,
        engine: Engine,
        template: PromptTemplate,
        told: str | None,
        remembering: Remembering,
        samples: Mapping[str, tuple[Notes, Observation]],
        players: Players | None = None,
    ) -> None:
        if template.form.quantities == "integer" and firm.capacity < 1:
            raise UsageError(
                f"the template {template.name} asks for whole numbers; {firm.name} can make {firm.capacity:g} at most",
                advice="Choose smaller units of quantity, or a template with `quantities: text`.",
            )
        self.parameters = parameters
        self._firm = firm
        self._engine = engine
        self._template = template
        self._told = told.strip() if told else None
        self._remembering = remembering
        self._players = players
        self._schema = reply_schema(template.form, firm)
        self._known = self._known_from_the_start()
        self._rendered = Rendered()
        self._sampling = Sampling(parameters.temperature, parameters.top_p, parameters.reasoning)
        # A template that asks for what it is not given is refused here, and not in the middle of a run.
        for notes, seen in samples.values():
            self._move_prompt("", None, seen, notes)
            template.retry(self._values(notes, None, seen), "")
            if isinstance(parameters.memory, SummaryMemory):
                template.summary(self._values(notes, None, seen))

    def start(self) -> Notes:
        """Empty notes."""
        return Notes()

    async def act(
        self, observation: Observation, notice: Notice | None, memory: Notes, randomness: Randomness
    ) -> Decision[Notes]:
        """Ask the model until a reply is a feasible move; after the last attempt the move is repaired and counted.

        Where a summary is due, it is asked for first.
        """
        notes = self._remembering.after(memory, observation, notice)
        forgets = isinstance(self.parameters.overflow, DropOldest)
        asking = Asking(self._engine, self._sampling, randomness, forgets)
        if self._remembering.due(notes):
            notes = await self._summed_up(asking, notes, notice, observation)
        player = self._players.of(observation, notes) if self._players else None
        last: Reply | None = None
        words = ""
        for attempt in range(self.parameters.attempts):
            wanted = Wanted(self._schema, self._longest, _seed_name(attempt), player=player)
            prompt = partial(self._move_prompt, words, notice, observation)
            outcome, notes = await asking.ask(notes, prompt, self._read, wanted)
            if isinstance(outcome, Reply):
                return self._decision(outcome.quantities, outcome, notes, asking, repaired=False)
            last = outcome.reply or last
            if outcome.failure == "overflow":
                break  # The same prompt would not fit again.
            words = outcome.words or words  # A call that brought no reply says nothing about the last one.
        return self._decision(repaired_quantities(last, notes, self._firm), last, notes, asking, repaired=True)

    def missed(self, observation: Observation, notice: Notice | None, memory: Notes) -> Notes:
        """The notes of an agent that is suspended in the coming round and is not asked."""
        return self._remembering.after(memory, observation, notice).sitting_out(observation)

    def shared(self, memory: Notes, played: SharedRound) -> Notes:
        """The notes with what everybody did, where the memory is shared."""
        return self._remembering.heard(memory, played)

    def describe(self) -> dict[str, Any]:
        """Name, parameters, the template by digest, and what the agent is told, in full."""
        description: dict[str, Any] = {
            "policy": "prompted",
            "parameters": described(self.parameters),
            "model": self._engine.name,
            "template": {"name": self._template.name, "sha256": self._template.sha256},
            **self._remembering.describe(),
        }
        if self._told is not None:
            description["told"] = {"sha256": hashlib.sha256(self._told.encode()).hexdigest(), "text": self._told}
        return description

    async def _summed_up(self, asking: Asking, notes: Notes, notice: Notice | None, observation: Observation) -> Notes:
        """The notes with a new summary; as they were, with all rounds, where the model gave none."""
        memory = self.parameters.memory
        assert isinstance(memory, SummaryMemory)

        def prompt(notes: Notes) -> tuple[Message, ...]:
            return self._template.summary(self._values(notes, notice, observation), self._rendered)

        read = partial(read_summary, characters=memory.characters)
        outcome, notes = await asking.ask(notes, prompt, read, wanted_summary(memory.characters))
        return notes if isinstance(outcome, Unusable) else notes.summed_up(outcome)

    @property
    def _longest(self) -> int:
        return self.parameters.max_tokens or self._template.form.max_tokens

    def _read(self, completion: Completion) -> Reply | Unusable:
        return read_reply(completion, self._template.form, self._firm)

    def _move_prompt(
        self, error: str, notice: Notice | None, observation: Observation, notes: Notes
    ) -> tuple[Message, ...]:
        """The prompt for a move; what was wrong with the last reply is stated at its end.

        So what was read of it stays cached, and roles still alternate.
        """
        values = self._values(notes, notice, observation)
        messages = self._template.messages(values, self._rendered)
        if not error:
            return messages
        last = messages[-1]
        return (*messages[:-1], Message(last.role, f"{last.content}\n\n{self._template.retry(values, error)}"))

    def _known_from_the_start(self) -> dict[str, Any]:
        """What a template is given that stays the same; values are known by identity, so they are made once."""
        firm, form = self._firm, self._template.form
        goods: list[dict[str, Any]] = [{"name": good, "key": form.key_of(good)} for good in firm.goods]
        for good, cost in zip(goods, firm.costs, strict=False):
            good["cost"] = cost
        for index, good in enumerate(goods if firm.parts else ()):
            part = asked_part(form, firm, index)
            low, high = written_bounds(part)
            good |= {"low": low, "high": high, "whole": part.whole}
        return {
            "agent": firm.name,
            "rules": firm.rules,
            "facts": firm.facts,
            "unit": firm.unit,
            "money": firm.money,
            "story": firm.story,
            "goods": goods,
            "capacity": firm.capacity,
            "told": self._told,
            "memory": form.memory[0],
            "limits": form.limits,
        }

    def _values(self, notes: Notes, notice: Notice | None, observation: Observation) -> Mapping[str, Any]:
        return {
            **self._known,
            "notice": notice.text if notice is not None else None,
            "plans": notes.plans,
            "insights": notes.insights,
            "summary": notes.summary,
            "summarised": notes.summarised,
            "history": notes.history,
            "messages": [
                {"agent": agent, "text": text}
                for agent, text in observation.get("messages", {}).items()
                if text and agent != self._firm.name
            ],
        }

    def _decision(
        self, quantities: tuple[float, ...], reply: Reply | None, notes: Notes, asking: Asking, *, repaired: bool
    ) -> Decision[Notes]:
        if reply is not None:
            notes = notes.rewritten(reply.plans, reply.insights)
        report = reply is not None and reply.report
        message = reply.message if reply is not None else ""
        account = asking.account(repaired=repaired)
        action = np.array(quantities, dtype=np.float64)
        return Decision(action, notes, account, tuple(asking.seconds), report, message)


def _seed_name(attempt: int) -> str:
    return "model" if attempt == 0 else f"model attempt {attempt}"
