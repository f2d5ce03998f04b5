"""The rows of the table `choices`: every option of every decision whose distribution the log holds."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from agoranomos.campaigns.alternatives import Alternatives, Consequence
from agoranomos.institutions.choice_record import ChoiceRecord, decode_choice, probabilities
from agoranomos.institutions.entries import CallRecord, DecisionRecord, Opened, Round
from agoranomos.markets.facts import SCALE

Blob = Callable[[str], bytes]
Menu = dict[str, tuple[int, ...]]
"""The action in millionths that each option stands for, by its text."""


class ChoiceRows:
    """Makes the rows of one run, round by round; `blob` gives what lies beside the log, by digest."""

    def __init__(self, opened: Opened, blob: Blob) -> None:
        self._menus = {record.agent: menu_in(record.policy) for record in opened.roster}
        self._blob = blob
        chooses = any(self._menus.values())
        self._alternatives = Alternatives.of(opened) if chooses else None

    def of_round(self, number: int, body: Round) -> Iterator[dict[str, Any]]:
        """The rows of a round, less the columns `arm` and `seed`; raises `Finding` for content that is no choice."""
        found = [(decision, list(self._choices(decision))) for decision in body.decisions]
        consequences = self._consequences(number, body, [decision.agent for decision, choices in found if choices])
        for decision, choices in found:
            last = choices[-1][0] if choices else None  # Other calls may follow: the answer after the way to it.
            for attempt, call, choice in choices:
                acted_on = attempt == last
                for row in self._rows(decision, call, choice, consequences.get(decision.agent, {})):
                    chosen = acted_on and row["place"] == decision.chosen
                    yield {"round": number, "attempt": attempt, **row, "chosen": chosen}

    def _choices(self, decision: DecisionRecord) -> Iterator[tuple[int, CallRecord, ChoiceRecord]]:
        for attempt, call in enumerate(decision.calls):
            if call.choice is not None:
                yield attempt, call, call.choice
            elif call.scored and call.reply_sha256:
                yield attempt, call, decode_choice(self._blob(call.reply_sha256))

    def _consequences(self, number: int, body: Round, agents: Sequence[str]) -> dict[str, dict[str, Consequence]]:
        """What each option of these agents would have brought, by agent and option; empty where it is not known."""
        if self._alternatives is None:
            return {}
        menus = {agent: self._menus[agent] for agent in agents}
        options = {agent: list(menu.values()) for agent, menu in menus.items()}
        found = self._alternatives.round(number, body, options)
        if found is None:
            self._alternatives = None
            return {}
        return {agent: dict(zip(menus[agent], found[agent], strict=True)) for agent in agents}

    def _rows(
        self, decision: DecisionRecord, call: CallRecord, choice: ChoiceRecord, consequences: dict[str, Consequence]
    ) -> Iterator[dict[str, Any]]:
        menu = self._menus.get(decision.agent, {})
        orders = [probabilities(row) for row in choice.by_order_e6]
        for place, (option, log) in enumerate(zip(choice.options, choice.log_probabilities_e6, strict=True)):
            action, then = menu.get(option), consequences.get(option)
            yield {
                "agent": decision.agent,
                "model": call.model,
                "scored": call.scored,
                "place": place,
                "option": option,
                "action": None if action is None else [amount / SCALE for amount in action],
                "probability": choice.probabilities[place],
                "log_probability": -math.inf if log is None else log / SCALE,
                "by_order": [row[place] for row in orders] or None,
                "accused": None if then is None else then.accused,
                "sanctioned": None if then is None else then.sanctioned,
            }


def menu_in(description: str) -> Menu:
    """The menu in a policy's description, also where another policy disturbs it.

    Empty where it has none: what a policy of another kind calls a menu is its own business.
    """
    try:
        described = json.loads(description)
        while isinstance(described, dict) and "menu" not in described and isinstance(described.get("inner"), dict):
            described = described["inner"]
        return {str(one["option"]): tuple(int(amount) for amount in one["action_e6"]) for one in described["menu"]}
    except (TypeError, KeyError, ValueError, RecursionError):
        return {}
