"""One round of a market for credence goods in plain numbers: who visits whom, what they get, and what they learn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from agoranomos.markets.credence_goods.spec import CredenceGoodsSpec
from agoranomos.markets.credence_goods.theory import CLOSE, MAJOR, MINOR, Conduct


@dataclass(frozen=True, slots=True)
class Offer:
    """What one expert posts (minor and major price), what it does for those who come, and what it lets them hope for.

    `hope` is what a visit is worth on average at these prices if the expert is honest (`promised`).
    """

    prices: tuple[float, float]
    conduct: Conduct
    hope: float


class Practice(NamedTuple):
    """What happened at one expert's: customers by need, what was done to them, and what changed hands.

    `wrongs` counts majors undertreated, minors overtreated, and minor treatments charged as major ones at a higher
    price; `minor_treatments` is out of how many the last are.
    """

    customers: int = 0
    majors: int = 0
    undertreated: int = 0
    overtreated: int = 0
    overcharged: int = 0
    minor_treatments: int = 0
    paid: float = 0.0
    cost: float = 0.0
    utility: float = 0.0

    @property
    def profit(self) -> float:
        """What was paid less what treatments cost."""
        return self.paid - self.cost


class Round(NamedTuple):
    """A round: offers (None who sat out), every consumer's need and whom it visited (None: nobody), the practices."""

    offers: tuple[Offer | None, ...]
    needs: tuple[int, ...]
    visits: tuple[int | None, ...]
    practices: tuple[Practice, ...]


def choices(expected: Sequence[float | None], outside: float) -> list[int]:
    """Where consumers go who expect so much (None: closed): the best, and those as good; none who stay out."""
    best = max((utility for utility in expected if utility is not None), default=None)
    if best is None or best < outside - CLOSE:
        return []
    return [k for k, utility in enumerate(expected) if utility is not None and utility >= best - CLOSE]


def serve(
    spec: CredenceGoodsSpec,
    offers: Sequence[Offer | None],
    expected: Sequence[float | None],
    needs: Sequence[int],
    draws: Sequence[float],
) -> Round:
    """The round in which consumers with these needs go where they expect most; `draws` (0 to 1) break ties."""
    equals = choices(expected, spec.outside)
    count = len(equals)
    visits: list[int | None]
    if count > 1:
        visits = [equals[min(int(draw * count), count - 1)] for draw in draws]
    else:
        visits = [equals[0] if equals else None] * len(draws)
    came = [[0, 0] for _ in offers]
    for need, where in zip(needs, visits, strict=True):
        if where is not None:
            came[where][need] += 1
    practices = tuple([_practice(spec, offer, *each) for offer, each in zip(offers, came, strict=True)])
    return Round(tuple(offers), tuple(needs), tuple(visits), practices)


NOBODY = Practice()


def _practice(spec: CredenceGoodsSpec, offer: Offer | None, minors: int, majors: int) -> Practice:
    """What happens at one expert's when so many come with a minor and a major need."""
    if offer is None or not minors + majors:
        return NOBODY
    (treats_minor, treats_major), (charges_minor, charges_major) = offer.conduct
    prices, costs = offer.prices, (spec.minor_cost, spec.major_cost)
    paid = minors * prices[charges_minor] + majors * prices[charges_major]
    under, over = (0 if treats_major else majors), (minors if treats_minor else 0)
    right = minors - over
    overcharged = 0
    if prices[MAJOR] > prices[MINOR]:
        overcharged = right * charges_minor + under * charges_major
    cost = minors * costs[treats_minor] + majors * costs[treats_major]
    utility = (minors + majors - under) * spec.value - paid
    return Practice(minors + majors, majors, under, over, overcharged, right + under, paid, cost, utility)


def promised(spec: CredenceGoodsSpec, prices: tuple[float, float]) -> float:
    """What a visit at these prices is worth to a consumer on average, if the expert is honest."""
    return spec.value - prices[MINOR] - spec.major_probability * (prices[MAJOR] - prices[MINOR])


def remembered(spec: CredenceGoodsSpec, reputation: Sequence[float], played: Round) -> tuple[float, ...]:
    """Every expert's name after the round: what its customers got beyond what honest service is worth on average.

    With customers `r <- r + learning (mean utility - promised - r)`, else `r <- (1 - forgetting) r`.
    """
    names = []
    for name, offer, own in zip(reputation, played.offers, played.practices, strict=True):
        if offer is None or not own.customers:
            names.append((1.0 - spec.forgetting) * name)
        else:
            gap = own.utility / own.customers - offer.hope
            names.append(name + spec.learning * (gap - name))
    return tuple(names)
