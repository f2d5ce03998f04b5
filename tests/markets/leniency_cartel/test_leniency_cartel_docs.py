"""The page docs/markets/leniency-cartel.md says what the code does."""

from agoranomos.documents import Source, parse_document
from agoranomos.markets import load_market
from agoranomos.markets.leniency_cartel import LeniencyCartelSpec
from agoranomos.markets.leniency_cartel.measures import MEASURE_KINDS
from markets.market_page import MarketPage, MarketPageConformance

PAGE = MarketPage("leniency-cartel")


def benchmark_table(workspace):
    lines = ["| market | benchmark | place | price | profit | CS | welfare |", "|---|---|---|---|---|---|---|"]
    for name in ("leniency-cartel", "leniency-cartel-triopoly"):
        market = load_market(name, workspace)
        for benchmark, place in market.benchmarks.items():
            at = market.facts.benchmarks[benchmark]
            numbers = [at["profit_e6"][0], at["consumer_surplus_e6"], at["welfare_e6"]]
            cells = [str(place), f"{market.spec.price(place):g}", *(f"{n / 1e6:.6g}" for n in numbers)]
            lines.append(f"| `{name}` | {benchmark} | {' | '.join(cells)} |")
    return "\n".join(lines)


class TestPage(MarketPageConformance):
    page = "leniency-cartel"
    measures = MEASURE_KINDS

    def table(self, workspace):
        return benchmark_table(workspace)


def test_the_file_of_the_page_is_valid():
    (text,) = PAGE.blocks("yaml")
    assert parse_document(Source("page", text), LeniencyCartelSpec).evidence_lasts == 50
