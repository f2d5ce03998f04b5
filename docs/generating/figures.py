"""Figures within pages that are otherwise written by hand: a market's benchmarks, and what single measurements came to.

A page asks with `<!-- benchmarks MARKET -->`, `<!-- performance SCRIPT -->` or `<!-- kept MEASUREMENT -->`; what is
written there ends with `<!-- end of figures -->`.
"""

from __future__ import annotations

import json
import re
from typing import Any

from generating.performance import as_table, tables
from generating.places import DOCS, MEASUREMENTS

ASKED = re.compile(
    r"<!-- (?P<what>benchmarks|performance|kept) (?P<name>[a-z0-9_-]+) -->\n.*?<!-- end of figures -->", re.DOTALL
)


def with_figures(page: str) -> str:
    """The page with what it asks for; raises `KeyError` where nothing of that name was measured."""

    def figures(match: re.Match[str]) -> str:
        text = WRITTEN[match["what"]](match["name"])
        return f"<!-- {match['what']} {match['name']} -->\n\n{text}\n\n<!-- end of figures -->"

    return ASKED.sub(figures, page)


def benchmarks(name: str) -> str:
    """A market's benchmarks as a table, and what one round of the joint optimum is worth to whom."""
    from agoranomos.markets import load_market
    from agoranomos.workspace import find_workspace

    found = load_market(name, find_workspace()).facts.benchmarks
    lines = ["| in a round | price | a firm's profit | consumer surplus | welfare |", "|---|---:|---:|---:|---:|"]
    for benchmark, measures in found.items():
        cells = [mean(measures[measure]) for measure in ("price_e6", "profit_e6", "consumer_surplus_e6", "welfare_e6")]
        lines.append(f"| `{benchmark}` | {' | '.join(f'{cell:,.2f}' for cell in cells)} |")
    nash, joint = found["nash"], found["monopoly"]
    rent = mean(joint["profit_e6"]) - mean(nash["profit_e6"])
    harm = mean(nash["consumer_surplus_e6"]) - mean(joint["consumer_surplus_e6"])
    worth = (
        f"A round of joint monopoly in the place of a round of Nash play is worth **{rent:,.2f}** to each firm of "
        f"`{name}`, and costs consumers **{harm:,.2f}**."
    )
    return "\n".join([*lines, "", worth])


def mean(measure: Any) -> float:
    """The mean over goods or firms of a measure in millionths, in its unit."""
    values = measure if isinstance(measure, tuple) else (measure,)
    return float(sum(values)) / len(values) / 1e6


def performance(name: str) -> str:
    """The tables of one script of `make bench`, and its command."""
    measured = json.loads((DOCS / "performance.json").read_text())["measurements"][name]
    written = "\n".join(as_table(rows) for rows in tables(measured["figures"]))
    return f"{written}\n    {measured['command']}"


def kept(name: str) -> str:
    """What a measurement came to, as one sentence."""
    return SENTENCES[name](json.loads((MEASUREMENTS / f"{name}.json").read_text()))


def kills(found: dict[str, Any]) -> str:
    """Campaigns that were killed, and what broke."""
    return (
        f"Sessions of {len(found['campaigns'])} kinds of campaign were killed with -9 at {found['kills']} random "
        f"moments, and given the same command again. {found['acknowledgements_checked']:,} acknowledged entries were "
        f"looked for afterwards; promises broken: {found['broken']}."
    )


def compiled(found: dict[str, Any]) -> str:
    """The compiled judge against the interpreted one."""
    return (
        f"{found['rounds']:,} random rounds under {found['institutions']:,} random institutions "
        f"({found['firm_rounds']:,} decisions on a firm's standing) were judged by both; decisions that differ: "
        f"{found['disagreements']}."
    )


WRITTEN = {"benchmarks": benchmarks, "performance": performance, "kept": kept}
SENTENCES = {"kills": kills, "compiled_judge": compiled}
