"""A model bargains: its comments are heard by all others, and their tone is what comes back."""

import asyncio
import json
from pathlib import Path
from typing import Any

from agoranomos.agents import Roster, RosterEntry, seat_agents
from agoranomos.campaigns.runner import run_one
from agoranomos.institutions import Governed
from agoranomos.logs import MemoryLog
from agoranomos.models import Completion, open_engine
from agoranomos.scenarios import group_bargaining_v0
from agoranomos.workspace import find_workspace

WORKSPACE = find_workspace(Path(__file__).parent)
WORDS = {"bargainer_1": "A fair offer.", "bargainer_2": "You are greedy.", "bargainer_3": ""}


class Bargainer:
    """An engine in which each agent proposes 60 and comments in its own words."""

    def __init__(self) -> None:
        self.inner = open_engine("mock/valid")
        self.asked: dict[tuple[str, int], str] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    async def complete(self, request: Any) -> Completion:
        agent, number, _ = request.caller
        self.asked[agent, number] = request.messages[-1].content
        return Completion(json.dumps({"value": 60, "comment": WORDS[agent]}), 1, 1, "stop", 0.0)


def played(engine: Any, name: str, **parameters: Any) -> list[Any]:
    scenario = group_bargaining_v0.parallel_env(
        bargainers=3,
        hikers=2,
        rounds=3,
        metrics="question",
        talk={"characters": 60},
        sees={"others_actions": "nothing"},
    )
    entry = RosterEntry(policy="answering", parameters={"model": name, "by": "reply", "memory": "none", **parameters})
    roster = Roster(kind="roster", version=1, agents=(entry,))
    agents = seat_agents(roster, scenario, 1, engines={name: engine}, workspace=WORKSPACE)
    log = MemoryLog()
    asyncio.run(run_one(Governed(scenario, None, log), agents, 1, put_blob=lambda _: "0" * 64))
    return [entry for entry in map(json.loads, log.entries) if entry["kind"] == "round"]


def test_comments_are_recorded_and_their_tone_comes_back_with_the_own_score() -> None:
    engine = Bargainer()
    rounds = played(engine, "mock/valid")
    said = {one["agent"]: one["text"] for one in rounds[0]["body"]["messages"]}
    assert said == {agent: text for agent, text in WORDS.items() if text}
    assert "last round" not in engine.asked["bargainer_1", 1]
    assert (
        "Your score of the last round is 0.2. The comments of the others had a mean tone of -1,"
        in (engine.asked["bargainer_1", 2])
    )
    assert (
        "Your score of the last round is -0.2. The comments of the others had a mean tone of 0,"
        in (engine.asked["bargainer_3", 2])
    )
    assert "greedy" not in engine.asked["bargainer_1", 3]


def test_a_mock_that_keeps_to_the_schema_is_always_understood() -> None:
    rounds = played(open_engine("mock/valid"), "mock/valid", constrained=True)
    decisions = [decision for entry in rounds for decision in entry["body"]["decisions"]]
    assert len(decisions) == 9
    assert not any(call.get("failure") for decision in decisions for call in decision["calls"])
