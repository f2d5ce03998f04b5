"""How lemonade stands clear, over arrays with any leading axes.

Everybody buys where it is cheapest: with p the lowest price asked, Q(p) = dearest - p cups are sold, in equal parts by
the stands that ask p. Consumer surplus is the sum of what customers would have paid above p, Q (Q - 1) / 2.

Source: Bertrand, review of Cournot, *Journal des Savants* (1883), on a grid of prices. With two stands or more, to ask
`cost + 1` is an equilibrium: a cent less earns nothing, a cent more sells nothing.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from agoranomos_sample_plugin.lemonade.spec import LemonadeSpec

Array = NDArray[np.float64]


class Cleared(NamedTuple):
    """Rounds that have cleared: N stands, `...` any leading axes; money in cents."""

    asked: Array
    """the price of each stand, NaN where it stayed shut, [..., N]"""
    lowest: Array
    """the lowest price, `dearest` where all stayed shut, [...]"""
    cups: Array
    """[..., N]"""
    profit: Array
    """[..., N]"""
    consumer_surplus: Array
    """[...]"""


def clear(spec: LemonadeSpec, asked: ArrayLike) -> Cleared:
    """Clear rounds in which stands ask `asked[..., N]` cents; NaN stays shut."""
    price = np.asarray(asked, dtype=np.float64)
    lowest = np.min(np.where(np.isnan(price), float(spec.dearest), price), axis=-1)
    sold = spec.dearest - lowest
    cheapest = price == lowest[..., None]
    sellers = np.maximum(cheapest.sum(axis=-1), 1)
    cups = np.where(cheapest, (sold / sellers)[..., None], 0.0)
    profit = np.where(cheapest, (lowest - spec.cost)[..., None], 0.0) * cups
    return Cleared(price, lowest, cups, profit, sold * (sold - 1.0) / 2.0)


def nash_price(spec: LemonadeSpec) -> int:
    """The price that every stand asks in the equilibrium in which stands earn something: the monopoly's for one."""
    return monopoly_price(spec) if len(spec.stands) == 1 else spec.cost + 1


def monopoly_price(spec: LemonadeSpec) -> int:
    """The price at which all stands together earn most; the lower one of two that are equally good."""
    prices = np.arange(spec.dearest + 1)
    return int(np.argmax((prices - spec.cost) * (spec.dearest - prices)))
