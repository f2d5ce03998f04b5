"""The rules that a commons is held against: what everybody takes at a stock X, and where the stock settles.

For N users. A *share* rule takes the same part of whatever stock it finds; h is what everybody takes together.

doubling (factor g, collapse C):
  nash         everybody asks for all that there could be, K. It is an equilibrium for any N >= 2, horizon and discount:
               the others alone ask for more than the stock, so nothing is left whatever one does, and what one
               gets grows with what one asks. The stock settles at 0. A sole user (N = 1) plays `efficient`.
  efficient    h = X - max(K / g, C): each unit left below K / g is worth g > 1 next round, none above it is worth
               anything. The greatest long-run take, K - max(K / g, C) a round, from a stock of K.
  sustainable  h = X - max(X / g, C): the most that lets the stock come back to X; GovSim's f(t).

logistic (rate r, b = effort_cost / (price K)), among rules that take a constant share for ever, judged by the long run:
  competitive  share r (1 - b): open access, which enters until the rent is gone; X = K b.
  efficient    half of it: the sole owner's greatest sustained rent; X = K (1 + b) / 2.
  nash         N / (N + 1) of it: the Nash equilibrium in efforts, Cournot's with the rent for a price;
               X = K (1 + N b) / (N + 1).
  sustainable  share r / 2: the maximum sustainable yield r K / 4, at X = K / 2.

levhari-mirman (exponent a, discount d), all share rules, the first two exact for the infinite horizon:
  nash         (1 - a d) / (N - (N - 1) a d) each: the Markov-perfect equilibrium of the fish war.
  efficient    1 - a d together: the joint optimum.
  sustainable  1 - a together: the greatest take that lasts.
  A total share s settles at X = K (1 - s)^(a / (1 - a)).

Sources: GovSim, arXiv 2404.16698, section 2.2 and 3; Gordon (1954); Clark (1990), Mathematical Bioeconomics, 2nd ed.,
chapters 2 and 5; Mesterton-Gibbons (1993), Game-theoretic resource modeling, Natural Resource Modeling 7; Levhari and
Mirman (1980), section 2 (there for N = 2).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from agoranomos.markets.commons.growth import Doubling, LevhariMirman, Logistic
from agoranomos.markets.commons.spec import CommonsSpec


@dataclass(frozen=True, slots=True)
class Rule:
    """What each user asks for at a stock, when all follow the rule, and the stock at which it settles."""

    request: Callable[[float], float]
    steady_stock: float


def rules(spec: CommonsSpec) -> dict[str, Rule]:
    """The rules of the market by name."""
    growth = spec.growth
    if isinstance(growth, Doubling):
        return _doubling(spec, growth)
    if isinstance(growth, Logistic):
        return _logistic(spec, growth)
    return _levhari_mirman(spec, growth)


def sustainable_yield(spec: CommonsSpec, stock: float) -> float:
    """The most that all may take from `stock` so that it comes back to `stock`: f(t) of GovSim, section 2.2."""
    growth, capacity = spec.growth, spec.capacity
    if isinstance(growth, Doubling):
        return max(stock - max(stock / growth.factor, growth.collapse), 0.0)
    if isinstance(growth, Logistic):
        return max(growth.rate * stock * (1.0 - stock / capacity), 0.0)
    return max(stock - capacity * float((stock / capacity) ** (1.0 / growth.alpha)), 0.0)


def _doubling(spec: CommonsSpec, growth: Doubling) -> dict[str, Rule]:
    users, capacity = len(spec.users), spec.capacity
    kept = max(capacity / growth.factor, growth.collapse)

    def escapement(stock: float) -> float:
        return max(stock - kept, 0.0) / users

    def sustainable(stock: float) -> float:
        return sustainable_yield(spec, stock) / users

    efficient = Rule(escapement, capacity)
    return {
        "nash": efficient if users == 1 else Rule(lambda stock: capacity, 0.0),
        "efficient": efficient,
        "sustainable": Rule(sustainable, capacity),
    }


def _logistic(spec: CommonsSpec, growth: Logistic) -> dict[str, Rule]:
    users = len(spec.users)
    open_access = growth.rate * (1.0 - spec.effort_cost / (spec.price * spec.capacity))
    totals = {
        "nash": open_access * users / (users + 1),
        "efficient": open_access / 2.0,
        "sustainable": growth.rate / 2.0,
        "competitive": open_access,
    }
    return {name: _share(users, total, spec.capacity * (1.0 - total / growth.rate)) for name, total in totals.items()}


def _levhari_mirman(spec: CommonsSpec, growth: LevhariMirman) -> dict[str, Rule]:
    users, patience = len(spec.users), growth.alpha * growth.discount
    totals = {
        "nash": users * (1.0 - patience) / (users - (users - 1) * patience),
        "efficient": 1.0 - patience,
        "sustainable": 1.0 - growth.alpha,
    }
    power = growth.alpha / (1.0 - growth.alpha)
    return {name: _share(users, total, spec.capacity * (1.0 - total) ** power) for name, total in totals.items()}


def _share(users: int, total: float, steady_stock: float) -> Rule:
    """Everybody takes an equal part of `total`, a share of the stock."""
    each = total / users
    return Rule(lambda stock: each * stock, steady_stock)
