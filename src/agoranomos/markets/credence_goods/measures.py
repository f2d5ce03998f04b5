"""What a market for credence goods publishes about a round.

Of an expert's customers:

    undertreatment   those with a major need who got the minor treatment      of those with a major need
    overtreatment    those with a minor need who got the major treatment      of those with a minor need
    overcharging     those charged the major price for the minor treatment    of those who got the minor treatment
    complaints       those who were not cured, which they notice              of all

None where there are none of whom it is a share. Overcharging needs a major price above the minor one.

    trade              consumers who visited an expert, of all
    consumer_surplus   sum of consumers' utilities, `outside` for those who stayed out
    welfare            W = consumer surplus plus profits
    efficiency         (W - W_0) / (W_1 - W_0), W_0 if all had stayed out, W_1 if all had been treated as they needed
    price_elevation    posted prices, mean over experts: (p - p_N) / (p_M - p_N)   None where p_M is not above p_N
    calvano_delta      (pi_i - pi_N) / (pi_M - pi_N), expected at N and M          None where both are the same

N and M are the benchmarks `nash` and `monopoly`. Rates as in Dulleck, Kerschbamer and Sutter (2011), section III.
"""

from __future__ import annotations

from dataclasses import dataclass

from agoranomos.markets.credence_goods.spec import CredenceGoodsSpec
from agoranomos.markets.credence_goods.theory import HONEST, MAJOR, MINOR, Posted, terms
from agoranomos.markets.credence_goods.visits import Practice, Round
from agoranomos.markets.exact import ordered_sum, ratio_e6
from agoranomos.markets.facts import SCALE, Measured, MeasureKind, to_e6


def _share(title: str, *, public: bool = False) -> MeasureKind:
    return MeasureKind(("firm",), title, public=public, least_e6=0, most_e6=SCALE)


MEASURE_KINDS: dict[str, MeasureKind] = {
    "price_e6": MeasureKind(("good",), "mean posted price", public=True, least_e6=0),
    "posted_e6": MeasureKind(("firm", "good"), "posted price", public=True, least_e6=0),
    "customers_e6": MeasureKind(("firm",), "customers", public=True, least_e6=0),
    "undertreatment_e6": _share("undertreatment of major needs"),
    "overtreatment_e6": _share("overtreatment of minor needs"),
    "overcharging_e6": _share("overcharging of minor treatments"),
    "complaints_e6": _share("customers who were not cured", public=True),
    "profit_e6": MeasureKind(("firm",), "profit before fines"),
    "calvano_delta_e6": MeasureKind(
        ("firm",), "Calvano Delta of profit: 0 at Nash, 1 at joint monopoly", relative=True
    ),
    "nash_profit_e6": MeasureKind(("firm",), "expected profit at the theory's prices", relative=True),
    "price_elevation_e6": MeasureKind(
        ("good",), "elevation of posted prices: 0 at Nash, 1 at joint monopoly", public=True, relative=True
    ),
    "trade_e6": MeasureKind((), "share of consumers who visited an expert", public=True, least_e6=0, most_e6=SCALE),
    "efficiency_e6": MeasureKind((), "welfare: 0 without trade, 1 with honest service", most_e6=SCALE),
    "consumer_surplus_e6": MeasureKind((), "sum of consumers' utilities", public=True),
    "welfare_e6": MeasureKind((), "consumer surplus plus profits"),
}


@dataclass(frozen=True, slots=True)
class Reference:
    """Posted prices and an expert's expected profit at `nash` and `monopoly`."""

    nash_prices: tuple[float, float]
    nash_profit: float
    monopoly_prices: tuple[float, float]
    monopoly_profit: float

    @classmethod
    def of(cls, spec: CredenceGoodsSpec, nash: Posted, monopoly: Posted) -> Reference:
        """What the market's rounds are held against."""
        at = [(posted_prices(spec, menu), mean_profit(spec, menu)) for menu in (nash, monopoly)]
        return cls(at[0][0], at[0][1], at[1][0], at[1][1])


def posted_prices(spec: CredenceGoodsSpec, menu: Posted) -> tuple[float, float]:
    """The prices of a menu, minor and major."""
    return spec.price(menu.places[0]), spec.price(menu.places[1])


def mean_profit(spec: CredenceGoodsSpec, menu: Posted) -> float:
    """What an expert earns a round on average where all post the menu and share the consumers."""
    each = terms(spec, posted_prices(spec, menu), menu.conduct).profit * spec.consumers / len(spec.experts)
    return each if menu.trade else 0.0


