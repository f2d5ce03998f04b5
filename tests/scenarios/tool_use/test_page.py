"""The page docs/scenarios/tool-use.md, held against the code."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from agoranomos.scenarios import COMMON_KINDS
from agoranomos.scenarios.scenario_spec import NetworkedSpec
from agoranomos.scenarios.tool_use import DIRECT, TOOL, ToolUseSpec, break_even
from agoranomos.scenarios.tool_use.items import EASY, HARD
from agoranomos.scenarios.tool_use.outcome import MEASURE_KINDS
from agoranomos.scenarios.tool_use.payoffs import earned
from agoranomos.scenarios.tool_use.sandbox import Limits, inside

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs/scenarios/tool-use.md").read_text()


def test_the_payoffs_are_those_of_the_code():
    spec, rows = ToolUseSpec(), []
    for hard, name in ((False, "easy"), (True, "hard")):
        cells = [
            f"{earned(spec, hard=hard, route=route, right=right):.2f}"
            for route in (DIRECT, TOOL)
            for right in (True, False)
        ]
        rows.append(f"| {' | '.join([name, *cells, f'{break_even(spec, hard=hard):.3f}'])} |")
    table = re.search(r"<!-- payoffs -->\n(.*)<!-- /payoffs -->", PAGE, re.DOTALL)[1].splitlines()
    assert table[2:] == rows


@pytest.mark.parametrize("kind", [*EASY, *HARD])
def test_every_kind_of_item_is_named(kind):
    assert f"`{kind}`" in PAGE


def test_every_key_and_measure_is_explained():
    own = set(ToolUseSpec.model_fields) - set(NetworkedSpec.model_fields) - {"item_seed", "direct_first"}
    names = own | {name.removesuffix("_e6") for name in set(MEASURE_KINDS) - set(COMMON_KINDS)}
    assert {name for name in names if f"`{name}`" not in PAGE} == set()


def test_every_file_and_roster_is_listed():
    names = [path.stem for path in (ROOT / "scenarios").glob("tool-use*.yaml")]
    names += [path.stem for path in (ROOT / "agents").glob("tool-using*.yaml")]
    assert len(names) == 10
    assert [name for name in names if f"`{name}`" not in PAGE] == []


def test_the_limits_are_those_of_the_code():
    limits = Limits()
    assert (limits.seconds, limits.memory, limits.output) == (5.0, 2**30, 2000)
    assert len(inside.ALLOWED["x86_64"]) in range(35, 45)
