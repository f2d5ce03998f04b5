"""The page docs/scenarios/trade-report.md, held against the code."""

import re
from pathlib import Path

from agoranomos.scenarios import COMMON_KINDS, DelegatedSpec
from agoranomos.scenarios.trade_report import Terms, TradeReportSpec, solve
from agoranomos.scenarios.trade_report.env import RULES
from agoranomos.scenarios.trade_report.measures import MEASURE_KINDS

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs/scenarios/trade-report.md").read_text()
SAID = {(0, 0): "clean", (1, 0): "breach, own up", (1, 1): "breach, conceal, deny"}


def test_the_table_of_theory_is_that_of_the_code():
    for risk, chance in (("1/4", 0.25), ("1/2", 0.5), ("1", 1.0)):
        cells = []
        for amnesty in (0.0, 0.5, 1.0):
            best = solve(Terms.of(TradeReportSpec(audit_probability=chance, amnesty=amnesty)))
            cells.append(SAID[best.trade, best.report * best.trade])
            assert not (best.trade and best.report) or best.answer
        assert re.search(rf"\| r = {risk} \| (.*) \|", PAGE)[1].split(" | ") == cells


def test_every_key_measure_play_file_and_roster_is_named():
    keys = set(TradeReportSpec.model_fields) - set(DelegatedSpec.model_fields)
    names = keys | {name.removesuffix("_e6") for name in set(MEASURE_KINDS) - set(COMMON_KINDS)} | set(RULES)
    names |= {path.stem for folder in ("scenarios", "agents") for path in (ROOT / folder).glob("trade-report*.yaml")}
    assert {name for name in names if f"`{name}`" not in PAGE} == set()
