"""The choosing policy: a language model acts on how probable it finds each of a few options.

One reading of the prompt gives the whole distribution, so nothing is lost to the chance of a single reply: the option
is drawn from it with a named seed, or is its mode, and the distribution itself is in the log.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
from pydantic import Field, SerializerFunctionWrapHandler, model_serializer, model_validator

from agoranomos.documents import DocumentPart, Finite
from agoranomos.errors import UsageError
from agoranomos.institutions.notices import Notice
from agoranomos.markets.action_shape import ActionShape
from agoranomos.models import Engine, Player, Question
from agoranomos.models.questions import LETTERS
from agoranomos.policies.by_rule import ByRule
from agoranomos.policies.choosing.menu import Option, middle_option, nearest
from agoranomos.policies.choosing.record import mode, sampled, scored_call
from agoranomos.policies.choosing.template import QuestionTemplate
from agoranomos.policies.description import described
from agoranomos.policies.policy import Account, Decision, Observation
from agoranomos.policies.prompted.firm import Firm
from agoranomos.policies.prompted.memories import RoundsMemory, WindowMemory
from agoranomos.policies.prompted.memory import Notes
from agoranomos.policies.prompted.remembering import Remembering
from agoranomos.policies.shared import SharedRound
from agoranomos.randomness import Randomness


class ChoosingParameters(DocumentPart):
    """`model` names the engine, `template` the question in `policies/`; `window` is how many past rounds are shown.

    `levels` is how many values of each number of an action are offered; `options` lists the actions on offer instead,
    each as one number a part. `act`: `sample` draws an option with its probability, `mode` takes the most probable.
    `labelled` puts the options under letters; `orders: rotated` asks once with each option under each letter, and
    averages. With `reasoning` the model thinks first, for at most so many tokens. `temperature` is above 0.
    `memory` and `stride` are as for prompted agents, but for the memories that an agent writes itself.
    """

    model: str = "smollm2"
    template: str = "choosing-any"
    window: int = Field(default=10, ge=1, le=1000)
    stride: int = Field(default=1, ge=1, le=1000)
    memory: RoundsMemory = Field(default_factory=WindowMemory)
    levels: int = Field(default=5, ge=2, le=100)
    options: tuple[tuple[Finite, ...], ...] = ()
    act: Literal["sample", "mode"] = "sample"
    labelled: bool = False
    orders: Literal["given", "rotated"] = "given"
    reasoning: int = Field(default=0, ge=0, le=32_768)
    temperature: Finite = Field(default=1.0, gt=0, le=100)

    @model_validator(mode="after")
    def _fits_the_window(self) -> ChoosingParameters:
        if self.stride > self.window:
            raise ValueError(f"stride: {self.stride} rounds cannot leave a window of {self.window}")
        return self

    @model_serializer(mode="wrap")
    def _as_asked(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """A memory that is not asked for is not written: plans from before it could are those of today."""
        written: dict[str, Any] = write(self)
        if isinstance(self.memory, WindowMemory):
            written.pop("memory")
        if self.stride == 1:
            written.pop("stride")
        return written


@dataclass(frozen=True, slots=True)
class Choosy:
    """A choosing agent's memory: its market data, and the option that it chose last (None: it has not chosen yet)."""

    notes: Notes = field(default_factory=Notes)
    last: int | None = None


