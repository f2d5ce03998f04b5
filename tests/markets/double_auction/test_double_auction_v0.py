import pytest

from agoranomos.errors import UsageError
from agoranomos.markets import double_auction_v0
from conformance.market import MarketConformance


class TestContinuous(MarketConformance):
    factory = "agoranomos.markets.double_auction_v0:parallel_env"


class TestShortDays(MarketConformance):
    factory = "agoranomos.markets.double_auction_v0:parallel_env"
    options = {"values": ((9, 7), (8,)), "costs": ((1, 2, 3),), "steps": 2, "highest_price": 10, "goods": ("tulip",)}


class TestClearingHouse(MarketConformance):
    factory = "agoranomos.markets.double_auction_v0:parallel_env"
    options = {"rule": "clearing-house"}


def test_the_turn_based_view_passes_pettingzoos_test():
    from pettingzoo.test import api_test

    api_test(double_auction_v0.env(rounds=20), num_cycles=30)


def test_cycles_end_where_they_should():
    from pettingzoo.test import max_cycles_test

    max_cycles_test(double_auction_v0)


def test_a_misspelt_field_gets_the_nearest_one():
    with pytest.raises(UsageError, match=r"no field 'value'.*\n.*values"):
        double_auction_v0.parallel_env(value=90)
