"""The page docs/markets/cournot.md says what the code does: its table is computed and its examples run."""

from agoranomos.documents import Source, parse_document
from agoranomos.markets import CournotSpec, load_market
from agoranomos.markets.cournot.measures import FIRM_PRICE, MEASURE_KINDS
from markets.market_page import MarketPage, MarketPageConformance

PAGE = MarketPage("cournot")
LIBRARY = [
    "cournot-duopoly",
    "cournot-duopoly-symmetric",
    "cournot-duopoly-tight",
    "cournot-triopoly",
    "cournot-differentiated",
]


def number(value):
    return f"{value:.4f}".rstrip("0").rstrip(".")


def shown(values):
    """Numbers, once where all are the same."""
    texts = [number(value) for value in values]
    return texts[0] if len(set(texts)) == 1 else ", ".join(texts)


def benchmark_table(workspace):
    lines = [
        "| market | outcome | quantities | price | profit | CS | welfare | HHI |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name in LIBRARY:
        market = load_market(name, workspace)
        for outcome_name, at in market.benchmarks.outcomes().items():
            hhi = market.facts.benchmarks[outcome_name]["hhi_e6"]
            rows = "; ".join(", ".join(number(q) for q in row) for row in at.quantity)
            cells = [rows, shown(at.price), shown(at.profit), shown([at.consumer_surplus]), shown([at.welfare])]
            lines.append(f"| `{name}` | {outcome_name} | {' | '.join(cells)} | {shown([h / 1e6 for h in hhi])} |")
    return "\n".join(lines)


class TestPage(MarketPageConformance):
    page = "cournot"
    measures = (*MEASURE_KINDS, *FIRM_PRICE)

    def table(self, workspace):
        return benchmark_table(workspace)


def test_the_files_of_the_page_are_valid():
    text, entrants, mills = PAGE.blocks("yaml")
    assert parse_document(Source("page", entrants), CournotSpec).comes_and_goes
    assert parse_document(Source("page", mills), CournotSpec).labels.unit == "kg"
    spec = parse_document(Source("page", text), CournotSpec)
    assert spec.firms == ("north", "south")
    assert spec.beta == (2, 4)
