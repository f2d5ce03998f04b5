"""Who buys from whom at given prices, over arrays with any leading axes; consumers number 1 and take one unit each.

A firm that is not in the market has a price of infinity: it sells nothing, and nobody minds it.

    logit        s_i = e^((a_i - p_i) / mu) / (e^(a_0 / mu) + sum_j e^((a_j - p_j) / mu))
    hotelling    consumers spread evenly over a line of length 1 with two firms at its ends, or over a circle of
                 length 1 with N > 2 firms at equal distances; at distance y of firm i, v - p_i - t y is left of v, and
                 who would be left with less than nothing buys nothing
    homogeneous  everybody buys from the cheapest: D(p) = max(0, a - b p) at the lowest price, in equal parts where
                 several firms ask it

Consumer surplus is what consumers have over buying nothing: mu log(1 + sum_j e^((a_j - a_0 - p_j) / mu)), the log-sum
of Small and Rosen (1981, Econometrica 49, equation 5.5); the area under v - p_i - t y; (a - b p)^2 / (2 b).

Sources: logit as in Calvano, Calzolari, Denicolo, Pastorello (2020), American Economic Review 110, section I.A;
Hotelling (1929), Economic Journal 39, with linear costs and firms at the ends; Salop (1979), Bell Journal of
Economics 10.
"""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array: TypeAlias = NDArray[np.float64]


def logit_shares(price: ArrayLike, quality: ArrayLike, mu: float, outside: float) -> Array:
    """The part of consumers that each firm serves, [..., N], at `price[..., N]`; `outside` is a_0."""
    worth = (np.asarray(quality, dtype=np.float64) - np.asarray(price, dtype=np.float64)) / mu
    nothing = outside / mu
    top = np.maximum(worth.max(axis=-1, keepdims=True), nothing)
    weight = np.exp(worth - top)
    return np.asarray(weight / (ordered_sum(weight)[..., None] + np.exp(nothing - top)))


def logit_surplus(price: ArrayLike, quality: ArrayLike, mu: float, outside: float) -> Array:
    """Consumer surplus a consumer, [...], over taking the outside good."""
    worth = (np.asarray(quality, dtype=np.float64) - np.asarray(price, dtype=np.float64) - outside) / mu
    top = np.maximum(worth.max(axis=-1), 0.0)
    return np.asarray(mu * (top + np.log(np.exp(-top) + ordered_sum(np.exp(worth - top[..., None])))))


def hotelling_reach(price: ArrayLike, transport_cost: float, reservation: float) -> Array:
    """How far each firm's consumers live from it, [..., N, 2]: to its left and to its right.

    Firm 1 of two stands at 0 of the line, firm 2 at 1; on the circle firm k + 1 is to the right of firm k. Where a firm
    is dearer than a rival's delivered price at its own door it has nobody (in a tie: nobody on that side).
    """
    p = np.asarray(price, dtype=np.float64)
    firms, t = p.shape[-1], transport_cost
    far = 1.0 if firms == 2 else 0.5
    own = np.where(np.isfinite(p), p, 1e300)  # infinities have no differences
    places = np.arange(firms)
    reach = np.zeros((*p.shape, 2))
    for i in range(firms):
        others = places != i
        left, right = (i - places[others]) % firms, (places[others] - i) % firms
        limit = np.clip((reservation - own[..., i]) / t, 0.0, far)
        gap = own[..., others] - own[..., i : i + 1]
        apart = np.ones(firms - 1) if firms == 2 else np.minimum(left, right) / firms
        beaten = (gap + t * apart < 0.0).any(axis=-1)
        for side, steps in enumerate((left, right)):
            distance = apart if firms == 2 else steps / firms
            meets = np.where(gap > t * apart, far, np.clip(distance / 2.0 + gap / (2.0 * t), 0.0, far))
            reach[..., i, side] = np.where(beaten, 0.0, np.minimum(limit, meets.min(axis=-1, initial=far)))
    if firms == 2:  # the line ends where the firms stand
        reach[..., 0, 0] = 0.0
        reach[..., 1, 1] = 0.0
    return reach


def hotelling_shares(price: ArrayLike, transport_cost: float, reservation: float) -> Array:
    """The part of consumers that each firm serves, [..., N], at `price[..., N]`."""
    reach = hotelling_reach(price, transport_cost, reservation)
    return np.asarray(reach[..., 0] + reach[..., 1])


def hotelling_surplus(price: ArrayLike, transport_cost: float, reservation: float) -> Array:
    """Consumer surplus, [...]: `v - p_i - t y` summed over everybody who buys."""
    reach = hotelling_reach(price, transport_cost, reservation)
    p = np.asarray(price, dtype=np.float64)
    served = reach[..., 0] + reach[..., 1]
    left = reservation - np.where(served > 0.0, p, reservation)
    travelled = transport_cost * (reach[..., 0] ** 2 + reach[..., 1] ** 2) / 2.0
    return ordered_sum(left * served - travelled)


def homogeneous_shares(price: ArrayLike, intercept: float, slope: float) -> Array:
    """The quantity that each firm sells, [..., N], at `price[..., N]`."""
    p = np.asarray(price, dtype=np.float64)
    lowest = p.min(axis=-1, keepdims=True)
    cheapest = (p == lowest) & np.isfinite(p)
    wanted = np.maximum(intercept - slope * np.where(np.isfinite(lowest), lowest, 0.0), 0.0)
    return np.asarray(np.where(cheapest, wanted / np.maximum(cheapest.sum(axis=-1, keepdims=True), 1), 0.0))


def homogeneous_surplus(price: ArrayLike, intercept: float, slope: float) -> Array:
    """Consumer surplus, [...]: the area under the demand curve above the lowest price."""
    lowest = np.asarray(price, dtype=np.float64).min(axis=-1)
    wanted = np.maximum(intercept - slope * np.where(np.isfinite(lowest), lowest, intercept / slope), 0.0)
    return np.asarray(wanted * wanted / (2.0 * slope))


def ordered_sum(values: Array) -> Array:
    """The sum over the last axis from first to last; NumPy's own order depends on the memory layout."""
    total = values[..., 0]
    for k in range(1, values.shape[-1]):
        total = total + values[..., k]
    return np.asarray(total)
