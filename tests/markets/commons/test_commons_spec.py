"""What a commons may be, and what is refused with the reason."""

import pytest

from agoranomos.errors import UsageError
from agoranomos.markets import commons_v0
from agoranomos.markets.commons import CommonsSpec
from agoranomos.markets.market_spec import spec_of

LOGISTIC = {"form": "logistic"}
FISH_WAR = {"form": "levhari-mirman"}


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"users": 0}, "at least one"),
        ({"users": 65}, "64"),
        ({"users": ["a", "a"]}, "named twice"),
        ({"capacity": -1}, "capacity"),
        ({"capacity": float("nan")}, "capacity"),
        ({"capacity": float("inf")}, "capacity"),
        ({"capacity": 1e9, "price": 100.0}, "recorded exactly"),
        ({"initial_stock": 101.0}, "above the capacity"),
        ({"initial_stock": 0.0}, "initial_stock"),
        ({"initial_stock": 1e-7}, "millionths"),
        ({"initial_stock": 5.0}, "feeds nobody"),
        ({"growth": {"form": "doubling", "factor": 1.0}}, "factor"),
        ({"growth": {"form": "doubling", "factor": float("inf")}}, "factor"),
        ({"growth": {"form": "tripling"}}, "form"),
        ({"growth": {"form": "logistic", "rate": 0}}, "rate"),
        ({"growth": {"form": "logistic", "rate": -0.5}}, "rate"),
        ({"growth": {"form": "logistic", "rate": 2.5}}, "rate"),
        ({"growth": {"form": "levhari-mirman", "alpha": 1.0}}, "alpha"),
        ({"growth": {"form": "levhari-mirman", "discount": 1.0}}, "discount"),
        ({"growth": LOGISTIC, "effort_cost": 100.0}, "nobody would ever take"),
        ({"growth": LOGISTIC, "effort_cost": -1.0}, "effort_cost"),
        ({"effort_cost": 1.0}, "logistic growth only"),
        ({"growth": FISH_WAR, "price": 2.0}, "a price means nothing"),
        ({"price": -1.0}, "price"),
        ({"after_collapse": "stops"}, "goes-on"),
        ({"fishers": 5}, "no field"),
        ({"rounds": 0}, "rounds"),
    ],
)
def test_bad_parameters_are_refused_with_the_reason(fields, why):
    with pytest.raises(UsageError, match=why):
        spec_of(CommonsSpec, fields)


def test_what_is_no_mapping_is_refused():
    with pytest.raises(ValueError, match="valid dictionary"):
        CommonsSpec.model_validate(3)


def test_the_initial_stock_is_the_capacity_unless_it_is_said():
    assert CommonsSpec(capacity=40).initial_stock == 40
    assert CommonsSpec(capacity=40, initial_stock=20).initial_stock == 20
    assert CommonsSpec(users=2).users == ("user_1", "user_2")


def test_the_story_can_be_another():
    market = commons_v0.parallel_env(users=["north", "south"], good="grass")
    assert market.facts.agents == ("north", "south")
    assert market.facts.goods == ("grass",)
