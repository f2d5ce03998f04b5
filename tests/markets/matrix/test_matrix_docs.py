"""The page docs/markets/matrix.md says what the code does."""

from agoranomos.documents import Source, parse_document
from agoranomos.markets import load_market
from agoranomos.markets.matrix import MatrixSpec
from agoranomos.markets.matrix.measures import MEASURE_KINDS
from agoranomos.workspace import Workspace
from markets.market_page import MarketPage, MarketPageConformance

PAGE = MarketPage("matrix")
LIBRARY = [
    "prisoners-dilemma",
    "stag-hunt",
    "battle-of-the-sexes",
    "chicken",
    "matching-pennies",
    "rock-paper-scissors",
    "volunteers-dilemma",
    "weakest-link",
]


def benchmark_table(workspace):
    lines = ["| game | pure equilibria | benchmark | played | payoffs |", "|---|---|---|---|---|"]
    for name in LIBRARY:
        market = load_market(name, workspace)
        pure = "; ".join(", ".join(named(market, profile)) for profile in market.pure_equilibria()) or "none"
        for benchmark, profile in market.benchmarks.items():
            played = "; ".join(
                said(market.spec.actions[agent], part) for agent, part in zip(market.spec.agents, profile, strict=True)
            )
            payoffs = ", ".join(number(p / 1e6) for p in market.facts.benchmarks[benchmark]["profit_e6"])
            lines.append(f"| `{name}` | {pure} | {benchmark} | {played} | {payoffs} |")
            pure = ""
    return "\n".join(lines)


def named(market, profile):
    return [market.spec.actions[agent][k] for agent, k in zip(market.spec.agents, profile, strict=True)]


def said(actions, probabilities):
    if max(probabilities) == 1:
        return actions[list(probabilities).index(1)]
    return " ".join(f"{number(share)} {action}" for action, share in zip(actions, probabilities, strict=True))


def number(value):
    return f"{value:.4f}".rstrip("0").rstrip(".")


class TestPage(MarketPageConformance):
    page = "matrix"
    measures = MEASURE_KINDS

    def table(self, workspace):
        return benchmark_table(workspace)


def test_the_file_of_the_page_is_valid():
    (text,) = PAGE.blocks("yaml")
    assert parse_document(Source("page", text), MatrixSpec).sizes == (2, 2)


def test_the_default_is_the_file_of_its_name(tmp_path):
    assert load_market("prisoners-dilemma", Workspace(tmp_path, "test")).spec == MatrixSpec()
