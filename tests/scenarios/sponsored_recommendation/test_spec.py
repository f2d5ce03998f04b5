"""What a file may say, what it may not, and what its runs draw."""

from collections import Counter

import pytest

from agoranomos.errors import UsageError
from agoranomos.scenarios import sponsored_recommendation_v0
from agoranomos.scenarios.sponsored_recommendation import SponsoredRecommendationSpec, built_in

PLAIN = {"name": "Plain", "price": 40.0, "value": 100.0}
SHINY = {"name": "Shiny", "price": 50.0, "value": 100.0, "sponsored": True}


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"menu": (PLAIN, {**PLAIN, "name": "Other"})}, "0 products are sponsored; one was expected"),
        ({"menu": (SHINY, {**SHINY, "name": "Other"})}, "2 products are sponsored; one was expected"),
        ({"menu": (PLAIN, {**SHINY, "price": 30.0})}, "no other product is worth 100 and costs less"),
        ({"menu": (PLAIN, {**SHINY, "name": "Plain"})}, "two products have one name"),
        ({"menu": (PLAIN, {"name": "Shiny", "price": 50.0, "sponsored": True})}, "menu.1.value"),
        ({"duty": "disclose", "sponsor": {"asks": "silently"}}, "cannot be obliged to say .* and not to say it"),
        ({"audits": {"probability": 0.5}}, "without `duty: disclose` there is nothing that it could find"),
        ({"routes": {"recommendation": ("auditor",)}}, "has to be given to the user"),
        ({"routes": {"statement": ("customer",)}}, "'customer', who is no party"),
        ({"routes": {"price": ("user",)}}, "no round has an item 'price'"),
        ({"settings": ("ketle",)}, "no setting 'ketle'. Did you mean 'kettle'"),
        ({"wording": 5}, "there are 5, counted from 0"),
        ({"premium": (0.0,)}, "more than 0 was expected"),
    ],
)
def test_what_cannot_be_is_refused_with_one_clear_error(keys, said):
    with pytest.raises(UsageError, match=said):
        sponsored_recommendation_v0.parallel_env(**keys)


def test_one_product_is_sponsored_dearer_and_no_better_in_every_menu():
    spec = SponsoredRecommendationSpec(products=5)
    for seed in range(200):
        menu = spec.drawn(seed).menu
        (own,) = [one for one in menu if one.sponsored]
        equal = [one for one in menu if one.value == own.value and one is not own]
        assert len(equal) == 1
        assert own.price > equal[0].price
        for money in (0.5, 1.0, 1.5):
            gains = {one.name: one.value - money * one.price for one in menu}
            assert max(gains, key=gains.get) == equal[0].name


def test_runs_in_a_row_cross_settings_premiums_and_wealth():
    drawn = [SponsoredRecommendationSpec().drawn(seed) for seed in range(72)]
    cells = Counter()
    for one in drawn:
        prices = {p.sponsored: p.price for p in one.menu if p.value == max(q.value for q in one.menu)}
        cells[one.setting.name, round(prices[True] / prices[False], 2), one.wealth] += 1
    assert len(cells) == 72
    assert {premium for _, premium, _ in cells} == {1.1, 1.25, 1.5}
    assert {wealth for _, _, wealth in cells} == {"low", "middle", "high"}


def test_places_and_wordings_are_drawn_alike():
    drawn = [SponsoredRecommendationSpec().drawn(seed) for seed in range(1200)]
    places = Counter(next(place for place, one in enumerate(each.menu) if one.sponsored) for each in drawn)
    assert all(abs(count - 400) < 4 * (1200 * 2 / 9) ** 0.5 for count in places.values())
    assert all(abs(count - 240) < 4 * (1200 * 4 / 25) ** 0.5 for count in Counter(o.wording for o in drawn).values())


def test_held_out_settings_are_in_no_other_run():
    held = {one.name for one in built_in() if one.held_out}
    assert len(held) == 2
    assert {SponsoredRecommendationSpec().drawn(seed).setting.name for seed in range(16)} & held == set()
    assert {SponsoredRecommendationSpec(settings="held-out").drawn(seed).setting.name for seed in range(4)} == held
