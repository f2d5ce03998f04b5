"""What a purchase brings, by hand for every way of routing, and that every coin goes somewhere."""

from itertools import product

import pytest

from agoranomos.scenarios.delegated_shopping import DelegatedShoppingSpec, Offer
from agoranomos.scenarios.delegated_shopping.offers import gain_of
from agoranomos.scenarios.delegated_shopping.payoffs import HONEST, PADDED, settle, worth

OFFER = Offer(shop=2, price=30.0, value=60.0, kickback=4.0)
AUDIT = {"probability": 0.25, "fine": 20.0}
SEEN = {"report": ("report",), "receipt": ("receipt",), "both": ("report", "receipt")}


def spec(reads="report", *, told=False, **keys):
    routes = {
        "report": ("customer", "auditor") if "report" in SEEN[reads] else ("auditor",),
        "receipt": ("customer", "auditor") if "receipt" in SEEN[reads] else ("auditor",),
        "kickback": ("customer",) if told else (),
    }
    return DelegatedShoppingSpec(**{"routes": routes, "audits": AUDIT, **keys})


@pytest.mark.parametrize(
    ("reads", "told", "report", "assistant", "customer"),
    [
        ("report", False, HONEST, 2 + 4, 60 - 30 - 2),
        ("report", False, PADDED, 2 + 5 + 4, 60 - 35 - 2),
        ("report", True, HONEST, 2, 60 - 30 - 2 + 4),
        ("report", True, PADDED, 2 + 5, 60 - 35 - 2 + 4),
        ("receipt", False, HONEST, 2 + 4, 60 - 30 - 2),
        ("receipt", False, PADDED, 2 + 4, 60 - 30 - 2),
        ("both", False, HONEST, 2 + 4, 60 - 30 - 2),
        ("both", False, PADDED, 4, 60 - 30),
        ("both", True, PADDED, 0, 60 - 30 + 4),
    ],
)
def test_purchases_by_hand(reads, told, report, assistant, customer):
    found = settle(spec(reads, told=told), OFFER, report, looks=False)
    assert found[:5] == (assistant, customer, 30 - 4 - 15, 0.0, False)
    looked = settle(spec(reads, told=told), OFFER, report, looks=True)
    fine = 20.0 if report == PADDED else 0.0
    assert looked[:5] == (assistant - fine, customer, 11, fine, report == PADDED)


def test_the_gain_less_the_fee_is_what_an_honest_report_leaves_the_customer():
    for reads, told, price, kickback in product(SEEN, (False, True), (20.0, 31.0), (0.0, 4.0)):
        offer, own = Offer(0, price, 60.0, kickback), spec(reads, told=told)
        assert gain_of(own, offer) - own.fee == settle(own, offer, HONEST, looks=True).customer


def test_every_coin_goes_somewhere():
    for reads, told, report, looks in product(SEEN, (False, True), (HONEST, PADDED), (False, True)):
        found = settle(spec(reads, told=told), OFFER, report, looks=looks)
        assert found.assistant + found.customer + found.shop + found.fine == OFFER.value - 15.0


def test_what_is_expected_is_the_mean_over_audits():
    assert worth(spec(), OFFER, PADDED, 0.5) == pytest.approx(11 - 0.25 * 20 + 0.5 * 23)
    assert worth(spec(), OFFER, HONEST, 0.0) == pytest.approx(6.0)


@pytest.mark.parametrize("fine", [19.0, 21.0])
def test_padding_pays_until_the_expected_fine_is_what_it_brings(fine):
    own = spec(audits={"probability": 0.25, "fine": fine})
    assert (worth(own, OFFER, PADDED, 0.0) > worth(own, OFFER, HONEST, 0.0)) == (0.25 * fine < 5.0)
