"""The page docs/markets/double-auction.md says what the code does: its table is computed and its examples run."""

import pytest

from agoranomos.documents import Source, parse_document
from agoranomos.markets import load_market
from agoranomos.markets.double_auction import DoubleAuctionSpec
from agoranomos.markets.double_auction.measures import MEASURE_KINDS
from agoranomos.workspace import Workspace
from markets.market_page import MarketPage

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


def test_the_benchmark_table_is_what_the_code_computes(tmp_path):
    assert PAGE.between("benchmarks") == benchmark_table(Workspace(tmp_path, "docs"))


@pytest.mark.parametrize("code", PAGE.blocks("python"))
def test_the_examples_run(code):
    PAGE.run(code)


def test_the_file_of_the_page_is_valid():
    (text,) = PAGE.blocks("yaml")
    spec = parse_document(Source("page", text), DoubleAuctionSpec)
    assert spec.traders == ("anna", "boris", "carla")


def test_every_measure_is_explained():
    for name in MEASURE_KINDS:
        assert f"`{name}`" in PAGE.text, name
