"""Replies that a rule would give in a prompted agent's place: so that an engine without a model can play by one."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from agoranomos.markets.action_schema import decimal_places
from agoranomos.markets.action_shape import ActionPart
from agoranomos.markets.decimal_pattern import steps_between
from agoranomos.models import Player
from agoranomos.policies.by_rule import ByRule
from agoranomos.policies.policy import Observation, Seat
from agoranomos.policies.prompted.firm import Firm
from agoranomos.policies.prompted.memory import Notes
from agoranomos.policies.prompted.reply import asked_part, written_reply
from agoranomos.policies.prompted.template import Format


class Players:
    """Makes, for what an agent observes, the `Player` that goes with its request; nothing is computed until asked."""

    def __init__(self, seat: Seat, form: Format, firm: Firm) -> None:
        self._rules = ByRule(seat)
        self._form = form
        self._firm = firm
        self._parts = [asked_part(form, firm, index) for index in range(len(firm.goods))]

    def of(self, observation: Observation, notes: Notes) -> Player:
        """The player of a request made for this observation; it leaves the notes as they are.

        It raises `UsageError` for a rule that the market does not know.
        """

        def play(rule: str) -> dict[str, Any]:
            action = self._rules.action(rule, observation).tolist()
            numbers = written_numbers(self._parts, action, self._firm.capacity)
            return written_reply(self._form, self._firm, numbers, notes.plans, notes.insights)

        return play


def written_numbers(parts: Sequence[ActionPart], action: Sequence[float], capacity: float) -> list[int | str]:
    """The action as a reply writes it: integers, or texts with the decimals that the schema allows.

    Each number is the nearest that can be written; where they then exceed `capacity` together, the nearest below.
    """
    for downwards in (False, True):
        written = [_written(part, value, downwards) for part, value in zip(parts, action, strict=True)]
        if sum(map(Decimal, written)) <= Decimal(repr(capacity)):
            break
    return [int(text) if part.whole else text for part, text in zip(parts, written, strict=True)]


def _written(part: ActionPart, value: float, downwards: bool) -> str:
    places = 0 if part.whole else decimal_places(part)
    steps = Decimal(repr(float(value))).scaleb(places)
    least, most = steps_between(part.low, part.high, places)
    count = int(steps // 1) if downwards else round(steps)
    return f"{Decimal(min(max(count, least), most)).scaleb(-places):f}"
