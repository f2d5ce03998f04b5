"""The page docs/markets/bertrand-investment.md says what the code does."""

import re
from pathlib import Path

import pytest

from agoranomos.documents import Source, parse_document
from agoranomos.markets import load_market
from agoranomos.markets.bertrand_investment import BertrandInvestmentSpec
from agoranomos.markets.bertrand_investment.clear import conduct
from agoranomos.markets.bertrand_investment.measures import MEASURE_KINDS
from agoranomos.workspace import Workspace

PAGE = Path(__file__).parents[3] / "docs" / "markets" / "bertrand-investment.md"
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


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", PAGE.read_text(), re.DOTALL)


def test_the_benchmark_table_is_what_the_code_computes():
    table = re.search(r"<!-- benchmarks -->\n(.*?)\n<!-- /benchmarks -->", PAGE.read_text(), re.DOTALL)
    assert table is not None
    assert table.group(1).strip() == benchmark_table()


def test_what_the_page_says_of_these_numbers():
    spec = BertrandInvestmentSpec()
    first, divided, both = (conduct(spec, COSTS[k]) for k in (0, 2, 3))
    assert round(float((first["monopoly"].price - first["nash"].price).max()), 2) == 0.13
    assert divided["nash"].operating_profit[0] > both["nash"].operating_profit[0]


@pytest.mark.parametrize("code", blocks("python"))
def test_the_examples_run(code):
    exec(compile(code, str(PAGE), "exec"), {})


def test_the_file_of_the_page_has_the_defaults(tmp_path):
    spec = parse_document(Source("page", blocks("yaml")[0]), BertrandInvestmentSpec)
    fields = {"name", "firms", "goods"}
    assert spec.model_dump(exclude=fields) == BertrandInvestmentSpec().model_dump(exclude=fields)
    assert load_market("bertrand-investment", Workspace(tmp_path, "docs")).spec == BertrandInvestmentSpec()


def test_every_measure_is_explained():
    for name in MEASURE_KINDS:
        assert f"`{name}`" in PAGE.read_text(), name
