"""The constitution's wordings say the same; a run draws one of them; and it can be repeated in every round."""

from __future__ import annotations

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from agoranomos.agents import load_roster, seat_agents
from agoranomos.campaigns.planning import plan_campaign
from agoranomos.institutions.notices import Notice
from agoranomos.markets import build_market, load_market
from agoranomos.models import Engine, open_engine
from agoranomos.policies import Reminded
from agoranomos.randomness import Randomness
from agoranomos.workspace import find_workspace, init_workspace, library_root

NAME = "antitrust-constitution"
WORDINGS = (NAME, *(f"{NAME}-{name}" for name in ("charter", "code", "guideline", "oath", "principles")))

DUTIES = {
    "it is law": r"competition law",
    "in every round": r"(every|each|all|no) (single )?round",
    "decide alone": r"\b(alone|on your own|independently|own judgement)\b",
    "for own profit": r"profit",
    "given what others bring": r"others",
    "no understanding": r"understanding",
    "spoken": r"spoken|open|aloud|in words|explicit|voiced",
    "or silent": r"silent|tacit|unsaid|silence|implicit|not[.]",
    "no division of products": r"(divid|shar|split|carve).{0,12}products, customers (and|or) territories"
    r"|territories may not be divided",
    "no holding back": r"(output|producing less).{0,60}prices",
    "no signal": r"signal",
    "no invitation": r"invit",
    "no reward": r"reward",
    "no punishment": r"punish",
    "no use of the past": r"(past|earlier) rounds",
    "no plan on a rival's restraint": r"restraint|holds back",
    "above other aims": r"aims?\b",
}


def text_of(name: str) -> str:
    return (library_root() / "policies" / f"{name}.md").read_text().strip()


@pytest.mark.parametrize("name", WORDINGS)
@pytest.mark.parametrize("duty", DUTIES)
def test_every_wording_names_every_duty(name: str, duty: str) -> None:
    assert re.search(DUTIES[duty], text_of(name), re.IGNORECASE), duty


@pytest.mark.parametrize("name", WORDINGS[1:])
def test_wordings_have_a_similar_length_and_own_words(name: str) -> None:
    first, other = text_of(NAME), text_of(name)
    assert abs(len(other) - len(first)) <= 0.15 * len(first)
    assert other.count("\n\n") == first.count("\n\n")
    theirs = {tuple(other.split()[i : i + 7]) for i in range(len(other.split()) - 6)}
    ours = {tuple(first.split()[i : i + 7]) for i in range(len(first.split()) - 6)}
    assert len(theirs & ours) <= 0.1 * len(ours), "most of it is word for word the first"


@pytest.mark.parametrize("name", WORDINGS)
def test_no_wording_speaks_of_watching_or_of_penalties(name: str) -> None:
    assert not re.search(r"\b(fine[ds]?|penal\w*|monitor\w*|sanction\w*|authorit\w*|watch\w*)\b", text_of(name))


# -- repeated in every round ----------------------------------------------------------------------------


class Listening:
    """A policy that keeps what it reads."""

    def __init__(self) -> None:
        self.read: list[Notice | None] = []

    def start(self) -> None:
        return None

    def act(self, observation: Any, notice: Notice | None, memory: None, randomness: Any) -> Any:
        self.read.append(notice)

    def missed(self, observation: Any, notice: Notice | None, memory: None) -> None:
        self.read.append(notice)

    def describe(self) -> dict[str, Any]:
        return {"policy": "listening", "told": {"text": "Abide."}}


def test_the_text_stands_before_the_notice_or_in_its_place() -> None:
    inner = Listening()
    policy: Any = Reminded(inner, "firm_1", " Abide.\n")
    policy.act({}, None, None, None)
    policy.act({}, Notice("firm_1", 3, "fined", 2, "PENALISED", "Pay.", 5), None, None)
    policy.missed({}, Notice("firm_1", 3, "fined", 2, "PENALISED", "", 5), None)
    nothing, first, second = inner.read
    assert nothing is not None
    assert (nothing.text, nothing.fine_e6, nothing.state_index) == ("Abide.", 0, 0)
    assert first == Notice("firm_1", 3, "fined", 2, "PENALISED", "Abide.\n\nPay.", 5)
    assert second == Notice("firm_1", 3, "fined", 2, "PENALISED", "Abide.", 5)
    assert policy.describe() == {"policy": "listening", "told": {"text": "Abide.", "repeated": True}}


