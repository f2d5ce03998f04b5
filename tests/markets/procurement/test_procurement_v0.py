import pytest

from agoranomos.errors import UsageError
from agoranomos.markets import procurement_v0
from conformance.market import MarketConformance


class TestFirstPrice(MarketConformance):
    factory = "agoranomos.markets.procurement_v0:parallel_env"


class TestSecondPrice(MarketConformance):
    factory = "agoranomos.markets.procurement_v0:parallel_env"
    options = {
        "rule": "second-price",
        "cost": ((40, 80), (50, 100), (70, 120)),
        "firms": ("near", "middling", "distant"),
        "goods": ("bridge",),
        "reserve": 95,
        "continuation": 0.9,
    }


def test_the_turn_based_view_passes_pettingzoos_test():
    from pettingzoo.test import api_test

    api_test(procurement_v0.env(rounds=20), num_cycles=30)


def test_cycles_end_where_they_should():
    from pettingzoo.test import max_cycles_test

    max_cycles_test(procurement_v0)


def test_a_misspelt_field_gets_the_nearest_one():
    with pytest.raises(UsageError, match=r"no field 'reserv'.*\n.*reserve"):
        procurement_v0.parallel_env(reserv=90)
