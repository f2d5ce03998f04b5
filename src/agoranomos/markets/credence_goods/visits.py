"""One round of a market for credence goods in plain numbers: who visits whom, what they get, and what they learn."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from agoranomos.markets.credence_goods.spec import CredenceGoodsSpec
from agoranomos.markets.credence_goods.theory import CLOSE, MAJOR, MINOR, Conduct


@dataclass(frozen=True, slots=True)
class Offer:
    """What one expert posts (minor and major price), and what it does for those who come."""

    prices: tuple[float, float]
    conduct: Conduct


@dataclass(slots=True)
class Practice:
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


@dataclass(frozen=True, slots=True)
class Round:
    """A round: offers (None who sat out), every consumer's need and whom it visited (None: nobody), the practices."""

    offers: tuple[Offer | None, ...]
    needs: tuple[int, ...]
    visits: tuple[int | None, ...]
    practices: tuple[Practice, ...]


def choose(expected: Sequence[float | None], outside: float, draw: float) -> int | None:
    """Where a consumer goes who expects so much (None: closed): the best, drawn among equals; None stays out."""
    best = max((utility for utility in expected if utility is not None), default=None)
    if best is None or best < outside - CLOSE:
        return None
    equals = [k for k, utility in enumerate(expected) if utility is not None and utility >= best - CLOSE]
    return equals[min(int(draw * len(equals)), len(equals) - 1)]


def serve(
    spec: CredenceGoodsSpec,
    offers: Sequence[Offer | None],
    expected: Sequence[float | None],
    needs: Sequence[int],
    draws: Sequence[float],
) -> Round:
    """The round in which consumers with these needs go where they expect most; `draws` (0 to 1) break ties."""
    costs = (spec.minor_cost, spec.major_cost)
    practices = tuple(Practice() for _ in offers)
    visits = []
    for need, draw in zip(needs, draws, strict=True):
        where = choose(expected, spec.outside, draw)
        visits.append(where)
        offer = offers[where] if where is not None else None
        if where is None or offer is None:
            continue
        own, treatment, charge = practices[where], offer.conduct.treats[need], offer.conduct.charges[need]
        price = offer.prices[charge]
        own.customers += 1
        own.majors += need
        own.undertreated += treatment < need
        own.overtreated += treatment > need
        own.minor_treatments += treatment == MINOR
        own.overcharged += treatment == MINOR and charge == MAJOR and offer.prices[MAJOR] > offer.prices[MINOR]
        own.paid += price
        own.cost += costs[treatment]
        own.utility += spec.value * (treatment >= need) - price
    return Round(tuple(offers), tuple(needs), tuple(visits), practices)


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
            gap = own.utility / own.customers - promised(spec, offer.prices)
            names.append(name + spec.learning * (gap - name))
    return tuple(names)
