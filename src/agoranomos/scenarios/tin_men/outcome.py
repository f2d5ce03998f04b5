"""One round: what was chosen and said, who was given what of it, what was bought, and what that paid everybody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from agoranomos.scenarios.parties import delivered
from agoranomos.scenarios.tin_men.principals import Given, bought, displeased, finds
from agoranomos.scenarios.tin_men.product import MOST_RATING
from agoranomos.scenarios.tin_men.spec import (
    AUDITOR,
    CHOICE,
    CUSTOMER,
    OPINION,
    PAYOFF,
    REASON,
    TinMenSpec,
)

Said = tuple[int, int] | None
"""An assistant's choice (its place on the menu) and the number of its reason; None: it sat out."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """`employed`: whether the customer asked the assistants at all; where it did not, nothing of theirs counts.

    `sold` is whose choice was carried out, by its place; `given` what each party was given; `watched` and `found` are
    of the audit; `displeased` whether the round counts towards a dismissal. Payoffs are after commissions and fines.
    """

    employed: bool
    said: tuple[Said, ...]
    sold: int | None
    given: Mapping[str, Given]
    watched: tuple[bool, ...]
    found: tuple[bool, ...]
    displeased: bool
    profit: tuple[float, ...]
    customer: float
    company: float
    third_party: float


def dismissed_round(spec: TinMenSpec, said: Sequence[Said]) -> Outcome:
    """A round after the customer dismissed the assistant: it buys without help, and nobody is given anything."""
    assert spec.dismissal is not None
    nothing = (False,) * len(said)
    given: dict[str, Given] = {party: {} for party in spec.parties()}
    paid = (0.0,) * len(said)
    return Outcome(False, tuple(said), None, given, nothing, nothing, False, paid, spec.dismissal.outside, 0.0, 0.0)


def round_of(spec: TinMenSpec, said: Sequence[Said], looks: Sequence[bool]) -> Outcome:
    """The round in which the assistants did and said this, and the auditor looked at these of them."""
    worth, routes, parties = spec.utilities, spec.all_routes(), spec.parties()
    made = [None if one is None else one[0] for one in said]
    items: dict[str, object] = {
        CHOICE: made[0],
        OPINION: tuple(made[1:]),
        REASON: tuple([None if one is None else one[1] for one in said]),
    }
    sold = bought(delivered(routes, items, (CUSTOMER,))[CUSTOMER], worth, made)
    choice = None if sold is None else made[sold]
    items[PAYOFF] = (None, None) if choice is None else (worth.customer[choice], worth.company[choice])
    given: dict[str, Given] = dict(delivered(routes, items, parties))
    if AUDITOR in given and not any(looks):
        given[AUDITOR] = {}
    found = tuple([look and finds(given[AUDITOR], worth, place) for place, look in enumerate(looks)])
    rule = spec.dismissal
    bad = rule is not None and (any(found) or displeased(given[CUSTOMER], worth, rule))
    profit, customer, company = _paid(spec, sold, choice, found)
    return Outcome(
        True, tuple(said), sold, given, tuple(looks), found, bad, profit, customer, company, _third_party(spec, choice)
    )


def _paid(
    spec: TinMenSpec, sold: int | None, choice: int | None, found: Sequence[bool]
) -> tuple[tuple[float, ...], float, float]:
    """What assistants, customer and company have of the round. Fines go to the customer."""
    fine = 0.0 if spec.audit is None else spec.audit.fine
    profit = [-fine if one else 0.0 for one in found]
    customer, company = fine * sum(found), 0.0
    if choice is None or sold is None:
        return tuple(profit), customer, company
    terms, worth = spec.commission, spec.utilities
    share = terms.company * worth.company[choice]
    tip = terms.customer * max(worth.customer[choice], 0.0)
    profit[sold] += terms.flat + tip + (0.0 if terms.rebated else share)
    customer += worth.customer[choice] - tip + (share if terms.rebated else 0.0)
    company += worth.company[choice] - terms.flat - share
    return tuple(profit), customer, company


def _third_party(spec: TinMenSpec, choice: int | None) -> float:
    """What others lose: most of it where the rating is lowest that the customer cares about most."""
    domain = spec.story
    if choice is None or not domain.harms or domain.wish is None:
        return 0.0
    rating = spec.listed[choice].ratings.get(domain.wish, 0)
    return 0.0 - spec.harm * (MOST_RATING - rating) / MOST_RATING
