"""The page docs/markets/procurement.md says what the code does: its table is computed and its examples run."""

import re
from pathlib import Path

import pytest

from agoranomos.documents import Source, parse_document
from agoranomos.markets import load_market
from agoranomos.markets.procurement import ProcurementSpec
from agoranomos.markets.procurement.measures import MEASURE_KINDS
from agoranomos.workspace import Workspace

PAGE = Path(__file__).parents[3] / "docs" / "markets" / "procurement.md"
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


def blocks(language):
    return re.findall(rf"```{language}\n(.*?)```", PAGE.read_text(), re.DOTALL)


def test_the_benchmark_table_is_what_the_code_computes(tmp_path):
    table = re.search(r"<!-- benchmarks -->\n(.*?)\n<!-- /benchmarks -->", PAGE.read_text(), re.DOTALL)
    assert table is not None
    assert table.group(1).strip() == benchmark_table(Workspace(tmp_path, "docs"))


@pytest.mark.parametrize("code", blocks("python"))
def test_the_examples_run(code):
    exec(compile(code, str(PAGE), "exec"), {})


def test_the_file_of_the_page_is_valid():
    (text,) = blocks("yaml")
    spec = parse_document(Source("page", text), ProcurementSpec)
    assert spec.firms == ("north", "south", "east")
    assert spec.cost[2] == (70, 120)


def test_every_measure_is_explained():
    for name in MEASURE_KINDS:
        assert f"`{name}`" in PAGE.read_text(), name
