"""The bond of the institution: what it takes follows from its file, its words say the same, and it makes effort pay."""

from ruamel.yaml import YAML

from agoranomos.scenarios import hidden_action_v0
from agoranomos.scenarios.hidden_action.contract import Contract, incentive_slack
from agoranomos.scenarios.hidden_action.technology import Technology
from agoranomos.workspace import find_workspace

ROOT = find_workspace(None).root
WRITTEN = YAML(typ="safe").load(ROOT / "institutions" / "bonded-workers.yaml")


def bond():
    (amount,) = {edge["fine"]["floor"] for edge in WRITTEN["transitions"] if "fine" in edge}
    return float(amount)


def test_the_bond_makes_effort_pay_and_half_of_it_just_does():
    # 0.2 x (5 + B) against 2.
    contract = hidden_action_v0.parallel_env().spec.contract
    assert contract == Contract(wage=5.0, inspection=0.2)
    with_means = Technology(liability=100)
    for amount, slack in ((0.0, -1.0), (5.0, 0.0), (bond(), 1.0)):
        bonded = contract.model_copy(update={"fine": amount})
        assert abs(incentive_slack(bonded, with_means) - slack) < 1e-12


def test_the_prompt_and_the_guidance_name_the_same_bond():
    promise = (ROOT / "policies" / "bonded-workers-promise.md").read_text(encoding="utf-8")
    for text in (promise, *[state["guidance"] for state in WRITTEN["states"].values()]):
        assert f"{bond():g}" in text
    assert WRITTEN["states"]["bonded"]["guidance"].split(".")[0] in promise


def test_nothing_that_the_institution_measures_is_effort_that_nobody_found():
    assert {signal["measure"] for signal in WRITTEN["signals"].values()} == {"detected"}
    assert "audits" not in WRITTEN
