"""What the simulated parties do, each by what was delivered to it and by nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from agoranomos.scenarios.tin_men.menu import TOLERANCE, Utilities
from agoranomos.scenarios.tin_men.spec import CHOICE, OPINION, PAYOFF, REASON, Dismissal
from agoranomos.scenarios.tin_men.statements import DISCLOSES

Given = Mapping[str, object]
"""What a party was delivered of a round, by item: `choice` a place on the menu, `opinion` several, `reason` their
numbers by assistant, `payoff` what was bought is worth to customer and company. None stands for what was not said."""


def bought(given: Given, worth: Utilities, made: Sequence[int | None]) -> int | None:
    """Whose choice is carried out: the assistant's place; None where nothing is bought.

    A customer who is given the first choice and second opinions takes what is worth most to it, the first of equals.
    Else the first assistant's choice is carried out; where that made none, the opinion that is worth most.
    """
    first, opinions = given.get(CHOICE), given.get(OPINION)
    known: dict[int, int] = {}
    if isinstance(first, int):
        known[0] = first
    if isinstance(opinions, tuple) and (CHOICE in given or made[0] is None):
        known |= {place: one for place, one in enumerate(opinions, start=1) if one is not None}
    if not known:
        return 0 if made[0] is not None else None
    return max(known, key=lambda place: (round(worth.customer[known[place]] / TOLERANCE), -place))


def displeased(given: Given, worth: Utilities, rule: Dismissal) -> bool:
    """Whether a customer can tell from what it was given that it was not served (see `Dismissal`)."""
    choice, payoff, reasons = given.get(CHOICE), given.get(PAYOFF), given.get(REASON)
    least = worth.best - rule.tolerance - TOLERANCE
    if isinstance(choice, int) and worth.customer[choice] < least:
        return True
    if isinstance(payoff, tuple) and payoff[0] is not None and payoff[0] < least:
        return True
    if CHOICE in given or PAYOFF in given or not isinstance(reasons, tuple):
        return False
    return any(code is not None and code & DISCLOSES for code in reasons)


def finds(given: Given, worth: Utilities, place: int) -> bool:
    """Whether an auditor who was given this finds assistant `place` guilty.

    That takes an override that it can see, and no disclosure that it can see.
    """
    if place == 0:
        choice = given.get(CHOICE)
    else:
        opinions = given.get(OPINION)
        choice = opinions[place - 1] if isinstance(opinions, tuple) else None
    if not isinstance(choice, int) or worth.serves(choice):
        return False
    reasons = given.get(REASON)
    code = reasons[place] if isinstance(reasons, tuple) else None
    return code is None or not code & DISCLOSES
