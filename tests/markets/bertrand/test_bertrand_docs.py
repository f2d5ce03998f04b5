"""The page docs/markets/bertrand.md says what the code does: its table is computed and its examples run."""

from agoranomos.documents import Source, parse_document
from agoranomos.markets import load_market
from agoranomos.markets.bertrand import BertrandSpec
from agoranomos.markets.bertrand.markov_perfect import edgeworth_cycle, kinked_demand
from agoranomos.markets.bertrand.measures import MEASURE_KINDS
from agoranomos.workspace import Workspace
from markets.market_page import MarketPage, MarketPageConformance

PAGE = MarketPage("bertrand")
LIBRARY = [
    "bertrand-calvano",
    "bertrand-logit",
    "bertrand-triopoly",
    "bertrand-hotelling",
    "bertrand-salop",
    "bertrand-sequential",
]


def number(value):
    return f"{value:.4f}".rstrip("0").rstrip(".")


def shown(values):
    """Numbers, once where all are the same."""
    texts = [number(value) for value in values]
    return texts[0] if len(set(texts)) == 1 else ", ".join(texts)


def benchmark_table(workspace):
    lines = ["| market | outcome | price | quantity | profit | CS | welfare |", "|---|---|---|---|---|---|---|"]
    for name in LIBRARY:
        market = load_market(name, workspace)
        for outcome_name, at in market.benchmarks.outcomes().items():
            if outcome_name == "efficient":
                continue
            cells = [shown(at.price), shown(at.quantity), shown(at.profit)]
            cells += [number(float(at.consumer_surplus)), number(float(at.welfare))]
            lines.append(f"| `{name}` | {outcome_name} | {' | '.join(cells)} |")
    return "\n".join(lines)


class TestPage(MarketPageConformance):
    page = "bertrand"
    measures = MEASURE_KINDS

    def table(self, workspace):
        return benchmark_table(workspace)


def test_the_chances_of_waiting_are_what_the_code_computes():
    assert PAGE.between("kink") == f"{kinked_demand(0.9)[0, 1, 1]:.4f}"
    assert PAGE.between("edgeworth") == f"{edgeworth_cycle(0.9)[0, 0, 0]:.4f}"


def test_the_file_of_the_page_is_valid():
    text = PAGE.blocks("yaml")[0]
    spec = parse_document(Source("page", text), BertrandSpec)
    assert spec.firms == ("north", "south")
    assert spec.cost == (1.0, 1.1)


def test_the_default_is_the_librarys_file(tmp_path):
    spec = load_market("bertrand-calvano", Workspace(tmp_path, "docs")).spec
    assert spec == BertrandSpec()
