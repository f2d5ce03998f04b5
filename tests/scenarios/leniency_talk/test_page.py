"""The page names what there is, and its table of patience is what theory gives."""

import re
from pathlib import Path

import pytest

from agoranomos.scenarios import COMMON_KINDS, leniency_talk_v0
from agoranomos.scenarios.leniency_talk import theory
from agoranomos.scenarios.leniency_talk.measures import MEASURE_KINDS
from agoranomos.scenarios.leniency_talk.spec import LeniencyTalkSpec
from agoranomos.workspace import find_workspace, list_names

PAGE = (Path(__file__).parents[3] / "docs" / "scenarios" / "leniency-talk.md").read_text()
REGIMES = ("none", "fine", "immunity", "reward", "ringleader-excluded")
COLUMNS = ({}, {"evidence_lasts": 1}, {"detection": 0.0}, {"detection": 0.3}, {"detection": 0.4})


def cell(regime, keys):
    scenario = leniency_talk_v0.parallel_env(enforcement=regime, **keys)
    if theory.deterred(scenario.spec, scenario.stakes):
        return "deterred"
    found = theory.critical_discount(scenario.spec, scenario.stakes)
    return "none" if found is None else f"{float(found):.3f}"


def test_the_table_of_patience_is_that_of_theory():
    rows = [f"| `{regime}` | {' | '.join(cell(regime, keys) for keys in COLUMNS)} |" for regime in REGIMES]
    found = re.search(r"<!-- patience -->\n(.*?)\n<!-- /patience -->", PAGE, re.DOTALL)
    assert found is not None
    assert found[1].splitlines()[2:] == rows


@pytest.mark.parametrize("measure", sorted(MEASURE_KINDS.keys() - COMMON_KINDS.keys()))
def test_every_measure_is_named(measure):
    assert f"`{measure.removesuffix('_e6')}`" in PAGE


@pytest.mark.parametrize("item", LeniencyTalkSpec.ITEMS)
def test_every_item_is_named(item):
    assert f"| `{item}` |" in PAGE


@pytest.mark.parametrize(
    "key",
    ["firms", "industry", "demand", "enforcement", "detection", "fine", "reward", "false_report", "evidence_lasts"],
)
def test_every_key_of_its_own_is_named(key):
    assert key in LeniencyTalkSpec.model_fields
    assert f"`{key}`" in PAGE


def test_every_file_is_named():
    files = [one.name for one in list_names("scenarios", find_workspace(Path(__file__).parent))]
    own = [name for name in files if name.startswith("leniency-talk")]
    assert own
    assert [name for name in own if f"`{name}`" not in PAGE] == []
