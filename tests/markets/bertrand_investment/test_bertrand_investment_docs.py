"""The page docs/markets/bertrand-investment.md says what the code does."""

import pytest

from agoranomos.documents import Source, parse_document
from agoranomos.markets import load_market
from agoranomos.markets.bertrand_investment import BertrandInvestmentSpec
from agoranomos.markets.bertrand_investment.clear import conduct
from agoranomos.markets.bertrand_investment.measures import MEASURE_KINDS
from agoranomos.workspace import Workspace
from markets.market_page import MarketPage

PAGE = MarketPage("bertrand-investment")
COSTS = (
    ((100.0, 100.0), (100.0, 100.0)),
    ((50.0, 100.0), (100.0, 100.0)),
    ((50.0, 100.0), (100.0, 50.0)),
    ((50.0, 50.0), (50.0, 50.0)),
)


def benchmark_table():
    lines = ["| unit costs | outcome | prices | profit before investment |", "|---|---|---|---|"]
    for cost in COSTS:
        for name in ("nash", "monopoly"):
            at = conduct(BertrandInvestmentSpec(), cost)[name]
            costs, prices = (
                "; ".join(", ".join(form(cell) for cell in row) for row in rows)
                for rows, form in ((cost, "{:g}".format), (at.price, "{:.2f}".format))
            )
            lines.append(f"| {costs} | {name} | {prices} | {', '.join(f'{p:.0f}' for p in at.operating_profit)} |")
    return "\n".join(lines)


def test_the_benchmark_table_is_what_the_code_computes():
    assert PAGE.between("benchmarks") == benchmark_table()


def test_what_the_page_says_of_these_numbers():
    spec = BertrandInvestmentSpec()
    first, divided, both = (conduct(spec, COSTS[k]) for k in (0, 2, 3))
    assert round(float((first["monopoly"].price - first["nash"].price).max()), 2) == 0.13
    assert divided["nash"].operating_profit[0] > both["nash"].operating_profit[0]


@pytest.mark.parametrize("code", PAGE.blocks("python"))
def test_the_examples_run(code):
    PAGE.run(code)


def test_the_file_of_the_page_has_the_defaults(tmp_path):
    spec = parse_document(Source("page", PAGE.blocks("yaml")[0]), BertrandInvestmentSpec)
    fields = {"name", "firms", "goods"}
    assert spec.model_dump(exclude=fields) == BertrandInvestmentSpec().model_dump(exclude=fields)
    assert load_market("bertrand-investment", Workspace(tmp_path, "docs")).spec == BertrandInvestmentSpec()


def test_every_measure_is_explained():
    for name in MEASURE_KINDS:
        assert f"`{name}`" in PAGE.text, name
