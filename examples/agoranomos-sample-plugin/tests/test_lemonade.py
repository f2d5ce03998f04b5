"""The market passes what every market passes, and its formulas agree with a count of customers."""

import itertools

import pytest
from agoranomos.conformance import MarketConformance
from agoranomos.errors import UsageError

from agoranomos_sample_plugin import lemonade_v0
from agoranomos_sample_plugin.lemonade import LemonadeSpec
from agoranomos_sample_plugin.lemonade.clear import clear, monopoly_price, nash_price


class TestTwoStands(MarketConformance):
    factory = "agoranomos_sample_plugin.lemonade_v0:parallel_env"


class TestFourStandsAndAnUnknownEnd(MarketConformance):
    factory = "agoranomos_sample_plugin.lemonade_v0:parallel_env"
    options = {"stands": ["ada", "ben", "cy", "dot"], "dearest": 12, "cost": 3, "continuation": 0.95}


def counted(spec: LemonadeSpec, asked: tuple[int, ...]) -> list[float]:
    """Profits, one customer after another: each goes where it is cheapest, to several with equal chances."""
    profits = [0.0] * len(asked)
    for worth in range(1, spec.dearest + 1):
        if min(asked) < worth:
            cheapest = [i for i, price in enumerate(asked) if price == min(asked)]
            for i in cheapest:
                profits[i] += (asked[i] - spec.cost) / len(cheapest)
    return profits


@pytest.mark.parametrize(("stands", "dearest", "cost"), [(1, 9, 2), (2, 9, 0), (2, 8, 6), (3, 7, 2)])
def test_profits_and_benchmarks_agree_with_a_count_of_customers(stands, dearest, cost):
    spec = LemonadeSpec(stands=tuple("abc"[:stands]), dearest=dearest, cost=cost)
    joint = list(itertools.product(range(dearest + 1), repeat=stands))
    paid = {asked: counted(spec, asked) for asked in joint}
    for asked, profits in paid.items():
        assert clear(spec, [float(price) for price in asked]).profit.tolist() == pytest.approx(profits)
    nash = (nash_price(spec),) * stands
    for i, price in itertools.product(range(stands), range(dearest + 1)):
        assert paid[(*nash[:i], price, *nash[i + 1 :])][i] <= paid[nash][i] + 1e-12
    assert sum(paid[(monopoly_price(spec),) * stands]) == pytest.approx(max(sum(p) for p in paid.values()))


@pytest.mark.parametrize(
    ("fields", "why"),
    [({"cost": 29}, "nobody can sell"), ({"stands": ["a", "a"]}, "same name"), ({"stands": []}, "stands")],
)
def test_an_impossible_street_is_refused(fields, why):
    with pytest.raises(UsageError, match=why):
        lemonade_v0.parallel_env(**fields)
