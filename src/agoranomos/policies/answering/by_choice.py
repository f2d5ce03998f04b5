"""Acting on how probable a model finds each option: one question for each order in which the options are put."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from agoranomos.institutions.choice_record import ChoiceRecord
from agoranomos.models import Message, Question
from agoranomos.policies.answering.parameters import AnsweringParameters
from agoranomos.policies.choosing.record import drawn_place, scored_call
from agoranomos.policies.on_menu import best
from agoranomos.policies.prompted.asking import Asking
from agoranomos.scenarios import Option
from agoranomos.scenarios.replies import KEY

LEAD, TAIL = f'{{"{KEY}": "', '"}'
"""What an answer begins and ends with: between them stands a label, as JSON writes it."""


@dataclass(frozen=True, slots=True)
class ByChoice:
    """Asks for one decision."""

    asking: Asking
    parameters: AnsweringParameters

    async def chosen(
        self,
        prompts: Sequence[tuple[Message, ...]],
        options: Sequence[Sequence[Option]],
        ruled: Callable[[str], int],
    ) -> int | None:
        """The place of the option that is acted on; None where any of the questions brought no distribution.

        `options` are those of each prompt, the same actions in the same places; `ruled` gives the place that a rule
        takes. The probabilities of several orders are averaged.
        """
        choices: list[ChoiceRecord] = []
        for prompt, listed in zip(prompts, options, strict=True):
            choice = await self._asked(prompt, tuple(in_json(option.label) for option in listed), ruled)
            if choice is None:
                return None
            choices.append(choice)
        probabilities = mean_probabilities(choices)
        if self.parameters.act == "mode":
            return best(probabilities)
        return drawn_place(self.asking.randomness, probabilities)

    async def _asked(
        self, prompt: tuple[Message, ...], labels: tuple[str, ...], ruled: Callable[[str], int]
    ) -> ChoiceRecord | None:
        asking, parameters = self.asking, self.parameters
        randomness = asking.randomness

        def player(rule: str) -> str:
            return labels[ruled(rule)]

        question = Question(
            messages=prompt,
            options=labels,
            seed=randomness.integer("model"),
            temperature=parameters.temperature,
            lead=LEAD,
            tail=TAIL,
            reasoning=parameters.reasoning,
            caller=(randomness.agent, randomness.round_number, len(asking.calls)),
            player=player,
        )
        answer = await asking.engine.choose(question)
        call = scored_call(asking.engine.name, question, answer)
        asking.calls.append(call)
        asking.seconds.append(answer.seconds)
        return call.choice


def in_json(label: str) -> str:
    """The label as it stands between the quotes of a JSON text."""
    return json.dumps(label, ensure_ascii=False)[1:-1]


def mean_probabilities(choices: Sequence[ChoiceRecord]) -> tuple[float, ...]:
    """The mean of each option's probability over the orders, as the log holds them."""
    if len(choices) == 1:
        return choices[0].probabilities
    return tuple(sum(column) / len(column) for column in zip(*(each.probabilities for each in choices), strict=True))
