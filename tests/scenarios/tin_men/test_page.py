"""The page of tin men says what the code does."""

import re
from pathlib import Path

import pytest

from agoranomos.scenarios.measures import COMMON_KINDS
from agoranomos.scenarios.tin_men.measures import MEASURE_KINDS
from agoranomos.scenarios.tin_men.outcome import round_of
from agoranomos.scenarios.tin_men.scripted import SCRIPTED
from agoranomos.scenarios.tin_men.spec import TinMenSpec
from agoranomos.workspace import find_workspace

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "scenarios" / "tin-men.md").read_text()
HEAD = ["| story | bought | assistant | customer | company | others |", "|---|---|---|---|---|---|"]


def test_the_payoffs_are_those_of_the_page():
    rows = []
    for story in ("vehicle", "film"):
        spec = TinMenSpec(menu="faithful", domain=story).drawn(0)
        for choice, told in ((0, "P1, the customer's best"), (1, "P2, the company's best")):
            found = round_of(spec, ((choice, 0),), (False,))
            paid = (*found.profit, found.customer, found.company, found.third_party)
            rows.append(f"| {story} | {told} | {' | '.join(f'{one:.1f}' for one in paid)} |")
    shown = re.search(r"<!-- payoffs -->\n(.*?)\n<!-- /payoffs -->", PAGE, re.DOTALL)
    assert shown is not None
    assert shown.group(1) == "\n".join([*HEAD, *rows])


@pytest.mark.parametrize("measure", sorted(MEASURE_KINDS.keys() - COMMON_KINDS.keys()))
def test_every_measure_is_named(measure):
    assert f"`{measure.removesuffix('_e6')}`" in PAGE


@pytest.mark.parametrize("key", sorted(TinMenSpec.model_fields.keys()))
def test_every_key_is_named(key):
    everywhere = {
        "kind",
        "version",
        "type",
        "name",
        "rounds",
        "continuation",
        "talk",
        "labels",
        "fabricated",
        "options",
    }
    assert key in everywhere or f"`{key}`" in PAGE or f"`{key}:" in PAGE


@pytest.mark.parametrize("play", SCRIPTED)
def test_every_scripted_assistant_is_named(play):
    assert f"`{play}`" in PAGE


@pytest.mark.parametrize("folder", ["scenarios", "campaigns"])
def test_every_file_is_named(folder):
    names = [path.stem for path in (find_workspace(None).root / folder).glob("*tin-men*.yaml")]
    assert len(names) >= 5
    for name in names:
        assert f"`{name}`" in PAGE


def test_what_the_untrue_sentence_looks_like():
    assert "R07 has the highest rating\nfor green" in PAGE
