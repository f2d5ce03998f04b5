"""The page docs/markets/procurement.md says what the code does: its table is computed and its examples run."""

from agoranomos.documents import Source, parse_document
from agoranomos.markets import load_market
from agoranomos.markets.procurement import ProcurementSpec
from agoranomos.markets.procurement.measures import MEASURE_KINDS
from markets.market_page import MarketPage, MarketPageConformance

PAGE = MarketPage("procurement")
LIBRARY = ["procurement-first-price", "procurement-second-price", "procurement-unequal"]


def shown(values):
    """Numbers to four digits, once where all are the same."""
    texts = [f"{value:.4f}".rstrip("0").rstrip(".") for value in values]
    return texts[0] if len(set(texts)) == 1 else ", ".join(texts)


def benchmark_table(workspace):
    lines = [
        "| market | outcome | bought | price | profit | buyer's surplus | welfare |",
        "|---|---|---|---|---|---|---|",
    ]
    for name in LIBRARY:
        for outcome, mean in load_market(name, workspace).benchmarks.outcomes().items():
            numbers = [[mean.awarded], [mean.price], mean.profit, [mean.consumer_surplus], [mean.welfare]]
            lines.append(f"| `{name}` | {outcome} | {' | '.join(map(shown, numbers))} |")
    return "\n".join(lines)


class TestPage(MarketPageConformance):
    page = "procurement"
    measures = MEASURE_KINDS

    def table(self, workspace):
        return benchmark_table(workspace)


def test_the_file_of_the_page_is_valid():
    (text,) = PAGE.blocks("yaml")
    spec = parse_document(Source("page", text), ProcurementSpec)
    assert spec.firms == ("north", "south", "east")
    assert spec.cost[2] == (70, 120)
