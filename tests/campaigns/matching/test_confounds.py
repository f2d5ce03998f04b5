"""Eight ways in which a comparison has gone wrong unseen, each as a user could write it; and plans that are clean."""

from __future__ import annotations

from pathlib import Path

import pytest

from agoranomos.campaigns import plan_campaign
from agoranomos.campaigns.matching import require_matched
from agoranomos.errors import DocumentError
from agoranomos.workspace import Workspace, library_root
from campaigns.matching.bench import CLEAN, HEAD, PAIR, Bench


def test_a_clean_plan_of_three_arms_is_not_flagged(bench: Bench) -> None:
    matching = require_matched(bench.plan(CLEAN))
    assert [(pair.first, pair.second) for pair in matching.pairs] == [
        ("ungoverned", "constitutional"),
        ("ungoverned", "institutional"),
        ("constitutional", "institutional"),
    ]
    assert not any(pair.declared or pair.undeclared for pair in matching.pairs)


def test_1_another_schema(bench: Bench) -> None:
    bench.template("numbers", 'quantities: integer\nkey: "{good}"', 'quantities: integer\nkey: "units_{good}"')
    bench.roster("otherwise", template="numbers")
    found, error = bench.refused()
    assert found == {"schema", "prompts.template"}
    assert '-    "A": {' in error
    assert '+    "units_A": {' in error


def test_2_a_line_more_of_memory(bench: Bench) -> None:
    old = "PLANS.txt: {{ plans"
    bench.template("memory", old, "{% if history %}Best price so far: {{ history[0].price[0] }}\n{% endif %}" + old)
    bench.roster("otherwise", template="memory")
    found, error = bench.refused()
    assert found == {"prompts.later", "prompts.template"}, "the first round shows no memory"
    assert "prompts.later of firm_1, round 2 (and in 10 more places)" in error
    assert "+Best price so far: " in error


def test_3_a_longer_prompt(bench: Bench) -> None:
    old = "Conditions may change.\n"
    bench.template("longer", old, old + "Think about how your rivals will answer what you do.\n")
    bench.roster("otherwise", template="longer")
    found, error = bench.refused()
    assert found == {"prompts.system", "prompts.template"}
    assert "+Think about how your rivals will answer what you do." in error


def test_4_another_temperature(bench: Bench) -> None:
    bench.roster("otherwise", temperature=0.2)
    found, error = bench.refused()
    assert found == {"sampling.temperature"}
    assert "-1\n+0.2" in error


def test_5_another_retry_rule(bench: Bench) -> None:
    bench.roster("otherwise", attempts=1)
    found, error = bench.refused()
    assert found == {"retries.attempts", "prompts.retry", "calls"}
    assert "-asked 3 times where no reply is usable\n" in error
    bench.roster("otherwise", overflow="{drop: oldest}")
    assert bench.refused()[0] == {"retries.overflow", "calls"}
    bench.template("sterner", "Reply again.", "Reply again, or lose the round.")
    bench.roster("otherwise", template="sterner")
    assert bench.refused()[0] == {"prompts.retry", "prompts.template"}


def test_6_another_order_of_firms(bench: Bench) -> None:
    seats = ["{policy: prompted, parameters: {model: mock/valid}}", "{policy: best-response}"]
    for name, order in (("clean", seats), ("otherwise", seats[::-1])):
        text = f"kind: roster\nversion: 1\nagents: [{', '.join(order)}]\n"
        (bench.workspace.folder("agents") / f"{name}.yaml").write_text(text)
    found, error = bench.refused()
    assert found == {"order"}
    assert "who sits in them" in error


def test_6_another_order_of_firms_in_the_market(bench: Bench) -> None:
    bench.market("swapped", "firms: [firm_1, firm_2]", "firms: [firm_2, firm_1]")
    text = HEAD + PAIR.replace("roster: otherwise", "roster: clean, market: swapped")
    found, error = bench.refused(text)
    assert {"order", "market", "prompts.system"} <= found
    assert "+firm_2\n firm_1\n-firm_2\n" in error


LEAKS = [
    "Keep the law. Your rival makes A at 50 and B at 40.",
    "firm_1 has a marginal cost of 40 for A. Keep the law.",
    "Keep the law.\nIt costs Firm 2 fifty to make one unit of A.",
    "The run is over after its last round, round 12. Keep the law.",
    "In Nash equilibrium the price of each good is 63.33.",
]


@pytest.mark.parametrize("text", LEAKS)
def test_7_a_leaked_cost_of_the_rival(bench: Bench, text: str) -> None:
    bench.told("leaky", text + "\n")
    found, error = bench.refused(HEAD.replace("antitrust-constitution", "leaky") + "rosters: [clean]\n")
    assert found == {"information.leak"}
    assert "told (leaky)" in error


def test_7_a_cost_that_one_of_several_wordings_leaks(bench: Bench) -> None:
    bench.told("leaky", "Your rivals pay 50 for a unit of A.")
    text = HEAD.replace("told: antitrust-constitution", "told: [antitrust-constitution, leaky]")
    assert bench.refused(text + "rosters: [clean]\n")[0] == {"information.leak"}


HARMLESS = [
    "Fines are 40, 50 and 100 per cent of a round's profit. Keep the law.",
    "After 50 rounds of clean conduct nothing is held against you.",
    "Two clean rounds end a warning. Forty per cent of a profit is a fine.",
    "A fine of 50% follows on a second finding, whoever it is.",
]


@pytest.mark.parametrize("text", HARMLESS)
def test_numbers_that_are_no_rival_s_are_no_leak(bench: Bench, text: str) -> None:
    bench.told("stern", text + "\n")
    require_matched(bench.plan(HEAD.replace("antitrust-constitution", "stern") + "rosters: [clean]\n"))


def test_8_another_stop_rule(bench: Bench) -> None:
    text = HEAD + PAIR.replace("roster: otherwise", "roster: clean, rounds: 20")
    found, error = bench.refused(text)
    assert found == {"rounds"}
    assert "-12 rounds\n+20 rounds" in error


def test_8_a_stop_by_chance(bench: Bench) -> None:
    bench.market("goes-on", "rounds: 50", "rounds: 50\ncontinuation: 0.95")
    text = HEAD + PAIR.replace("roster: otherwise", "roster: clean, market: goes-on")
    found, error = bench.refused(text)
    assert found == {"rounds"}
    assert "with probability 0.95" in error


def test_a_difference_that_is_declared_is_let_through_and_told(bench: Bench) -> None:
    bench.roster("otherwise", temperature=0.2, top_p=0.9)
    found, _ = bench.refused(HEAD + PAIR + "differs: [sampling.temperature]\n")
    assert found == {"sampling.top_p"}
    matching = require_matched(bench.plan(HEAD + PAIR + "differs: [sampling, memory]\n"))
    (pair,) = matching.pairs
    assert {one.aspect for one in pair.declared} == {"sampling.temperature", "sampling.top_p"}
    assert matching.unused == ("memory",)


def test_a_misspelt_aspect_is_refused_with_the_nearest(bench: Bench) -> None:
    with pytest.raises(DocumentError) as refused:
        bench.plan(CLEAN + "differs: [samplings]\n")
    assert "compared.yaml:12" in refused.value.place
    assert "sampling" in refused.value.advice


@pytest.mark.parametrize("name", sorted(path.stem for path in (library_root() / "campaigns").glob("*.yaml")))
def test_no_shipped_campaign_is_flagged(tmp_path: Path, name: str) -> None:
    made = plan_campaign(name, Workspace(tmp_path, "bench"))
    require_matched(made)
