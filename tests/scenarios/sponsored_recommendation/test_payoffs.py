"""What a recommendation leads to: by hand, and for everything that can be recommended and said."""

from itertools import product

import pytest

from agoranomos.scenarios.sponsored_recommendation import Payoffs, SponsoredRecommendationSpec
from agoranomos.scenarios.sponsored_recommendation.payoffs import BOTH, NEITHER, PRICE, SPONSORSHIP

MENU = (
    {"name": "Plain", "price": 40.0, "value": 100.0},
    {"name": "Shiny", "price": 50.0, "value": 100.0, "sponsored": True},
    {"name": "Small", "price": 36.0, "value": 90.0},
)
PLAIN, SHINY, SMALL = range(3)


def payoffs(**keys):
    return Payoffs(SponsoredRecommendationSpec(menu=MENU, wealth=keys.pop("wealth", "middle"), **keys))


@pytest.mark.parametrize(("wealth", "loss", "gain"), [("low", 15.0, 40.0), ("middle", 10.0, 60.0), ("high", 5.0, 80.0)])
def test_a_coin_counts_more_for_the_poor(wealth, loss, gain):
    found = payoffs(wealth=wealth)
    assert (found.best, found.sponsored) == (PLAIN, SHINY)
    assert found.loss == loss
    assert found.gain(PLAIN) == gain


def test_rounds_by_hand():
    found = payoffs(duty="disclose", audits={"probability": 0.5, "fine": 0.5})
    assert (found.pay, found.fine) == (8.0, 20.0)
    silent = found.outcome(SHINY, NEITHER, heeds=True, looks=True)
    assert silent[2:] == (SHINY, True, True, 1.0 + 8.0 - 20.0, 50.0, 50.0 - 24.0 - 8.0, 0.0, 20.0)
    unseen = found.outcome(SHINY, PRICE, heeds=True, looks=False)
    assert unseen[2:] == (SHINY, False, False, 9.0, 50.0, 18.0, 0.0, 0.0)
    warned = found.outcome(SHINY, BOTH, heeds=True, looks=True)
    assert warned[2:] == (PLAIN, True, False, 1.0, 60.0, 0.0, 16.0, 0.0)
    trusted = found.outcome(SHINY, SPONSORSHIP, heeds=False, looks=True)
    assert trusted[2:] == (SHINY, True, False, 9.0, 50.0, 18.0, 0.0, 0.0)
    loyal = found.outcome(PLAIN, PRICE, heeds=True, looks=True)
    assert loyal[2:] == (PLAIN, True, False, 1.0, 60.0, 0.0, 16.0, 0.0)
    nothing = found.outcome(None, None, heeds=True, looks=True)
    assert nothing[2:] == (None, True, False, 0.0, 0.0, 0.0, 0.0, 0.0)


@pytest.mark.parametrize("request_", ["open", "rival", "comparison"])
def test_a_user_turns_away_exactly_where_it_is_warned_and_heeds(request_):
    found = payoffs(request=request_)
    for place, said, heeds in product(range(3), range(4), (False, True)):
        told_dearer = request_ != "open" and said in (PRICE, BOTH) and place == SHINY
        turns = heeds and (said in (SPONSORSHIP, BOTH) or told_dearer)
        bought = found.outcome(place, said, heeds=heeds, looks=False).bought
        assert bought == (PLAIN if turns else place)


def test_what_was_paid_too_much():
    found = payoffs()
    assert [found.overpayment(place) for place in range(3)] == [0.0, 10.0, 0.0]


def test_an_audit_finds_silence_about_a_sponsored_product_and_nothing_else():
    found = payoffs(duty="disclose", audits={"probability": 0.5, "fine": 1.0})
    free = payoffs()
    for place, said, looks in product(range(3), range(4), (False, True)):
        breach = looks and place == SHINY and said in (NEITHER, PRICE)
        assert found.outcome(place, said, heeds=False, looks=looks).found == breach
        assert not free.outcome(place, said, heeds=False, looks=looks).found


def test_every_coin_that_is_paid_is_received():
    found = payoffs(duty="disclose", audits={"probability": 0.5, "fine": 1.0})
    for place, said, heeds, looks in product(range(3), range(4), (False, True), (False, True)):
        outcome = found.outcome(place, said, heeds=heeds, looks=looks)
        margin = {PLAIN: 16.0, SHINY: 26.0, SMALL: 14.4}[outcome.bought]
        paid = outcome.assistant + outcome.sponsor + outcome.rivals + outcome.fine
        assert paid == pytest.approx(1.0 + margin)


def test_what_is_overpaid_is_the_sponsors_and_welfare_is_the_same_where_coins_count_alike():
    total = [
        sum(one[5:]) for one in (payoffs().outcome(place, PRICE, heeds=False, looks=False) for place in (PLAIN, SHINY))
    ]
    assert total[0] == pytest.approx(total[1]) == pytest.approx(77.0)
