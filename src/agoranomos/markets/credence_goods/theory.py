"""What an expert does that cares for profit alone, what consumers expect of it, and the prices that follow.

An expert that knows the need picks treatment and charge with the greatest margin, of equals those that are best for the
consumer: the assumption of Dulleck and Kerschbamer (2006), section 3, from which their results follow. With
verifiability the treatment with the greater margin is given to all, so that only equal margins are trusted; with
liability everybody is cured and charged the major price; with both, treatment is right where the major treatment's
margin is not above the minor one's; without either everybody gets the minor treatment at the major price.

Source: Dulleck and Kerschbamer (2006), On doctors, mechanics, and computer specialists, JEL 44; Dulleck, Kerschbamer
and Sutter (2011), The economics of credence goods, AER 101.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from agoranomos.markets.credence_goods.spec import CredenceGoodsSpec

MINOR, MAJOR = 0, 1
CLOSE = 1e-9


class Conduct(NamedTuple):
    """What an expert does for a consumer with a minor and with a major need: 0 is minor, 1 major."""

    treats: tuple[int, int]
    charges: tuple[int, int]


HONEST = Conduct((MINOR, MAJOR), (MINOR, MAJOR))


class Terms(NamedTuple):
    """A menu of prices on average over needs: the expert's profit and the consumer's utility of one visit."""

    profit: float
    utility: float


def profitable(spec: CredenceGoodsSpec, prices: tuple[float, float]) -> Conduct:
    """The conduct of an expert with these prices (minor, major) that cares for profit alone."""
    cost = (spec.minor_cost, spec.major_cost)
    treats, charges = [], []
    for need in (MINOR, MAJOR):
        options = [(t, c) for t in (MINOR, MAJOR) for c in (MINOR, MAJOR) if allowed(spec, need, t, c)]
        most = max(prices[c] - cost[t] for t, c in options)
        best = [(t, c) for t, c in options if prices[c] - cost[t] >= most - CLOSE]
        treatment, charge = max(best, key=lambda o: (spec.value * (o[0] >= need) - prices[o[1]], o == (need, need)))
        treats.append(treatment)
        charges.append(charge)
    return Conduct((treats[0], treats[1]), (charges[0], charges[1]))


def allowed(spec: CredenceGoodsSpec, need: int, treatment: int, charge: int) -> bool:
    """Whether the market's institutional facts let an expert do that."""
    return not (spec.liability and treatment < need) and not (spec.verifiability and charge != treatment)


def terms(spec: CredenceGoodsSpec, prices: tuple[float, float], conduct: Conduct) -> Terms:
    """What a visit brings both sides on average, under the conduct."""
    cost, chance = (spec.minor_cost, spec.major_cost), spec.major_probability
    profit = utility = 0.0
    for need, weight in ((MINOR, 1.0 - chance), (MAJOR, chance)):
        treatment, charge = conduct.treats[need], conduct.charges[need]
        profit += weight * (prices[charge] - cost[treatment])
        utility += weight * (spec.value * (treatment >= need) - prices[charge])
    return Terms(profit, utility)


def menus(spec: CredenceGoodsSpec) -> tuple[tuple[int, int], ...]:
    """Every pair of places in the grid of prices with the minor price not above the major one."""
    return tuple((low, high) for low in range(spec.prices) for high in range(low, spec.prices))


@lru_cache(maxsize=32)
def expected_terms(spec: CredenceGoodsSpec) -> tuple[Terms, ...]:
    """The terms of every menu under the conduct that is profitable at it."""
    found = []
    for low, high in menus(spec):
        prices = (spec.price(low), spec.price(high))
        found.append(terms(spec, prices, profitable(spec, prices)))
    return tuple(found)


class Posted(NamedTuple):
    """A menu that all experts post (places in the grid), whether consumers come, and what experts do for them."""

    places: tuple[int, int]
    trade: bool
    conduct: Conduct


def monopoly_menu(spec: CredenceGoodsSpec) -> Posted:
    """The menu of the greatest profit among those that consumers accept; where there is none, the dearest."""
    found = expected_terms(spec)
    acceptable = [k for k, at in enumerate(found) if at.utility >= spec.outside - CLOSE and at.profit >= -CLOSE]
    return _posted(spec, max(acceptable, key=lambda k: (found[k].profit, found[k].utility)) if acceptable else None)


def nash_menu(spec: CredenceGoodsSpec) -> Posted:
    """The symmetric equilibrium in posted prices: consumers go where they expect most, and split over equals.

    Of N experts each has 1/N of the custom at a common menu. It is an equilibrium if it makes no losses, no menu with a
    greater utility brings more than 1/N of its profit, and none with the same utility more profit. Of several the one
    with the greatest profit; a single expert is a monopolist. Where no menu that consumers accept covers its costs,
    the market breaks down.
    """
    experts = len(spec.experts)
    if experts == 1:
        return monopoly_menu(spec)
    found = expected_terms(spec)
    profit, utility = (np.array([at[k] for at in found]) for k in (0, 1))
    stable = [k for k in range(len(found)) if _is_stable(k, profit, utility, experts, spec.outside)]
    return _posted(spec, max(stable, key=lambda k: (profit[k], utility[k])) if stable else None)


def _is_stable(k: int, profit: NDArray[np.float64], utility: NDArray[np.float64], experts: int, outside: float) -> bool:
    if utility[k] < outside - CLOSE or profit[k] < -CLOSE:
        return False
    better, same = utility > utility[k] + CLOSE, np.abs(utility - utility[k]) <= CLOSE
    return bool((profit[better] <= profit[k] / experts + CLOSE).all() and (profit[same] <= profit[k] + CLOSE).all())


def _posted(spec: CredenceGoodsSpec, menu: int | None) -> Posted:
    places = (spec.prices - 1, spec.prices - 1) if menu is None else menus(spec)[menu]
    prices = (spec.price(places[0]), spec.price(places[1]))
    return Posted(places, menu is not None, profitable(spec, prices))


def efficient_menu(spec: CredenceGoodsSpec) -> Posted:
    """The lowest prices that cover the costs of each treatment, with honest service."""
    places = []
    for cost in (spec.minor_cost, spec.major_cost):
        covering = [k for k in range(spec.prices) if spec.price(k) >= cost - CLOSE]
        places.append(covering[0] if covering else spec.prices - 1)
    return Posted((places[0], places[1]), True, HONEST)
