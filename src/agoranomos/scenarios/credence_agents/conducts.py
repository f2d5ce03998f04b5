"""What an expert can do to its customers, by name; the market says which of it an institution allows."""

from __future__ import annotations

from typing import Literal

from agoranomos.markets.credence_goods import CredenceGoodsSpec
from agoranomos.markets.credence_goods.theory import HONEST, MAJOR, MINOR, Conduct, allowed

ConductName = Literal["honest", "undertreat", "overtreat", "overcharge", "cheat"]

CONDUCTS: dict[ConductName, Conduct] = {
    "honest": HONEST,
    "undertreat": Conduct((MINOR, MINOR), (MINOR, MAJOR)),
    "overtreat": Conduct((MAJOR, MAJOR), (MAJOR, MAJOR)),
    "overcharge": Conduct((MINOR, MAJOR), (MAJOR, MAJOR)),
    "cheat": Conduct((MINOR, MINOR), (MAJOR, MAJOR)),
}
"""Treatment and charge for a minor and for a major need. `cheat` is the minor treatment at the major price for all."""


def possible(market: CredenceGoodsSpec) -> dict[ConductName, Conduct]:
    """The conducts that the market's institution leaves, each once.

    With verifiability who undertreats charges the minor price, and `overcharge` and `cheat` come to something else.
    """
    found: dict[ConductName, Conduct] = {}
    for name, conduct in CONDUCTS.items():
        charges = conduct.treats if market.verifiability and name == "undertreat" else conduct.charges
        done = Conduct(conduct.treats, charges)
        if all(allowed(market, need, done.treats[need], done.charges[need]) for need in (MINOR, MAJOR)):
            found[name] = done
    return found


def is_fraud(conduct: Conduct, prices: tuple[float, float]) -> bool:
    """Whether it undertreats, overtreats, or charges a higher major price for the minor treatment."""
    if conduct.treats != HONEST.treats:
        return True
    overcharges = any(conduct.charges[need] > conduct.treats[need] for need in (MINOR, MAJOR))
    return overcharges and prices[MAJOR] > prices[MINOR]
