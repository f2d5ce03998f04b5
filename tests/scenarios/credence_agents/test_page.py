"""What the page says: its arms, its measures, its keys, and its equilibria."""

import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from scenarios.credence_agents.trades import played, trade

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "scenarios" / "credence-agents.md").read_text()
ARMS = YAML(typ="safe").load(re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)[-1])


@pytest.mark.parametrize("arm", ARMS)
def test_every_arm_of_the_page_is_played(arm):
    keys = ARMS[arm]
    measures = played(trade(**keys), "comply")
    assert len(measures) == 16
    assert {found["share_violated_e6"] for found in measures} == {0}


def test_every_measure_of_its_own_is_on_the_page():
    from agoranomos.scenarios.measures import COMMON_KINDS

    for seats in ("experts", "assistants"):
        own = [name.removesuffix("_e6") for name in trade(seats=seats).facts.measures if name not in COMMON_KINDS]
        assert [name for name in own if f"`{name}`" not in PAGE] == []


def test_every_play_and_key_is_on_the_page():
    for seats in ("experts", "assistants"):
        scenario = trade(seats=seats)
        assert [name for name in scenario.plays(scenario.possible_agents[0]) if f"`{name}`" not in PAGE] == []
    common = {"kind", "version", "type", "name", "rounds", "continuation", "talk", "labels", "turn", "order_seed"}
    keys = [key for key in type(scenario.spec).model_fields if key not in common | {"characters"}]
    assert [key for key in keys if f"`{key}" not in PAGE] == []


def test_the_equilibria_of_the_page_are_those_of_the_market():
    from agoranomos.scenarios.credence_agents.theory import equilibrium

    for institution in ("none", "verifiability", "liability", "both"):
        scenario = trade(institution=institution, beliefs="theory", routes={"result": []}, rounds=1)
        price, conduct = equilibrium(scenario.spec)
        low, high = scenario.spec.all_prices[price]
        row = next(line for line in PAGE.splitlines() if line.startswith(f"| `{institution}` |"))
        assert f"| {low:g} and {high:g} | `{scenario.spec.possible_conducts[conduct]}`" in row
        assert row.endswith(f"| {scenario.facts.benchmarks['nash']['efficiency_e6'] / 1e6:.3g} |")