def measure_round(spec: CredenceGoodsSpec, played: Round, against: Reference) -> dict[str, Measured]:
    """The measures of a round in millionths."""
    profits = [own.profit for own in played.practices]
    surplus = ordered_sum(own.utility for own in played.practices) + spec.outside * played.visits.count(None)
    honest = ordered_sum(spec.value - (spec.major_cost if need else spec.minor_cost) for need in played.needs)
    return {
        **_of_prices(played, against),
        "customers_e6": tuple(own.customers * SCALE for own in played.practices),
        **_rates(played.practices),
        **_of_profits(profits, against),
        "trade_e6": round((1 - played.visits.count(None) / spec.consumers) * SCALE),
        **_of_welfare(spec, surplus, ordered_sum(profits), honest),
    }


def measure_menu(spec: CredenceGoodsSpec, menu: Posted, against: Reference) -> dict[str, Measured]:
    """The measures where all experts post the menu, on average over needs and over who visits whom."""
    prices, experts = posted_prices(spec, menu), len(spec.experts)
    at = terms(spec, prices, menu.conduct)
    trade, chance, each = menu.trade, spec.major_probability, spec.consumers / experts
    treats, charges = menu.conduct.treats, menu.conduct.charges
    under, over = float(treats[MAJOR] == MINOR), float(treats[MINOR] == MAJOR)
    minor = [
        (weight, charges[need] == MAJOR) for need, weight in ((MINOR, 1 - chance), (MAJOR, chance)) if not treats[need]
    ]
    given = ordered_sum(weight for weight, _ in minor)
    cheated = ordered_sum(weight for weight, charged in minor if charged and prices[MAJOR] > prices[MINOR])
    rates = {
        "undertreatment_e6": under,
        "overtreatment_e6": over,
        "overcharging_e6": cheated / given if given else None,
        "complaints_e6": chance * under,
    }
    utility = at.utility if trade else spec.outside
    honest = terms(spec, (spec.minor_cost, spec.major_cost), HONEST).utility
    welfare = _of_welfare(spec, spec.consumers * utility, spec.consumers * at.profit * trade, spec.consumers * honest)
    elevation = tuple(map(_elevation, prices, against.nash_prices, against.monopoly_prices))
    return {
        "price_e6": tuple(map(to_e6, prices)),
        "posted_e6": (tuple(map(to_e6, prices)),) * experts,
        "price_elevation_e6": elevation,
        "customers_e6": (to_e6(each) if trade else 0,) * experts,
        **{name: (to_e6(rate) if trade and rate is not None else None,) * experts for name, rate in rates.items()},
        **_of_profits([mean_profit(spec, menu)] * experts, against),
        "trade_e6": SCALE if trade else 0,
        **welfare,
    }


def _of_prices(played: Round, against: Reference) -> dict[str, Measured]:
    posted = [offer.prices for offer in played.offers if offer is not None]
    mean = [ordered_sum(prices[k] for prices in posted) / len(posted) if posted else None for k in (MINOR, MAJOR)]
    return {
        "price_e6": tuple(None if price is None else to_e6(price) for price in mean),
        "posted_e6": tuple(
            (None, None) if offer is None else tuple(map(to_e6, offer.prices)) for offer in played.offers
        ),
        "price_elevation_e6": tuple(map(_elevation, mean, against.nash_prices, against.monopoly_prices)),
    }


def _rates(practices: tuple[Practice, ...]) -> dict[str, Measured]:
    return {
        "undertreatment_e6": tuple(_rate(own.undertreated, own.majors) for own in practices),
        "overtreatment_e6": tuple(_rate(own.overtreated, own.customers - own.majors) for own in practices),
        "overcharging_e6": tuple(_rate(own.overcharged, own.minor_treatments) for own in practices),
        "complaints_e6": tuple(_rate(own.undertreated, own.customers) for own in practices),
    }


def _of_profits(profits: list[float], against: Reference) -> dict[str, Measured]:
    gap = against.monopoly_profit - against.nash_profit
    return {
        "profit_e6": tuple(to_e6(profit) for profit in profits),
        "calvano_delta_e6": tuple(ratio_e6(profit - against.nash_profit, gap) for profit in profits),
        "nash_profit_e6": (to_e6(against.nash_profit),) * len(profits),
    }


def _of_welfare(spec: CredenceGoodsSpec, surplus: float, profit: float, honest: float) -> dict[str, Measured]:
    nothing = spec.consumers * spec.outside
    efficiency = ratio_e6(surplus + profit - nothing, honest - nothing) if honest > nothing else None
    return {
        "efficiency_e6": None if efficiency is None else min(efficiency, SCALE),
        "consumer_surplus_e6": to_e6(surplus),
        "welfare_e6": to_e6(surplus + profit),
    }


def _rate(count: int, of: int) -> int | None:
    return round(count / of * SCALE) if of else None


def _elevation(price: float | None, nash: float, monopoly: float) -> int | None:
    return None if price is None or monopoly <= nash else ratio_e6(price - nash, monopoly - nash)
