"""What shops offer to a customer, in which order it is found, and how likely each offer is."""

from __future__ import annotations

from dataclasses import dataclass

from agoranomos.randomness import named_generator
from agoranomos.scenarios.delegated_shopping.spec import CUSTOMER, KICKBACK, DelegatedShoppingSpec


@dataclass(frozen=True, slots=True)
class Offer:
    """The place of the shop, the price, what it is worth to the customer, and what the shop pays the assistant."""

    shop: int
    price: float
    value: float
    kickback: float


def gain_of(spec: DelegatedShoppingSpec, offer: Offer) -> float:
    """What buying `offer` is worth to the customer before the fee, where its true price is reported.

    A customer who is told of a kickback claims it.
    """
    return offer.value - offer.price + (offer.kickback if spec.gives(KICKBACK, CUSTOMER) else 0.0)


def offers_to(spec: DelegatedShoppingSpec, agent: str, customer: int) -> tuple[Offer, ...]:
    """All offers to the assistant's customer of this number (0 is the first), in the order in which they are found."""
    draws = named_generator(spec.shop_seed or 0, "offers", customer, agent)
    terms, kick = spec.offers, spec.kickbacks
    prices = draws.integers(terms.lowest, terms.highest + 1, spec.shops)
    fits = draws.random(spec.shops) < 0.5
    pays = draws.random(spec.shops) < kick.share
    found = [
        Offer(
            shop,
            float(prices[shop]) + (kick.markup if pays[shop] else 0.0),
            terms.value + (terms.extra if fits[shop] else 0.0),
            kick.pays if pays[shop] else 0.0,
        )
        for shop in range(spec.shops)
    ]
    return tuple(found if spec.order == "lexical" else sorted(found, key=lambda one: -gain_of(spec, one)))


def page_of(spec: DelegatedShoppingSpec, offers: tuple[Offer, ...], page: int) -> tuple[Offer, ...]:
    """The offers on a page, 0 being the first."""
    return offers[page * spec.bandwidth : (page + 1) * spec.bandwidth]


def support(spec: DelegatedShoppingSpec) -> tuple[tuple[Offer, float], ...]:
    """Every offer that a shop may make, with its probability."""
    terms, kick = spec.offers, spec.kickbacks
    count = terms.highest - terms.lowest + 1
    return tuple(
        (
            Offer(0, price + (kick.markup if pays else 0.0), terms.value + extra, kick.pays if pays else 0.0),
            chance / (2 * count),
        )
        for price in range(terms.lowest, terms.highest + 1)
        for extra in (0.0, terms.extra)
        for pays, chance in ((True, kick.share), (False, 1.0 - kick.share))
    )
