"""The firm that invests."""

import pytest

from agoranomos.errors import UsageError
from agoranomos.markets import bertrand_investment_v0, bertrand_v0
from conformance.policy import PolicyConformance, Setting, Trace, play, seated

INVESTMENT = "agoranomos.markets.bertrand_investment_v0:parallel_env"


class TestInvestor(PolicyConformance):
    policy = "investor"
    markets = {
        "the game of Lin et al.": Setting(INVESTMENT),
        "rich firms": Setting(INVESTMENT, {"funds": 50_000.0}),
        "three firms, one good": Setting(INVESTMENT, {"firms": ["a", "b", "c"], "goods": ["wool"]}),
        "nothing to invest in": Setting(INVESTMENT, {"unit_cost": [60.0], "investment": []}),
    }
    # prices: SciPy's fsolve on the first-order conditions, rounded up to millionths
    traces = (
        Trace(
            actions=(
                ((89.315465, 108.125305, 1.0, 0.0), (108.125305, 89.315465, 0.0, 1.0)),
                ((70.992840, 108.109296, 1.0, 0.0), (108.109296, 70.992840, 0.0, 1.0)),
                ((70.992840, 108.048497, 0.0, 0.0), (108.048497, 70.992840, 0.0, 0.0)),
            ),
            factory=INVESTMENT,
            market={"funds": 20_000.0},
        ),
    )


def profit(specialise):
    market = bertrand_investment_v0.parallel_env(rounds=120)
    play(seated("investor", {"specialise": specialise}, market, 1), market, 1)
    return market.measures(), market.observation("firm_1")["funds"][0]


def test_firms_that_specialise_divide_the_market_and_earn_more():
    divided, kept = profit(specialise=True)
    both, less = profit(specialise=False)
    assert divided["unit_cost_e6"] == ((50_000_000, 100_000_000), (100_000_000, 50_000_000))
    assert both["unit_cost_e6"] == ((50_000_000, 50_000_000), (50_000_000, 50_000_000))
    assert divided["profit_e6"][0] > both["profit_e6"][0]
    assert kept > less
    assert min(divided["cv_e6"]) > 900_000
    assert both["hhi_e6"] == (500_000, 500_000)


def test_elsewhere_there_is_nothing_to_invest_in():
    with pytest.raises(UsageError, match="bertrand-investment only"):
        seated("investor", {}, bertrand_v0.parallel_env(), 1)
