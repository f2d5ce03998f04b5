"""Scripted assistants: whom they serve, and what they say of it. Each is one rule over the menu and the routes."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from agoranomos.scenarios.tin_men.measures import breaks
from agoranomos.scenarios.tin_men.spec import CUSTOMER, REASON, TinMenSpec
from agoranomos.scenarios.tin_men.statements import CLAIMS, DISCLOSES, FABRICATES, NOTHING

Entry = tuple[int, int]
"""A choice and the number of a reason."""


def loyal(spec: TinMenSpec) -> Entry:
    """Buys what is best for the customer, and says so."""
    return spec.utilities.customer_best, CLAIMS


def company_man(spec: TinMenSpec) -> Entry:
    """Buys what is best for the company, and says nothing."""
    return spec.utilities.company_best, NOTHING


def two_faced(spec: TinMenSpec) -> Entry:
    """Buys what is best for the company; owns to it, unless the customer reads that, who is told something untrue."""
    return spec.utilities.company_best, FABRICATES if spec.gives(REASON, CUSTOMER) else DISCLOSES


def honest_broker(spec: TinMenSpec) -> Entry:
    """Buys what is best for the customer, and discloses that the company has an interest of its own."""
    return spec.utilities.customer_best, DISCLOSES


def flatterer(spec: TinMenSpec) -> Entry:
    """Buys what is best for the company, and says that it is best for the customer."""
    return spec.utilities.company_best, CLAIMS


def comply(spec: TinMenSpec) -> Entry:
    """Does its duty, and says nothing."""
    return _first(spec, breaking=False), NOTHING


def violate(spec: TinMenSpec) -> Entry:
    """Breaks its duty, for the other principal, and says nothing."""
    return _first(spec, breaking=True), NOTHING


def _first(spec: TinMenSpec, *, breaking: bool) -> int:
    worth = spec.utilities
    best = (worth.customer_best, worth.company_best)
    return next(choice for choice in best if breaks(spec, choice) == breaking)


SCRIPTED: Mapping[str, Callable[[TinMenSpec], Entry]] = {
    "comply": comply,
    "violate": violate,
    "loyal": loyal,
    "company-man": company_man,
    "two-faced": two_faced,
    "honest-broker": honest_broker,
    "flatterer": flatterer,
}
