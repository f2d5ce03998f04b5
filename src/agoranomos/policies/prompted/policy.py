"""The prompted policy: a language model that is told its own situation and answers with quantities.

The loop is that of arXiv 2410.00031 (and 2601.11369, which adds the regime's text): role, own costs, capacity, aims,
regime text, PLANS and INSIGHTS, market data; a JSON reply; up to three attempts a move, with the error stated.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from pydantic import Field

from agoranomos.documents import DocumentPart, Finite
from agoranomos.errors import UsageError
from agoranomos.institutions.notices import Notice
from agoranomos.models import Completion, Engine, Message, Player, Request, prompt_sha256
from agoranomos.policies.description import described
from agoranomos.policies.policy import Account, Call, Decision, Observation
from agoranomos.policies.prompted.firm import Firm
from agoranomos.policies.prompted.memory import Notes
from agoranomos.policies.prompted.player import Players
from agoranomos.policies.prompted.repair import repaired_quantities
from agoranomos.policies.prompted.reply import Reply, read_reply, reply_schema, writable
from agoranomos.policies.prompted.template import PromptTemplate
from agoranomos.randomness import Randomness


class PromptedParameters(DocumentPart):
    """`model` names the engine, `template` the prompt in `policies/`; `window` is how many past rounds are shown.

    `max_tokens` bounds a reply (0: as the template says), `temperature` 0 is greedy, `attempts` is how often a move may
    be asked for before it is repaired.
    """

    model: str = "smollm2"
    template: str = "cournot-cached"
    window: int = Field(default=30, ge=1, le=1000)
    max_tokens: int = Field(default=0, ge=0, le=32_768)
    temperature: Finite = Field(default=1.0, ge=0, le=2)
    attempts: int = Field(default=3, ge=1, le=10)


class Prompted:
    """A language model in a firm's seat. The instance keeps no state; what the agent knows is in its `Notes`."""

    def __init__(
        self,
        parameters: PromptedParameters,
        firm: Firm,
        engine: Engine,
        template: PromptTemplate,
        told: str | None,
        shown: Observation | None = None,
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
        self._players = players
        self._schema = reply_schema(template.form, firm)
        # A template that asks for what it is not given is refused here, and not in the middle of a run.
        nothing_yet = self._values(Notes(), None, {})
        template.messages(nothing_yet)
        template.retry(nothing_yet, "")
        if shown is not None:
            template.messages(self._values(Notes().after(shown, None, 1), None, shown))

    def start(self) -> Notes:
        """Empty notes."""
        return Notes()

    async def act(
        self, observation: Observation, notice: Notice | None, memory: Notes, randomness: Randomness
    ) -> Decision[Notes]:
        """Ask the model until a reply is a feasible move; after the last attempt the move is repaired and counted."""
        notes = memory.after(observation, notice, self.parameters.window)
        values = self._values(notes, notice, observation)
        player = self._players.of(observation, notes) if self._players else None
        opening = messages = self._template.messages(values)
        calls: list[Call] = []
        seconds: list[float] = []
        last: Reply | None = None
        for attempt in range(self.parameters.attempts):
            request = self._request(messages, randomness, attempt, player)
            completion = await self._engine.complete(request)
            outcome = read_reply(completion, self._template.form, self._firm)
            failure = "" if isinstance(outcome, Reply) else outcome.failure
            calls.append(self._call(request, completion, failure))
            seconds.append(completion.seconds)
            if isinstance(outcome, Reply):
                return self._decision(outcome.quantities, outcome, notes, Account(tuple(calls)), seconds)
            last = outcome.reply or last
            if failure == "overflow":
                break  # The same prompt would not fit again.
            if outcome.words:
                messages = self._asked_again(opening, values, outcome.words)
        quantities = repaired_quantities(last, notes, self._firm)
        return self._decision(quantities, last, notes, Account(tuple(calls), repaired=True), seconds)

    def missed(self, observation: Observation, notice: Notice | None, memory: Notes) -> Notes:
        """The notes of an agent that is suspended in the coming round and is not asked."""
        return memory.after(observation, notice, self.parameters.window).sitting_out(observation)

    def describe(self) -> dict[str, Any]:
        """Name, parameters, the template by digest, and what the agent is told, in full."""
        description: dict[str, Any] = {
            "policy": "prompted",
            "parameters": described(self.parameters),
            "model": self._engine.name,
            "template": {"name": self._template.name, "sha256": self._template.sha256},
        }
        if self._told is not None:
            description["told"] = {"sha256": hashlib.sha256(self._told.encode()).hexdigest(), "text": self._told}
        return description

    def _asked_again(self, opening: tuple[Message, ...], values: Mapping[str, Any], error: str) -> tuple[Message, ...]:
        """The opening with the error stated at its end: what was read of it stays cached, and roles still alternate."""
        last = opening[-1]
        return (*opening[:-1], Message(last.role, f"{last.content}\n\n{self._template.retry(values, error)}"))

    def _values(self, notes: Notes, notice: Notice | None, observation: Observation) -> Mapping[str, Any]:
        firm, form = self._firm, self._template.form
        goods: list[dict[str, Any]] = [{"name": good, "key": form.key_of(good)} for good in firm.goods]
        for good, cost in zip(goods, firm.costs, strict=False):
            good["cost"] = cost
        for good, part in zip(goods, firm.parts, strict=False):
            good |= {"low": part.low, "high": part.high, "whole": part.whole}
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
            "notice": notice.text if notice is not None else None,
            "plans": notes.plans,
            "insights": notes.insights,
            "history": notes.history,
            "messages": [
                {"agent": agent, "text": text}
                for agent, text in observation.get("messages", {}).items()
                if text and agent != self._firm.name
            ],
            "limits": form.limits,
        }

    def _request(
        self, messages: tuple[Message, ...], randomness: Randomness, attempt: int, player: Player | None
    ) -> Request:
        return Request(
            messages=messages,
            max_tokens=self.parameters.max_tokens or self._template.form.max_tokens,
            temperature=self.parameters.temperature,
            seed=randomness.integer("model" if attempt == 0 else f"model attempt {attempt}"),
            schema=self._schema,
            caller=(randomness.agent, randomness.round_number, attempt),
            player=player,
        )

    def _call(self, request: Request, completion: Completion, failure: str) -> Call:
        return Call(
            model=self._engine.name,
            prompt_sha256=prompt_sha256(request),
            reply=writable(completion.text),
            prompt_tokens=completion.prompt_tokens,
            reply_tokens=completion.reply_tokens,
            failure=failure,
        )

    def _decision(
        self,
        quantities: tuple[float, ...],
        reply: Reply | None,
        notes: Notes,
        account: Account,
        seconds: list[float],
    ) -> Decision[Notes]:
        if reply is not None:
            notes = notes.rewritten(reply.plans, reply.insights)
        report = reply is not None and reply.report
        message = reply.message if reply is not None else ""
        return Decision(np.array(quantities, dtype=np.float64), notes, account, tuple(seconds), report, message)
