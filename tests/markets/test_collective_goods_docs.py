"""The pages of the commons, the public goods and the threshold public goods say what the code does."""

import re
from pathlib import Path

import pytest

from agoranomos.documents import Source
from agoranomos.markets import load_market, parse_market
from agoranomos.markets.catalogue import build_market
from agoranomos.markets.commons.measures import MEASURE_KINDS as COMMONS
from agoranomos.markets.public_goods.measures import MEASURE_KINDS as PUBLIC_GOODS
from agoranomos.markets.threshold_public_goods import ThresholdPublicGoodsSpec, equilibria
from agoranomos.markets.threshold_public_goods.measures import MEASURE_KINDS as THRESHOLD
from agoranomos.workspace import Workspace

DOCS = Path(__file__).parents[2] / "docs" / "markets"
PAGES = {"commons": COMMONS, "public-goods": PUBLIC_GOODS, "threshold-public-goods": THRESHOLD}
GROUPS = [f"threshold-public-goods{end}" for end in ("", "-high", "-tipping", "-costly")]
LAKES = ["commons-fishery", "commons-pasture", "commons-pollution", "commons-logistic", "commons-fish-war"]


def page(name):
    return (DOCS / f"{name}.md").read_text()


def blocks(language):
    return [
        pytest.param(code, id=f"{name}-{k}")
        for name in PAGES
        for k, code in enumerate(re.findall(rf"```{language}\n(.*?)```", page(name), re.DOTALL))
    ]


def marked(name, mark):
    found = re.search(rf"<!-- {mark} -->\n(.*?)\n<!-- /{mark} -->", page(name), re.DOTALL)
    assert found is not None
    return found.group(1).strip()


def number(value):
    return f"{value:.4f}".rstrip("0").rstrip(".")


def lakes(workspace):
    lines = ["| market | benchmark | stock | take of all | profit |", "|---|---|---|---|---|"]
    for name in LAKES:
        for benchmark, at in load_market(name, workspace).facts.benchmarks.items():
            cells = [at["stock_e6"], at["total_take_e6"], at["profit_e6"][0]]
            lines.append(f"| `{name}` | `{benchmark}` | {' | '.join(number(cell / 1e6) for cell in cells)} |")
    return "\n".join(lines)


def test_the_commons_settle_where_the_page_says(tmp_path):
    assert marked("commons", "benchmarks") == lakes(Workspace(tmp_path, "docs"))


def tipping_points():
    ratios = (0.25, 0.5, 1, 2, 4)
    lines = ["| t | " + " | ".join(f"k = {number(k)}" for k in ratios) + " |", "|---" * 6 + "|"]
    for threshold in (2, 4, 6, 8):
        points = []
        for ratio in ratios:
            gain = 1 + 0.2 * ratio
            spec = ThresholdPublicGoodsSpec(threshold=threshold, success_contributor=gain, success_other=gain)
            (point,) = equilibria(spec).mixed
            points.append(f"{point:.3f}")
        lines.append(f"| {threshold} | {' | '.join(points)} |")
    return "\n".join(lines)


def groups(workspace):
    lines = [
        "| market | pure: contributors | symmetric mixed | `nash` | `efficient` | payoffs of all at either |",
        "|---|---|---|---|---|---|",
    ]
    for name in GROUPS:
        market = load_market(name, workspace)
        found, welfare = market.equilibria, [b["welfare_e6"] / 1e6 for b in market.facts.benchmarks.values()]
        cells = [", ".join(map(str, found.pure)), ", ".join(f"{q:.3f}" for q in found.mixed)]
        cells += [str(market.contributors[b]) for b in ("nash", "efficient")] + [", ".join(map(number, welfare))]
        lines.append(f"| `{name}` | {' | '.join(cells)} |")
    return "\n".join(lines)


def test_the_equilibria_are_those_of_the_page(tmp_path):
    assert marked("threshold-public-goods", "tipping") == tipping_points()
    assert marked("threshold-public-goods", "equilibria") == groups(Workspace(tmp_path, "docs"))


@pytest.mark.parametrize("code", blocks("python"))
def test_the_examples_run(code):
    exec(compile(code, "page", "exec"), {})


@pytest.mark.parametrize("text", blocks("yaml"))
def test_the_files_are_valid(text):
    assert build_market(parse_market(Source("page", text))).possible_agents


@pytest.mark.parametrize("name", PAGES)
def test_every_measure_is_explained(name):
    for measure in PAGES[name]:
        assert f"`{measure}`" in page(name), measure
