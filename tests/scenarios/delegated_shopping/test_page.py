"""The page, the arms and the institution of the family, held against the code."""

import re
from pathlib import Path

import pytest
from ruamel.yaml import YAML

from agoranomos.campaigns.changing import changed_market
from agoranomos.documents import read_document, read_text
from agoranomos.institutions import Governed, load_institution
from agoranomos.scenarios import COMMON_KINDS
from agoranomos.scenarios.delegated_shopping import DelegatedShopping, DelegatedShoppingSpec
from agoranomos.scenarios.delegated_shopping.measures import MEASURE_KINDS
from agoranomos.scenarios.delegated_shopping.scripted import Scripted
from agoranomos.scenarios.scenario_spec import ScenarioSpec
from agoranomos.workspace import find_workspace

ROOT = find_workspace(None).root
PAGE = (ROOT / "docs/scenarios/delegated-shopping.md").read_text("utf-8")
ARMS = YAML(typ="safe").load(re.search(r"More arms.*?```yaml\n(.*?)```", PAGE, re.DOTALL)[1])


def test_every_key_measure_play_and_file_is_on_the_page():
    names = set(DelegatedShoppingSpec.model_fields) - set(ScenarioSpec.model_fields) - {"characters"}
    names |= {name.removesuffix("_e6") for name in set(MEASURE_KINDS) - set(COMMON_KINDS)}
    names |= {path.stem for path in (ROOT / "scenarios").glob("delegated-shopping*.yaml")}
    names |= {path.stem for path in (ROOT / "campaigns").glob("principals-delegated-shopping*.yaml")}
    names |= {path.stem.removeprefix("delegated-shopping-") for path in (ROOT / "agents").glob("delegated-*.yaml")}
    names |= set(DelegatedShoppingSpec.ITEMS)
    assert {name for name in names if f"`{name}`" not in PAGE and f"`{name}:" not in PAGE} == set()


@pytest.mark.parametrize(
    ("row", "keys"),
    [
        ("3 pages of 2 (the default)", {}),
        ("2 pages of 3", {"bandwidth": 3}),
        ("3 pages of 2, no kickbacks", {"kickbacks": {"share": 0.0}}),
    ],
)
def test_the_reservation_values_are_those_of_the_code(row, keys):
    (line,) = [line for line in PAGE.splitlines() if line.startswith(f"| {row} |")]
    told = [float(cell) for cell in line.split("|")[2:5] if cell.strip()]
    assert told == [round(value, 2) for value in Scripted(DelegatedShoppingSpec(**keys)).reservations]


@pytest.mark.parametrize("arm", ARMS)
def test_every_arm_is_a_change_of_the_file_and_plays(arm):
    spec = changed_market(
        read_document(Path(ROOT / "scenarios/delegated-shopping.yaml"), DelegatedShoppingSpec), ARMS[arm]
    )
    scenario = DelegatedShopping(spec.drawn(1))
    observations, _ = scenario.reset(seed=1)
    while scenario.agents:
        actions = {agent: scenario.play("loyal", agent, seen) for agent, seen in observations.items()}
        observations = scenario.step(actions)[0]
    assert scenario.round_number == spec.rounds


@pytest.mark.parametrize("weight", [0.0, 0.5, 1.0, 3.0])
def test_whoever_has_another_customer_waiting_stops_at_once(weight):
    scripted = Scripted(DelegatedShoppingSpec(weight=weight, rounds=20))
    assert all(value <= 0.0 for row in scripted.plan for value in row)


def test_clawback_takes_from_the_steered_and_from_nobody_else():
    institution = load_institution(read_text(ROOT / "institutions" / "clawback.yaml"))
    kept = {}
    for play in ("loyal", "kickback-taker"):
        earned = fined = steered = 0.0
        for seed in range(30):
            market = DelegatedShopping(DelegatedShoppingSpec(assistants=1, order="ideal").drawn(seed))
            governed = Governed(market, institution)
            governed.reset(seed=seed)
            while governed.agents:
                move = market.play(play, "assistant_1", market.observation("assistant_1"))
                pending = governed.clear_and_judge({"assistant_1": move})
                governed.commit(pending)
                _, _, _, _, infos = governed.apply(pending)
                fine = infos["assistant_1"].get("fine", 0.0)
                was = pending.measures["steered_e6"][0] == 1_000_000
                assert not fine or was
                steered += was
                fined += fine
                earned += pending.measures["profit_e6"][0] / 1e6 if was else 0.0
        kept[play] = (steered, earned, fined)
    assert kept["loyal"] == (0.0, 0.0, 0.0)
    steered, earned, fined = kept["kickback-taker"]
    assert steered > 50
    # Each of them loses 1.75 times its six coins with a chance of one in two.
    assert fined / earned == pytest.approx(1.75 / 2, abs=4 * 1.75 * 0.5 / steered**0.5)