class Choosing:
    """A language model that chooses from `menu`. The instance keeps no state."""

    def __init__(
        self,
        parameters: ChoosingParameters,
        firm: Firm,
        shape: ActionShape,
        menu: Sequence[Option],
        engine: Engine,
        template: QuestionTemplate,
        told: str | None,
        rules: ByRule,
        remembering: Remembering,
        samples: Mapping[str, tuple[Notes, Observation]],
    ) -> None:
        if parameters.labelled and len(menu) > len(LETTERS):
            raise UsageError(
                f"{len(menu)} options cannot stand under letters; at most {len(LETTERS)} can",
                advice="Give fewer `levels`, or leave `labelled` out.",
            )
        if parameters.orders == "rotated" and not parameters.labelled:
            raise UsageError(
                "`orders: rotated` changes which option stands under which letter, and these have no letters",
                advice="Add `labelled: true`, or leave `orders` out.",
            )
        self.parameters = parameters
        self.menu = tuple(menu)
        self._texts = tuple(option.text for option in menu)
        self._firm = firm
        self._shape = shape
        self._engine = engine
        self._template = template
        self._told = told.strip() if told else None
        self._rules = rules
        self._remembering = remembering
        # A template that asks for what it is not given is refused here, and not in the middle of a run.
        for notes, seen in samples.values():
            template.messages(self._values(notes, None, seen))

    def start(self) -> Choosy:
        """Nothing is known and nothing was chosen."""
        return Choosy()

    async def act(
        self, observation: Observation, notice: Notice | None, memory: Choosy, randomness: Randomness
    ) -> Decision[Choosy]:
        """Ask the model, and act on its distribution.

        Where it gives none, the option chosen last is chosen again (before the first choice, the one nearest to the
        middle), and the move counts as repaired.
        """
        notes = self._remembering.after(memory.notes, observation, notice)
        question = self._question(observation, notice, notes, randomness)
        answer = await self._engine.choose(question)
        call = scored_call(self._engine.name, question, answer)
        choice = call.choice
        if choice is None:
            chosen = memory.last if memory.last is not None else middle_option(self.menu, self._shape)
        else:
            chosen = sampled(choice, randomness) if self.parameters.act == "sample" else mode(choice)
        account = Account((call,), repaired=choice is None, chosen=chosen)
        action = np.array(self.menu[chosen].action, dtype=np.float64)
        return Decision(action, Choosy(notes, chosen), account, (answer.seconds,))

    def missed(self, observation: Observation, notice: Notice | None, memory: Choosy) -> Choosy:
        """The memory of an agent that is suspended in the coming round and is not asked."""
        notes = self._remembering.after(memory.notes, observation, notice)
        return replace(memory, notes=notes.sitting_out(observation))

    def shared(self, memory: Choosy, played: SharedRound) -> Choosy:
        """The memory with what everybody did, where it is shared."""
        return replace(memory, notes=self._remembering.heard(memory.notes, played))

    def describe(self) -> dict[str, Any]:
        """Name, parameters, the template by digest, the menu with its actions in millionths, and what it is told."""
        description: dict[str, Any] = {
            "policy": "choosing",
            "parameters": described(self.parameters),
            "model": self._engine.name,
            "template": {"name": self._template.name, "sha256": self._template.sha256},
            "menu": [{"option": option.text, "action_e6": list(option.action_e6)} for option in self.menu],
            **self._remembering.describe(),
        }
        if self._told is not None:
            description["told"] = {"sha256": hashlib.sha256(self._told.encode()).hexdigest(), "text": self._told}
        return description

    def _question(
        self, observation: Observation, notice: Notice | None, notes: Notes, randomness: Randomness
    ) -> Question:
        parameters = self.parameters
        return Question(
            messages=self._template.messages(self._values(notes, notice, observation)),
            options=self._texts,
            seed=randomness.integer("model"),
            temperature=parameters.temperature,
            lead=self._template.form.lead,
            labelled=parameters.labelled,
            orders=parameters.orders,
            reasoning=parameters.reasoning,
            caller=(randomness.agent, randomness.round_number, 0),
            player=self._player(observation),
        )

    def _player(self, observation: Observation) -> Player:
        """What a rule would choose here: the option nearest to what it would play."""

        def choose(rule: str) -> str:
            action = self._rules.action(rule, observation).tolist()
            return self._texts[nearest(self.menu, self._shape, action)]

        return choose

    def _values(self, notes: Notes, notice: Notice | None, observation: Observation) -> Mapping[str, Any]:
        firm = self._firm
        parts: list[dict[str, Any]] = [
            {"name": part.name, "low": part.low, "high": part.high, "whole": part.whole} for part in self._shape.parts
        ]
        for part, cost in zip(parts, firm.costs, strict=False):
            part["cost"] = cost
        return {
            "agent": firm.name,
            "rules": firm.rules,
            "facts": firm.facts,
            "unit": firm.unit,
            "money": firm.money,
            "story": firm.story,
            "parts": parts,
            "capacity": firm.capacity,
            "options": self._texts,
            "listed": not self.parameters.labelled,
            "told": self._told,
            "notice": notice.text if notice is not None else None,
            "memory": self._remembering.as_template,
            "history": notes.history,
            "messages": [
                {"agent": agent, "text": text}
                for agent, text in observation.get("messages", {}).items()
                if text and agent != firm.name
            ],
        }
