"""What a rule would reply satisfies the schema of the reply, and is read as the move that it is."""

from __future__ import annotations

import json
import math
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agoranomos.errors import UsageError
from agoranomos.markets import load_market
from agoranomos.markets.action_shape import ActionPart
from agoranomos.models import Completion
from agoranomos.policies import Seat
from agoranomos.policies.prompted import Notes
from agoranomos.policies.prompted.firm import Firm
from agoranomos.policies.prompted.player import Players, written_numbers
from agoranomos.policies.prompted.reply import Reply, read_reply, reply_schema
from agoranomos.policies.prompted.template import read_template
from agoranomos.workspace import find_workspace, library_root, resolve

WORKSPACE = find_workspace(Path(__file__).parent)
MARKETS = sorted(path.stem for path in (library_root() / "markets").glob("*.yaml"))


def seated(market_name: str, template: str) -> tuple[Any, Any, Firm, Players, Any]:
    market = load_market(market_name, WORKSPACE)
    observations, _ = market.reset(seed=3)
    agent = market.possible_agents[0]
    form = read_template(resolve("policies", template, WORKSPACE)).form
    seat = Seat(agent, 0, market, 3)
    firm = Firm.of(seat, form.market)
    return market, form, firm, Players(seat, form, firm), observations[agent]


def valid(schema: dict[str, Any], value: Any) -> bool:
    match schema["type"]:
        case "object":
            named = isinstance(value, dict) and list(value) == list(schema["properties"])
            return named and all(valid(part, value[key]) for key, part in schema["properties"].items())
        case "string":
            return isinstance(value, str) and re.fullmatch(schema["pattern"], value) is not None
        case "integer":
            return type(value) is int and schema["minimum"] <= value <= schema["maximum"]
    return schema == {"type": "boolean"} and isinstance(value, bool)


@pytest.mark.parametrize("template", ["cournot-cached", "cournot-talk", "cournot-faithful", "market-any"])
@pytest.mark.parametrize("rule", ["nash", "colluder", "best-response"])
def test_a_rule_replies_in_the_form_of_every_template(template: str, rule: str) -> None:
    market, form, firm, players, observation = seated("cournot-duopoly", template)
    document = players.of(observation, Notes("my plan", "my insight"))(rule)
    assert valid(reply_schema(form, firm), document)
    reply = read_reply(Completion(json.dumps(document), 1, 1, "stop", 0.0), form, firm)
    assert isinstance(reply, Reply)
    assert (reply.plans, reply.insights) == ("my plan", "my insight")
    named = {"nash": "nash", "colluder": "monopoly", "best-response": "nash"}[rule]
    exact = market.play(named, market.possible_agents[0], observation)
    step = 1.0 if form.quantities == "integer" else 0.01
    assert np.abs(np.array(reply.quantities) - exact).max() <= step / 2 + 1e-9


@pytest.mark.parametrize("name", [name for name in MARKETS if name != "cournot-large"])
def test_in_every_shipped_market_some_rule_makes_a_valid_reply(name: str) -> None:
    market, form, firm, players, observation = seated(name, "market-any")
    played = 0
    for rule in ("nash", *market.facts.benchmarks, "truthful"):
        try:
            document = players.of(observation, Notes())(rule)
        except UsageError:
            continue
        played += 1
        assert valid(reply_schema(form, firm), document)
        assert isinstance(read_reply(Completion(json.dumps(document), 1, 1, "stop", 0.0), form, firm), Reply)
    assert played


@given(
    st.lists(st.floats(0, 100), min_size=1, max_size=4),
    st.floats(1, 150),
    st.booleans(),
)
def test_numbers_are_the_nearest_that_can_be_written_and_never_pass_the_capacity(
    action: list[float], capacity: float, whole: bool
) -> None:
    total = math.fsum(action)
    if total > capacity:
        action = [value * capacity / total * (1 - 1e-12) for value in action]
    parts = [ActionPart(f"p{k}", 0.0, capacity, whole) for k in range(len(action))]
    written = written_numbers(parts, action, capacity)
    assert all(isinstance(number, int if whole else str) for number in written)
    numbers = [float(number) for number in written]
    assert math.fsum(numbers) <= capacity + 1e-9
    for value, number in zip(action, numbers, strict=True):
        assert abs(value - number) <= (1.0 if whole else 0.01) + 1e-9
    if math.fsum(round(value, 0 if whole else 2) for value in action) < capacity - 1e-6:
        for value, number in zip(action, numbers, strict=True):
            assert abs(value - number) <= (0.5 if whole else 0.005) + 1e-9


def test_notes_longer_than_their_limits_are_cut() -> None:
    _, form, firm, players, observation = seated("cournot-duopoly", "cournot-cached")
    document = players.of(observation, Notes("x" * 999, "y" * 999))("nash")
    assert valid(reply_schema(form, firm), document)
