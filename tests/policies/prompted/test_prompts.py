"""Prompts, word by word. To accept a change: AGORA_REWRITE_GOLDEN=1 pytest tests/policies/prompted/test_prompts.py"""

import itertools
import os
from pathlib import Path

import pytest

from policies.prompted.asking import Script, decide, firm, golden_requests, notice, observation, reply

UNTOLD = (
    *("demand", "rival", "competitor", "nash", "collu", "cartel", "alpha", "beta"),
    *("language model", "50 rounds", "opponent"),
)
GOLDEN = Path(__file__).parent / "golden"


@pytest.mark.parametrize("template", ["cournot-faithful", "cournot-cached"])
def test_prompts_are_as_written_down(template):
    path = GOLDEN / f"{template}.txt"
    found = golden_requests(template)
    if os.environ.get("AGORA_REWRITE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(found)
    assert found == path.read_text()


def shown(template, rounds=4, told=None, note=None, **parameters):
    prefix = "Product_" if template == "cournot-faithful" else ""
    engine = Script(*[reply(prefix=prefix, plans=f"plan {n}") for n in range(rounds)])
    policy = firm(engine, told, template=template, **parameters)
    memory = policy.start()
    for n in range(rounds):
        memory = decide(policy, observation(n), memory, note).memory
    return ["\n".join(message.content for message in request.messages) for request in engine.requests]


def test_the_faithful_prompt_has_memory_before_data_and_the_newest_round_first():
    text = shown("cournot-faithful", told="THE TOLD TEXT", note=notice(4, text="THE NOTICE"))[-1]
    order = ["long run", "THE TOLD TEXT", "THE NOTICE", "PLANS.txt\n", "plan 2", "MARKET DATA", "Round 3:", "Round 1:"]
    positions = [text.index(word) for word in order]
    assert positions == sorted(positions)
    assert len(set(positions)) == len(positions)


def test_the_cached_prompt_has_history_oldest_first_then_memory_then_the_notice():
    text = shown("cournot-cached", told="THE TOLD TEXT", note=notice(4, text="THE NOTICE"))[-1]
    order = ["long run", "THE TOLD TEXT", "costs you 40", "\n1: A made", "\n3: A made", "plan 2", "THE NOTICE"]
    positions = [text.index(word) for word in order]
    assert positions == sorted(positions)


def test_a_cached_prompt_extends_the_one_of_the_round_before_up_to_its_history():
    rounds = shown("cournot-cached", rounds=6)
    for earlier, later in itertools.pairwise(rounds[1:]):
        assert later.startswith(earlier[: earlier.index("PLANS.txt:")])


@pytest.mark.parametrize("template", ["cournot-faithful", "cournot-cached"])
def test_nothing_is_told_of_demand_rivals_or_the_horizon(template):
    text = shown(template)[-1].lower()
    for word in UNTOLD:
        assert word not in text, word
    assert "costs you 40" in text or "product_a: 40" in text


@pytest.mark.parametrize("template", ["cournot-faithful", "cournot-cached"])
def test_the_window_bounds_the_history(template):
    text = shown(template, rounds=8, window=3)[-1]
    held = [n for n in range(1, 8) if f"Round {n}:" in text or f"\n{n}: A made" in text]
    assert held == [5, 6, 7]


@pytest.mark.parametrize("template", ["cournot-faithful", "cournot-cached"])
def test_regimes_differ_in_their_text_alone(template):
    plain = shown(template)[-1]
    told = shown(template, told="THE TOLD TEXT")[-1]
    noticed = shown(template, note=notice(4, text="THE NOTICE"))[-1]
    assert "".join(told.replace("THE TOLD TEXT", "").split()) == "".join(plain.split())
    assert "".join(noticed.replace("THE NOTICE", "").split()) == "".join(plain.split())


def test_the_constitution_speaks_of_duties_and_of_no_watching():
    text = (Path(__file__).parents[3] / "policies" / "antitrust-constitution.md").read_text()
    assert 100 <= len(text.split()) <= 150
    for word in ("monitor", "watch", "fine", "penal", "sanction", "punished", "detect", "regulator", "report"):
        assert word not in text.lower(), word
