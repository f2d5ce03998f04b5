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


def test_what_scripted_assistants_write_is_coded_as_what_it_stands_for():
    for seed in range(30):
        scenario = SponsoredRecommendation(SponsoredRecommendationSpec(statements="written").drawn(seed))
        for place in range(3):
            for said in range(4) if place == scenario.payoffs.sponsored else (0, 1):
                text = scenario.spelled("assistant", (place, said))
                assert scenario.coded("assistant", (place, 0.0), text) == (place, said)
