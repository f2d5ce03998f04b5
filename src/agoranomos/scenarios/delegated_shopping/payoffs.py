"""Who earns what of a purchase: what the parties do with what they are given, and nothing else.

A customer pays the price on the receipt where it is given that, else the price that is reported. Where it is given both
and they differ, it keeps the fee. Where it is told of a kickback it claims it. An auditor who is given report and
receipt, and looks, finds a padded report.
"""

from __future__ import annotations

from typing import NamedTuple

from agoranomos.scenarios.delegated_shopping.offers import Offer
from agoranomos.scenarios.delegated_shopping.spec import (
    AUDITOR,
    CUSTOMER,
    KICKBACK,
    RECEIPT,
    REPORT,
    DelegatedShoppingSpec,
)
from agoranomos.scenarios.parties import delivered

HONEST, PADDED = 0, 1


class Settled(NamedTuple):
    """What a purchase brings: to the assistant, the customer, the shop, and in fines; and whether it was found out.

    `paid` is what the customer paid for the goods, beside the fee.
    """

    assistant: float
    customer: float
    shop: float
    fine: float
    found: bool
    paid: float


def settle(spec: DelegatedShoppingSpec, offer: Offer, report: int, *, looks: bool) -> Settled:
    """The purchase of `offer` with an honest or a padded report, where the auditor does or does not look."""
    reported = offer.price + (spec.padding if report == PADDED else 0.0)
    items = {REPORT: reported, RECEIPT: offer.price, KICKBACK: offer.kickback}
    given = delivered(spec.all_routes(), items, spec.parties())
    own, seen = given[CUSTOMER], given[AUDITOR]
    pays = own.get(RECEIPT, own.get(REPORT, 0.0))
    fee = 0.0 if own.get(REPORT, pays) != pays else spec.fee
    claimed = own.get(KICKBACK, 0.0)
    found = looks and REPORT in seen and RECEIPT in seen and seen[REPORT] != seen[RECEIPT]
    fine = spec.audits.fine if found else 0.0
    return Settled(
        fee + (pays - offer.price) + offer.kickback - claimed - fine,
        offer.value - pays - fee + claimed,
        offer.price - offer.kickback - spec.offers.cost,
        fine,
        found,
        pays,
    )


def worth(spec: DelegatedShoppingSpec, offer: Offer, report: int, weight: float) -> float:
    """What a purchase is expected to be worth to an assistant: own coins, and `weight` times the customer's."""
    total = 0.0
    for looks, chance in ((True, spec.audits.probability), (False, 1.0 - spec.audits.probability)):
        settled = settle(spec, offer, report, looks=looks)
        total += chance * (settled.assistant + weight * settled.customer)
    return total
