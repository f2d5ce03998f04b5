"""Cheap talk: what is said is recorded, heard before the next round, and changes nothing by itself."""

from __future__ import annotations

import numpy as np
import pytest
from pettingzoo.test import parallel_api_test

from agoranomos.errors import UsageError
from agoranomos.institutions import Governed
from agoranomos.institutions.entries import decode_entry
from agoranomos.institutions.talking import Words, spoken
from agoranomos.logs import MemoryLog
from agoranomos.markets import cournot_v0
from institutions.playing import doors


def governed(log: MemoryLog | None = None, **options: bool) -> Governed:
    return Governed(cournot_v0.parallel_env(rounds=3, talk={"characters": 20}), log=log, **options)


def test_a_governed_market_that_talks_is_a_parallel_environment() -> None:
    parallel_api_test(governed(talking=True, reporting=True), num_cycles=50)


def test_what_is_said_is_heard_before_the_next_round_and_no_longer() -> None:
    env = governed(talking=True)
    first, _ = env.reset(seed=1)
    assert first["firm_1"]["messages"] == {"firm_1": "", "firm_2": ""}
    quantities = np.array([30.0, 30.0])
    said = env.step(
        {
            "firm_1": {"action": quantities, "message": "let us\n rest"},
            "firm_2": {"action": quantities, "message": ""},
        }
    )[0]
    assert said["firm_2"]["messages"] == {"firm_1": "let us rest", "firm_2": ""}
    assert env.observation_space("firm_2").contains(said["firm_2"])
    silent = env.step({agent: {"action": quantities, "message": ""} for agent in env.agents})[0]
    assert silent["firm_2"]["messages"] == {"firm_1": "", "firm_2": ""}


def test_what_is_said_is_recorded_and_nothing_else_changes() -> None:
    lines: dict[bool, tuple[bytes, ...]] = {}
    for talks in (True, False):
        log = MemoryLog()
        env = governed(log)
        env.reset(seed=1)
        action = {agent: np.array([30.0, 20.0]) for agent in env.agents}
        pending = env.clear_and_judge(action, messages={"firm_2": "hello"} if talks else {})
        env.commit(pending)
        lines[talks] = pending.entries
    spoke, silent = (decode_entry(lines[talks][0]).body for talks in (True, False))
    assert [(said.agent, said.text) for said in spoke.messages] == [("firm_2", "hello")]
    assert spoke.actions == silent.actions
    assert spoke.measures == silent.measures
    assert silent.messages == ()
    assert b"messages" not in lines[False][0]


def test_who_is_suspended_says_nothing() -> None:
    market = cournot_v0.parallel_env(rounds=3, talk={"characters": 20})
    env = Governed(market, doors(1), talking=True)
    env.reset(seed=1)
    heard = []
    for _ in range(3):
        moves = {agent: {"action": np.array([30.0, 30.0]), "message": "hello"} for agent in env.agents}
        may = {agent: "hello" if env.may_act(agent) else "" for agent in env.agents}
        heard.append((env.step(moves)[0]["firm_1"]["messages"], may))
    assert all(messages == may for messages, may in heard)
    assert {"firm_1": "", "firm_2": ""} in [may for _, may in heard]


def test_where_nobody_can_talk_nobody_is_heard() -> None:
    env = Governed(cournot_v0.parallel_env(rounds=3))
    env.reset(seed=1)
    pending = env.clear_and_judge({agent: np.zeros(2) for agent in env.agents}, messages={"firm_1": "hello"})
    assert pending.said == {}
    env.commit(pending)
    assert "messages" not in env.apply(pending)[0]["firm_1"]
    with pytest.raises(UsageError, match="nobody can talk"):
        Governed(cournot_v0.parallel_env(), talking=True)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a" * 30, "a" * 20),
        (" two\t words \n", "two words"),
        ("zero\u200bwidth\x00", "zerowidth"),
        ("a \u200b b\x0bc", "a b c"),
        ("\ud800x", "x"),
        ("   ", None),
    ],
)
def test_a_text_is_one_printable_line_of_bounded_length(text: str, kept: str | None) -> None:
    found = spoken({"b": text}, ("a", "b"), 20)
    assert found == ({} if kept is None else {"b": kept})
    assert all(Words(20).contains(said) for said in found.values())


@pytest.mark.parametrize(
    ("said", "words"), [({"c": "hello"}, "agent 'c'"), ({"a": 3}, "a text was expected")], ids=["unknown", "number"]
)
def test_what_cannot_be_said_is_refused(said: dict[str, object], words: str) -> None:
    with pytest.raises(UsageError, match=words):
        spoken(said, ("a", "b"), 20)  # type: ignore[arg-type]


def test_an_action_without_a_message_is_refused_where_agents_talk() -> None:
    env = governed(talking=True)
    env.reset(seed=1)
    with pytest.raises(UsageError, match="no mapping with 'action' and 'message'"):
        env.step({agent: np.zeros(2) for agent in env.agents})


def test_words_know_their_samples_and_each_other() -> None:
    space = Words(5, seed=3)
    assert all(space.contains(space.sample()) for _ in range(50))
    assert not space.contains("a longer text")
    assert not space.contains("a\nb")
    assert space == Words(5)
    assert space != Words(6)
    assert len({Words(5), Words(5), Words(6)}) == 2