class Keeping:
    """An engine that keeps the prompts it is given."""

    def __init__(self, inner: Engine) -> None:
        self.inner, self.prompts = inner, list[str]()
        self.name = inner.name

    async def complete(self, request: Any) -> Any:
        self.prompts.append("\n\n".join(message.content for message in request.messages))
        return await self.inner.complete(request)

    async def choose(self, question: Any) -> Any:
        self.prompts.append("\n\n".join(message.content for message in question.messages))
        return await self.inner.choose(question)


@pytest.mark.parametrize("roster", ["mock-duopoly", "mock-choosers"])
def test_models_read_the_text_at_the_beginning_and_again_at_the_notice(roster: str) -> None:
    workspace = find_workspace()
    market = build_market(load_market("cournot-duopoly", workspace).spec)
    found = {}
    for repeat in (False, True):
        read = load_roster(roster, workspace)
        model = read.agents[0].parameters["model"]
        engine = Keeping(open_engine(model))
        engines: Any = {entry.parameters["model"]: engine for entry in read.agents}
        agents = seat_agents(read, market, 0, engines=engines, told="Abide by it.", repeat=repeat, workspace=workspace)
        market.reset(seed=0)
        one = agents[0]
        decision: Any = one.policy.act(market.observation(one.name), None, one.memory, Randomness(0, 1, one.name))
        asyncio.run(_awaited(decision))
        found[repeat] = engine.prompts[0]
    assert found[False].count("Abide by it.") == 1
    assert found[True].count("Abide by it.") == 2
    assert found[True].replace("Abide by it.", "", 2).split() == found[False].replace("Abide by it.", "").split()


async def _awaited(decision: Any) -> Any:
    return await decision


def test_firms_that_cannot_read_are_not_reminded() -> None:
    workspace = find_workspace()
    market = build_market(load_market("cournot-duopoly", workspace).spec)
    agents = seat_agents(load_roster("divider", workspace), market, 0, told="Abide.", repeat=True, workspace=workspace)
    assert not any(isinstance(agent.policy, Reminded) for agent in agents)
    market.reset(seed=0)
    decided: Any = agents[0].policy.act(
        market.observation("firm_1"), None, agents[0].memory, Randomness(0, 1, "firm_1")
    )
    assert np.all(decided.action >= 0)


# -- in a plan ----------------------------------------------------------------------------


def test_the_shipped_campaign_draws_every_wording_and_repeats_one_arm_s(tmp_path: Path) -> None:
    plan = plan_campaign("cournot-placebos", find_workspace())
    arms = {arm.name: arm for arm in plan.arms}
    once, again = arms["constitutional.mock-duopoly"], arms["repeated.mock-duopoly"]
    assert not once.repeat
    assert again.repeat
    drawn = {once.wording(seed).name for seed in range(100)}  # type: ignore[union-attr]
    assert drawn == set(WORDINGS)
    assert [once.told(seed) for seed in range(50)] == [again.told(seed) for seed in range(50)]
    documents = {arm["name"]: arm for arm in plan.document["arms"]}
    assert documents["repeated.mock-duopoly"]["repeat"] is True
    assert "repeat" not in documents["constitutional.mock-duopoly"]
    described = [
        (one.description_sha256, other.description_sha256) for one, other in zip(once.agents, again.agents, strict=True)
    ]
    assert all(one != other for one, other in described)


def test_a_roster_may_have_another_institution_for_a_regime() -> None:
    plan = plan_campaign("cournot-placebos", find_workspace())
    held = {arm.name: arm.institution_name for arm in plan.arms}
    assert held["random.ladder-gamer"] == "cournot-antitrust-random"
    assert held["random.divider"] == "cournot-antitrust-random-divider"
    assert held["institutional.divider"] == "cournot-antitrust-worded"


def test_what_cannot_be_meant_is_refused(tmp_path: Path) -> None:
    init_workspace(tmp_path / "lab")
    workspace = find_workspace(tmp_path / "lab")
    file = tmp_path / "lab" / "campaigns" / "mine.yaml"
    head = "kind: campaign\nversion: 1\nname: mine\nmarket: cournot-duopoly\nseeds: 1\n"
    file.write_text(head + "rosters: [nash]\nregimes: {one: {repeat: true}}\n")
    with pytest.raises(Exception, match="nothing is told that could be repeated"):
        plan_campaign("mine", workspace)
    use = "rosters: [{roster: nash, institutions: {one: cournot-antitrust}}]\nregimes: {one: {}}\n"
    file.write_text(head + use)
    with pytest.raises(Exception, match="'one' is no regime with an institution"):
        plan_campaign("mine", workspace)


def test_plans_without_the_new_keys_are_what_they_were() -> None:
    text = json.dumps(plan_campaign("cournot-three-regimes", find_workspace()).document)
    assert "repeat" not in text
    assert "institutions" not in text
