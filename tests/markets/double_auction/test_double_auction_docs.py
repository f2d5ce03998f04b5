"""The page docs/markets/double-auction.md says what the code does: its table is computed and its examples run."""

from agoranomos.documents import Source, parse_document
from agoranomos.markets import load_market
from agoranomos.markets.double_auction import DoubleAuctionSpec
from agoranomos.markets.double_auction.measures import MEASURE_KINDS
from markets.market_page import MarketPage, MarketPageConformance

PAGE = MarketPage("double-auction")
LIBRARY = ["double-auction-continuous", "double-auction-clearing-house", "double-auction-drawn"]


def benchmark_table(workspace):
    lines = ["| market | units a day | competitive prices | greatest surplus |", "|---|---|---|---|"]
    for name in LIBRARY:
        found = load_market(name, workspace).equilibrium
        seed = " (seed 0)" if name.endswith("drawn") else ""
        numbers = f"{found.quantity} | {found.low:.4g} to {found.high:.4g} | {found.surplus:.6g}"
        lines.append(f"| `{name}`{seed} | {numbers} |")
    return "\n".join(lines)


class TestPage(MarketPageConformance):
    page = "double-auction"
    measures = MEASURE_KINDS

    def table(self, workspace):
        return benchmark_table(workspace)


def test_the_file_of_the_page_is_valid():
    (text,) = PAGE.blocks("yaml")
    spec = parse_document(Source("page", text), DoubleAuctionSpec)
    assert spec.traders == ("anna", "boris", "carla")
