"""A prompted agent in any market: told what it chooses and within which bounds, read strictly, repaired within them."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from agoranomos.agents import Roster, RosterEntry, seat_agents
from agoranomos.campaigns.runner import run_one
from agoranomos.errors import DocumentError, UsageError
from agoranomos.institutions import Governed
from agoranomos.logs import MemoryLog
from agoranomos.markets import Market, find_market_type, load_market, market_types
from agoranomos.models import Completion, Request, UnopenedEngine
from agoranomos.models.opening import open_engine
from agoranomos.policies import Seat
from agoranomos.policies.prompted import PROMPTED
from agoranomos.policies.prompted.firm import Firm
from agoranomos.policies.prompted.parameters import PromptedParameters
from agoranomos.policies.prompted.reply import reply_schema
from agoranomos.policies.prompted.template import read_template
from agoranomos.randomness import Randomness
from agoranomos.workspace import find_workspace, resolve

WORKSPACE = find_workspace(Path(__file__).parent)
ANY = {"model": "mock/valid", "template": "market-any"}


class Saying(UnopenedEngine):
    """An engine that answers with what it is given, and keeps what it was asked."""

    def __init__(self, *replies: dict[str, Any]) -> None:
        super().__init__("saying")
        self.replies = list(replies)
        self.asked: list[Request] = []

    async def complete(self, request: Request) -> Completion:
        self.asked.append(request)
        return Completion(json.dumps(self.replies[min(len(self.asked), len(self.replies)) - 1]), 1, 1, "stop", 0.0)

    async def close(self) -> None: ...


def reply(**chosen: Any) -> dict[str, Any]:
    return {
        "observations_and_thoughts": "",
        "new_content": {"PLANS.txt": "", "INSIGHTS.txt": ""},
        "chosen_quantities": chosen,
        "message": "",
    }


ROUNDS = 6
"""A whole number of episodes in every family that has any."""


def market_of(kind: str, **fields: Any) -> Market:
    found = find_market_type(kind)
    return found.build(found.spec(**fields))


@pytest.mark.parametrize("kind", market_types())
def test_a_model_plays_every_type_of_market(kind: str) -> None:
    market = market_of(kind, rounds=ROUNDS, talk={"characters": 60})
    roster = Roster(kind="roster", version=1, agents=(RosterEntry(policy="prompted", parameters=ANY),))
    engine = open_engine("mock/valid")
    agents = seat_agents(roster, market, 1, engines={"mock/valid": engine}, workspace=WORKSPACE)
    log = MemoryLog()
    asyncio.run(run_one(Governed(market, None, log), agents, 1, put_blob=lambda _: "0" * 64))
    rounds = [json.loads(line) for line in log.entries if b'"kind":"round"' in line]
    assert len(rounds) == ROUNDS
    calls = [call for entry in rounds for decision in entry["body"]["decisions"] for call in decision["calls"]]
    assert calls
    assert not any(call.get("failure") == "invalid" for call in calls)


@pytest.mark.parametrize("name", ["credence-goods", "public-goods-punishment", "double-auction-clearing-house"])
def test_the_longest_reply_fits_where_every_character_is_a_token(name: str) -> None:
    market = load_market(name, WORKSPACE)
    seat = Seat(market.possible_agents[0], 0, market, 1)
    form = read_template(resolve("policies", "market-any", WORKSPACE)).form
    firm = Firm.of(seat, "any")
    bounds = [part.high for part in firm.parts]
    longest = reply(**{form.key_of(good): f"{high:.2f}" for good, high in zip(firm.goods, bounds, strict=True)})
    texts = form.talks + form.limits.thoughts + form.limits.plans + form.limits.insights
    assert len(json.dumps(longest)) + texts <= form.max_tokens


def seated(engine: Saying, **fields: Any) -> Any:
    market = market_of("matrix", **fields)
    market.reset(seed=1)
    policy = PROMPTED.bind(
        PromptedParameters(**ANY), Seat(market.possible_agents[0], 0, market, 1), engine=engine, workspace=WORKSPACE
    )
    observation = market.observation(market.possible_agents[0])
    decision = asyncio.run(policy.act(observation, None, policy.start(), Randomness(1, 1, "a")))
    return market, decision


def test_it_is_told_the_rules_the_bounds_and_the_story() -> None:
    engine = Saying(reply(action=1))
    labels = {"story": "Two traders meet at a well.", "unit": "jars", "money": "obols"}
    market, decision = seated(engine, labels=labels)
    assert decision.action.tolist() == [1.0]
    (part,) = market.action_shape(market.possible_agents[0]).parts
    said = "\n".join(message.content for message in engine.asked[0].messages)
    for words in (
        "Two traders meet at a well.",
        "Amounts are in jars.",
        "Money is in obols.",
        f"- {part.name}: a whole number from 0 to {part.high:g}",
        find_market_type("matrix").summary,
    ):
        assert words in said
    schema = engine.asked[0].schema["properties"]["chosen_quantities"]["properties"][part.name]
    assert schema == {"type": "integer", "minimum": 0, "maximum": part.high}


def test_what_is_out_of_bounds_is_asked_for_again_and_then_moved_onto_them() -> None:
    engine = Saying(reply(action=7))
    market, decision = seated(engine)
    (part,) = market.action_shape(market.possible_agents[0]).parts
    assert [call.failure for call in decision.account.calls] == ["out_of_range"] * 3
    assert decision.account.repaired
    assert decision.action.tolist() == [part.high]
    assert f"from 0 to {part.high:g}" in engine.asked[1].messages[-1].content


def test_without_any_usable_reply_it_takes_the_middle() -> None:
    engine = Saying({"nothing": "here"})
    market, decision = seated(engine)
    (part,) = market.action_shape(market.possible_agents[0]).parts
    assert decision.action.tolist() == [float(round(part.high / 2))]
    assert np.isin(decision.action, market.game().menus[0]).all()


def test_a_template_about_one_type_of_market_refuses_another() -> None:
    market = market_of("matrix")
    with pytest.raises(UsageError, match=r"of type matrix.*speaks of markets of type cournot") as refused:
        PROMPTED.bind(
            PromptedParameters(model="mock/valid"),
            Seat(market.possible_agents[0], 0, market, 1),
            engine=Saying(),
            workspace=WORKSPACE,
        )
    assert "market-any" in refused.value.advice


def test_a_template_that_asks_for_what_the_market_does_not_show_is_refused_before_the_run() -> None:
    market = market_of("cournot", demand_shock={"sigma": 0.05}, monitoring={"public": "price"})
    parameters = PromptedParameters(model="mock/valid")
    with pytest.raises(DocumentError, match="cournot-cached: block user"):
        PROMPTED.bind(parameters, Seat("firm_1", 0, market, 1), engine=Saying(), workspace=WORKSPACE)
    fitting = PromptedParameters(**ANY)
    PROMPTED.bind(fitting, Seat("firm_1", 0, market, 1), engine=Saying(), workspace=WORKSPACE)


def test_a_number_that_is_out_of_bounds_cannot_be_written() -> None:
    market = load_market("bertrand-triopoly", WORKSPACE)
    firm = Firm.of(Seat(market.possible_agents[0], 0, market, 1), "any")
    form = read_template(resolve("policies", "market-any", WORKSPACE)).form
    schema = reply_schema(form, firm)["properties"]["chosen_quantities"]["properties"]["price"]
    assert firm.parts[0].high == 4.476563
    for text, fits in (("4.47", True), ("0", True), ("4.48", False), ("9", False), ("-1", False), ("04", False)):
        assert (re.fullmatch(schema["pattern"], text) is not None) == fits


def test_it_is_told_the_bounds_of_what_it_can_write() -> None:
    engine = Saying(reply(price="1"))
    market = load_market("bertrand-triopoly", WORKSPACE)
    market.reset(seed=1)
    seat = Seat(market.possible_agents[0], 0, market, 1)
    policy = PROMPTED.bind(PromptedParameters(**ANY), seat, engine=engine, workspace=WORKSPACE)
    asyncio.run(policy.act(market.observation(seat.agent), None, policy.start(), Randomness(1, 1, seat.agent)))
    assert "- price: a number from 0 to 4.47\n" in engine.asked[0].messages[0].content
