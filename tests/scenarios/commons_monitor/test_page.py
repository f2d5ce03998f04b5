"""What the page says: its arms, its measures, and its keys."""

import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from scenarios.commons_monitor.lakes import lake, played

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "scenarios" / "commons-monitor.md").read_text()
ARMS = YAML(typ="safe").load(re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)[-1])


@pytest.mark.parametrize("arm", ARMS)
def test_every_arm_of_the_page_is_played(arm):
    keys = ARMS[arm]
    measures = played(lake(**keys), "comply")
    assert len(measures) == 12
    assert {found["share_free_violated_e6"] for found in measures} == {0}


def test_every_measure_of_its_own_is_on_the_page():
    from agoranomos.scenarios.measures import COMMON_KINDS

    own = [name.removesuffix("_e6") for name in lake().facts.measures if name not in COMMON_KINDS]
    assert [name for name in own if f"`{name}`" not in PAGE] == []


def test_every_play_and_key_is_on_the_page():
    scenario = lake()
    assert [name for name in scenario.plays("fisher_1") if f"`{name}`" not in PAGE] == []
    common = {"kind", "version", "type", "name", "rounds", "continuation", "talk", "labels", "turn", "order_seed"}
    keys = [key for key in type(scenario.spec).model_fields if key not in common | {"characters"}]
    assert [key for key in keys if f"`{key}" not in PAGE] == []
