"""How rosters name a person, and what holds in the person's seat in every round."""

from __future__ import annotations

import math
from functools import partial

import msgspec

from agoranomos.errors import UsageError
from agoranomos.models import Engine
from agoranomos.policies.answering.seat_words import SeatWords
from agoranomos.policies.human.policy import NAME, Human, HumanParameters
from agoranomos.policies.human.situation import Part, Situation
from agoranomos.policies.policy import Seat
from agoranomos.policies.policy_type import PolicyType
from agoranomos.policies.prompted.firm import Firm
from agoranomos.policies.prompted.memories import WindowMemory
from agoranomos.scenarios import Delegated, Scenario
from agoranomos.workspace import Workspace


def bind_human(
    parameters: HumanParameters,
    seat: Seat,
    *,
    engine: Engine | None = None,
    told: str | None = None,
    workspace: Workspace | None = None,
) -> Human:
    """The seat, with nobody in it yet.

    Raises `UsageError` in a scenario whose agents write statements of their own: others are given what a model replied,
    and a person's words would be recorded nowhere.
    """
    market = seat.market
    if isinstance(market, Delegated) and market.writes:
        raise UsageError(
            f"agents of {market.facts.market} write what they say in their own words, and a log holds such words as "
            "replies of models only",
            advice="Write `statements: offered` in the scenario: what can be said is then listed.",
        )
    words = SeatWords(seat.agent, (market,), WindowMemory()) if isinstance(market, Scenario) else None
    text = told.strip() if told else ""
    always = _always(parameters, seat, text)
    counted = partial(market.counted, seat.agent)
    return Human(parameters, always, text, words, counted=counted, shows_profit=market.shows_profit)


def _always(parameters: HumanParameters, seat: Seat, told: str) -> Situation:
    """What is the same in every round; a scenario says in its own words what the game is."""
    firm = Firm.of(seat, "any")
    shape = seat.market.action_shape(seat.agent).parts
    costs = firm.costs or (None,) * len(shape)
    talk = seat.market.spec.talk
    situation = Situation(
        agent=seat.agent,
        round=1,
        told=told,
        parts=tuple(
            Part(part.name, part.low, part.high, part.whole, part.names, cost)
            for part, cost in zip(shape, costs, strict=True)
        ),
        capacity=firm.capacity if math.isfinite(firm.capacity) else None,
        talks=talk.characters if talk is not None else 0,
        reports=parameters.reports,
    )
    if isinstance(seat.market, Scenario):
        return situation
    return msgspec.structs.replace(
        situation, rules=firm.rules, story=firm.story, facts=firm.facts, unit=firm.unit, money=firm.money
    )


HUMAN = PolicyType(
    name=NAME,
    parameters=HumanParameters,
    bind=bind_human,
    summary="A person, who is shown what an agent in the seat is shown, and decides on a page.",
    perceives_text=True,
)
