"""Agents with templates in scenarios: memories keep to the table of who sees what, and talk to the network."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from campaigns.scenario_workshop import Workshop, opened_workshop

GROUP = {"type": "coordination", "players": 5, "rounds": 3}
RING = {"network": {"kind": "ring"}}
TEMPLATES = {"prompted": "market-memory", "choosing": "choosing-any"}


@pytest.fixture
def workshop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    return opened_workshop(tmp_path, monkeypatch)


def roster(workshop: Workshop, policy: str, memory: Any, **parameters: Any) -> None:
    given = {"model": "mock/valid", "template": TEMPLATES[policy], "memory": memory, **parameters}
    document = {"kind": "roster", "version": 1, "agents": [{"policy": policy, "parameters": given}]}
    (workshop.root / "agents" / "them.yaml").write_text(json.dumps(document))


def told(workshop: Workshop, agent: str, number: int) -> str:
    """All that the agent was told for this round, in every attempt."""
    mine = [each for each in workshop.asked if each.caller[:2] == (agent, number)]
    return "\n".join(message.content for each in mine for message in each.messages)


@pytest.mark.parametrize("policy", TEMPLATES)
def test_a_shared_memory_in_a_ring_holds_what_neighbours_did(workshop: Workshop, policy: str) -> None:
    workshop.scenario("ring", **GROUP, **RING)
    roster(workshop, policy, "shared")
    workshop.run("them", "--no-cache", market="ring", seeds=1, rounds=3)
    said = told(workshop, "player_1", 3)
    assert [f"2, player_{number}: " in said for number in range(2, 6)] == [True, False, False, True]


@pytest.mark.parametrize("policy", TEMPLATES)
@pytest.mark.parametrize(
    ("sees", "memory", "words"),
    [
        ({"others_actions": "nothing"}, "shared", "others_actions: names"),
        ({"others_actions": "count"}, "shared", "others_actions: names"),
        ({}, {"kind": "shared", "show": "full"}, "others_reasoning: true"),
        ({"others_reasoning": True, "others_actions": "count"}, {"kind": "shared", "show": "full"}, "names"),
        ({"own_reward": False}, "window", "what each round earned"),
        ({"own_reward": False}, "shared", "what each round earned"),
    ],
)
def test_a_memory_that_shows_more_than_the_scenario_is_refused(
    workshop: Workshop, capsys: pytest.CaptureFixture[str], policy: str, sees: dict[str, Any], memory: Any, words: str
) -> None:
    workshop.scenario("shut", **GROUP, sees=sees)
    roster(workshop, policy, memory)
    workshop.run("them", "--no-cache", market="shut", seeds=1, rounds=3, code=2)
    assert words in capsys.readouterr().err


@pytest.mark.parametrize("policy", TEMPLATES)
@pytest.mark.parametrize("memory", ["none", "window"])
def test_fabricated_rounds_that_nobody_would_be_told_of_are_refused(
    workshop: Workshop, capsys: pytest.CaptureFixture[str], policy: str, memory: str
) -> None:
    workshop.scenario("made", **GROUP, fabricated={"rounds": 2, "violations": 1})
    roster(workshop, policy, memory)
    workshop.run("them", "--no-cache", market="made", seeds=1, rounds=3, code=2)
    assert "no template tells of them" in capsys.readouterr().err


@pytest.mark.parametrize("policy", TEMPLATES)
def test_who_remembers_nothing_is_told_no_reward_that_is_hidden(workshop: Workshop, policy: str) -> None:
    workshop.scenario("shut", **GROUP, sees={"own_reward": False})
    roster(workshop, policy, "none")
    workshop.run("them", "--no-cache", market="shut", seeds=1, rounds=3)
    assert "profit 0" not in told(workshop, "player_1", 3)


@pytest.mark.parametrize(
    ("links", "heard"), [({}, {2, 3, 4, 5}), (RING, {2, 5}), ({"links": {"player_1": ["player_3"]}}, {3})]
)
def test_what_is_said_is_heard_by_those_who_see_the_speaker(
    workshop: Workshop, links: dict[str, Any], heard: set[int]
) -> None:
    workshop.scenario("loud", **GROUP, **links, talk={"characters": 60})
    roster(workshop, "prompted", "window")
    workshop.run("them", "--no-cache", market="loud", seeds=1, rounds=3)
    said = told(workshop, "player_1", 2)
    assert {number for number in range(1, 6) if f"player_{number} says: " in said} == heard
