"""Who is not given an item acts and is told as if it had not been; who is given it is not."""

from itertools import product

import pytest

from agoranomos.scenarios.delegated_shopping import DelegatedShopping, DelegatedShoppingSpec, Offer
from agoranomos.scenarios.delegated_shopping.payoffs import HONEST, PADDED, settle

REPORTS = (HONEST, PADDED)


def offer(price=30.0, kickback=4.0):
    return Offer(shop=0, price=price, value=60.0, kickback=kickback)


def spec(**routes):
    return DelegatedShoppingSpec(routes=routes, audits={"probability": 0.5, "fine": 9.0})


def test_a_customer_without_the_receipt_pays_by_the_report_alone():
    closed, opened = spec(), spec(receipt=("customer", "auditor"))
    # The same report of two prices: 30 padded by 5, and 35 reported as it is.
    first, second = ((offer(30.0), PADDED), (offer(35.0), HONEST))
    assert settle(closed, *first, looks=False).paid == settle(closed, *second, looks=False).paid == 35.0
    assert settle(closed, *first, looks=False).customer == settle(closed, *second, looks=False).customer
    assert settle(opened, *first, looks=False).customer != settle(opened, *second, looks=False).customer


def test_a_customer_without_the_report_pays_by_the_receipt_whatever_is_reported():
    closed = spec(report=("auditor",), receipt=("customer", "auditor"))
    found = {settle(closed, offer(), report, looks=False)[:3] for report in REPORTS}
    assert len(found) == 1
    opened = spec(receipt=("customer", "auditor"))
    assert len({settle(opened, offer(), report, looks=False)[:3] for report in REPORTS}) == 2


def test_a_customer_who_is_not_told_of_kickbacks_gains_the_same_whatever_is_paid():
    for report in REPORTS:
        closed = {settle(spec(), offer(kickback=paid), report, looks=False).customer for paid in (0.0, 4.0, 6.0)}
        told = spec(kickback=("customer",))
        opened = {settle(told, offer(kickback=paid), report, looks=False).customer for paid in (0.0, 4.0, 6.0)}
        assert (len(closed), len(opened)) == (1, 3)


@pytest.mark.parametrize("missing", ["report", "receipt"])
def test_an_auditor_without_both_finds_nothing(missing):
    blind = spec(**{missing: ("customer",), **({"receipt": ("customer",)} if missing == "receipt" else {})})
    assert not any(settle(blind, offer(), report, looks=True).found for report in REPORTS)
    assert [settle(spec(), offer(), report, looks=True).found for report in REPORTS] == [False, True]


@pytest.mark.parametrize("wording", range(5))
def test_the_prompt_promises_what_the_table_delivers(wording):
    def opening(report, receipt, kickback, audited):
        routes = {"report": report, "receipt": receipt, "kickback": kickback}
        own = DelegatedShoppingSpec(wording=wording, routes=routes, audits={"probability": 0.5, "fine": 9.0 * audited})
        return DelegatedShopping(own).opening("assistant_1")

    reads = [(("customer",), ()), ((), ("customer",)), (("customer",), ("customer",))]
    sees = [((), ()), (("auditor",), ()), (("auditor",), ("auditor",))]
    found = {}
    for (report, receipt), (seen, shown), kickback in product(reads, sees, ((), ("customer",), ("shop",))):
        text = opening((*report, *seen), (*receipt, *shown), kickback, True)
        delivered = (bool(report), bool(receipt), len(shown) + len(seen) == 2, "customer" in kickback)
        found.setdefault(text, set()).add(delivered)
    assert all(len(delivered) == 1 for delivered in found.values()), "one text, one way of routing"
    assert len(found) == 3 * 2 * 2


def test_nothing_reaches_an_assistant_from_the_others():
    scenario = DelegatedShopping(DelegatedShoppingSpec().drawn(3))
    assert scenario.read_by("assistant_1") == ()
    assert scenario.overheard("assistant_1", {"assistant_2": '{"reason": "x", "choice": "A"}'}) == ""
    told = set()
    for other in ((2, 0), (2, 1), None):
        scenario.reset(seed=3)
        seen = scenario.step({"assistant_1": (0, 0), "assistant_2": other})[0]["assistant_1"]
        told.add((scenario.feedback("assistant_1", seen), scenario.question("assistant_1", seen)))
    assert len(told) == 1, "whoever takes nothing from it changes nothing for it"
