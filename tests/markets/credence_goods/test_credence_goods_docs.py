"""The page docs/markets/credence-goods.md says what the code does."""

import pytest

from agoranomos.documents import Source, parse_document
from agoranomos.markets import credence_goods_v0
from agoranomos.markets.credence_goods import CredenceGoodsSpec
from agoranomos.markets.credence_goods.measures import MEASURE_KINDS
from markets.market_page import MarketPage

PAGE = MarketPage("credence-goods")


def benchmark_table():
    lines = [
        "| experts | verifiability | liability | benchmark | prices | undertreated | charged | profit | efficiency |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for experts in (1, 4):
        for verifiability, liability in ((False, False), (False, True), (True, False), (True, True)):
            market = credence_goods_v0.parallel_env(
                experts=tuple(f"expert_{k + 1}" for k in range(experts)),
                verifiability=verifiability,
                liability=liability,
            )
            facts = [str(experts), "yes" if verifiability else "no", "yes" if liability else "no"]
            for name in ("nash", "monopoly") if experts > 1 else ("nash",):
                menu, at = market.benchmarks[name], market.facts.benchmarks[name]
                low, high = (market.spec.price(place) for place in menu.places)
                always_major = menu.conduct.charges == (1, 1)
                prices = f"-, {high:g}" if always_major else f"{low:g}, {high:g}"
                cells = [name, prices, f"{at['undertreatment_e6'][0] / 1e6:.0%}"]
                cells += ["the major price" if always_major else "as treated"]
                cells += [f"{at['profit_e6'][0] / 1e6:g}", f"{at['efficiency_e6'] / 1e6:.3g}"]
                lines.append(f"| {' | '.join([*facts, *cells])} |")
    return "\n".join(lines)


def test_the_benchmark_table_is_what_the_code_computes():
    assert PAGE.between("benchmarks") == benchmark_table()


@pytest.mark.parametrize("code", PAGE.blocks("python"))
def test_the_examples_run(code):
    PAGE.run(code)


def test_the_file_of_the_page_is_valid():
    (text,) = PAGE.blocks("yaml")
    assert parse_document(Source("page", text), CredenceGoodsSpec).treatments == ("tune-up", "new-engine")


def test_every_measure_is_explained():
    for name in MEASURE_KINDS:
        assert f"`{name}`" in PAGE.text, name
