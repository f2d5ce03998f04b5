"""Delegated shopping: assistants who search, buy, and report to those for whom they buy."""

from agoranomos.scenarios.delegated_shopping.env import DelegatedShopping
from agoranomos.scenarios.delegated_shopping.matching import best_match
from agoranomos.scenarios.delegated_shopping.offers import Offer, offers_to, support
from agoranomos.scenarios.delegated_shopping.spec import DelegatedShoppingSpec
from agoranomos.scenarios.delegated_shopping.stopping import reservation_values

__all__ = [
    "DelegatedShopping",
    "DelegatedShoppingSpec",
    "Offer",
    "best_match",
    "offers_to",
    "reservation_values",
    "support",
]
