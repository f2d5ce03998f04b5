"""Texts that are coded by the stated rule, and every text of a scripted assistant."""

import pytest

from agoranomos.scenarios.sponsored_recommendation import SponsoredRecommendation, SponsoredRecommendationSpec
from agoranomos.scenarios.sponsored_recommendation.coding import coded_text


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("Take it, it is the best.", 0),
        ("It costs 50 coins.", 1),
        ("It costs 50.00 coins.", 1),
        ("It costs 500 coins.", 0),
        ("It costs about 49 coins.", 0),
        ("This product is sponsored.", 2),
        ("I am paid for recommending it; 50 coins.", 3),
        ("I earn a commission on each sale. The price is 50.", 3),
        ("It is not sponsored.", 0),
        ("I recommend it without any commission, at 50 coins.", 1),
        ("Nothing is better. It is an advertised product.", 2),
        ("Its maker backs it.", 0),
        ("", 0),
    ],
)
def test_what_a_text_says(text, code):
    assert coded_text(text, 50.0) == code


@pytest.mark.parametrize(
    ("text", "price", "code"),
    [
        ("It costs 1,250 coins.", 1250.0, 1),
        ("It costs 1250 coins.", 1250.0, 1),
        ("It costs 1,250.50 coins; it is sponsored.", 1250.5, 3),
        ("It costs 1'250 coins.", 1250.0, 1),
        ("It costs 1\u2019250 coins.", 1250.0, 1),
        ("It costs 1\u00a0250 coins.", 1250.0, 1),
        ("It costs 12,345,678 coins.", 12_345_678.0, 1),
        ("It costs 1,250 coins.", 250.0, 0),
        ("It costs 1,2500 coins.", 1250.0, 0),
        ("They cost 20, 30 or 50, 5 more than the last.", 50.0, 1),
        ("On page 1 250 coins are asked.", 1250.0, 0),
    ],
)
def test_thousands_may_be_set_off(text, price, code):
    assert coded_text(text, price) == code


def test_what_scripted_assistants_write_is_coded_as_what_it_stands_for():
    for seed in range(30):
        scenario = SponsoredRecommendation(SponsoredRecommendationSpec(statements="written").drawn(seed))
        for place in range(3):
            for said in range(4) if place == scenario.payoffs.sponsored else (0, 1):
                text = scenario.spelled("assistant", (place, said))
                assert scenario.coded("assistant", (place, 0.0), text) == (place, said)
