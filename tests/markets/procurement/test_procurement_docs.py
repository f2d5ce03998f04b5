"""The page docs/markets/procurement.md says what the code does: its table is computed and its examples run."""

import pytest

from agoranomos.documents import Source, parse_document
from agoranomos.markets import load_market
from agoranomos.markets.procurement import ProcurementSpec
from agoranomos.markets.procurement.measures import MEASURE_KINDS
from agoranomos.workspace import Workspace
from markets.market_page import MarketPage

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


def test_the_benchmark_table_is_what_the_code_computes(tmp_path):
    assert PAGE.between("benchmarks") == benchmark_table(Workspace(tmp_path, "docs"))


@pytest.mark.parametrize("code", PAGE.blocks("python"))
def test_the_examples_run(code):
    PAGE.run(code)


def test_the_file_of_the_page_is_valid():
    (text,) = PAGE.blocks("yaml")
    spec = parse_document(Source("page", text), ProcurementSpec)
    assert spec.firms == ("north", "south", "east")
    assert spec.cost[2] == (70, 120)


def test_every_measure_is_explained():
    for name in MEASURE_KINDS:
        assert f"`{name}`" in PAGE.text, name
