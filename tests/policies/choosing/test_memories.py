"""A choosing agent has the memories of rounds that a prompted one has, and none that it would have to write itself."""

from __future__ import annotations

import json

import pytest

from agoranomos.errors import UsageError
from agoranomos.markets import cournot_v0
from agoranomos.policies import Seat, find_policy
from agoranomos.policies.choosing import ChoosingParameters
from agoranomos.policies.shared import SharedRound
from agoranomos.workspace import Workspace
from policies.choosing.asking import Answers, chooser, decide
from policies.prompted.asking import observation

MARKET = cournot_v0.parallel_env()
E6 = 1_000_000


def last_prompt(rounds: int = 4, **parameters: object) -> str:
    """What the agent is last asked after so many rounds, in each of which all was shown to it."""
    engine = Answers([1.0, *[0.0] * 5])
    policy = chooser(engine, MARKET, levels=3, **parameters)
    memory = policy.start()
    for number in range(rounds + 1):
        memory = decide(policy, observation(number), memory, round_number=number + 1).memory
        actions = {"firm_1": (7 * E6, 0), "firm_2": (11 * E6, (number + 1) * E6)}
        memory = policy.shared(memory, SharedRound(number + 1, actions, {"firm_2": "said in reply"}))
    return engine.questions[-1].messages[-1].content


def rounds_in(text: str) -> list[int]:
    return [int(line.partition(":")[0]) for line in text.splitlines() if line.partition(":")[0].isdigit()]


def test_each_memory_shows_what_it_is_to_show() -> None:
    assert rounds_in(last_prompt(window=3)) == [2, 3, 4]
    assert rounds_in(last_prompt(window=3, stride=3)) == [4]
    assert rounds_in(last_prompt(memory="none")) == []
    assert "Rounds" not in last_prompt(memory="none")
    assert "firm_2" not in last_prompt()
    shared = last_prompt(memory="shared", window=2)
    assert "3, firm_2: 11 3\n" in shared
    assert "4, firm_2: 11 4\n" in shared
    assert "2, firm_2" not in shared
    assert "said in reply" not in shared
    assert "replied: said in reply" in last_prompt(memory={"kind": "shared", "show": "full"})


def test_memories_that_an_agent_writes_itself_are_refused() -> None:
    for kind in ("notes", "summary"):
        with pytest.raises(UsageError, match=kind):
            find_policy("choosing").parse({"memory": kind})


def test_a_question_that_speaks_of_other_memories_is_refused(tmp_path) -> None:
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "mine.md").write_text(
        "---\nkind: question\nversion: 1\n---\n{% block user %}x{% endblock %}"
    )
    kind, seat = find_policy("choosing"), Seat("firm_1", 0, MARKET, 7)
    with pytest.raises(UsageError, match=r"mine is for agents whose memory is window, not shared"):
        kind.bind(
            kind.parse({"template": "mine", "memory": "shared"}),
            seat,
            engine=Answers([]),
            workspace=Workspace(tmp_path, "w"),
        )


def test_what_is_not_asked_for_is_not_described() -> None:
    assert not {"memory", "stride"} & ChoosingParameters().model_dump().keys()
    described = chooser(Answers([]), MARKET, memory="none", stride=2).describe()["parameters"]
    assert (described["memory"], described["stride"]) == ({"kind": "none"}, 2)
    assert json.dumps(described)
    with pytest.raises(UsageError, match="stride"):
        find_policy("choosing").parse({"window": 2, "stride": 3})
