"""The wrapper: PettingZoo's own tests pass, and nothing that is not recorded takes effect."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest
from gymnasium import spaces
from pettingzoo.test import parallel_api_test, parallel_seed_test

from agoranomos.errors import UsageError
from agoranomos.institutions import Governed, PoisonedError, bind, replay
from agoranomos.institutions.entries import AgentRecord, CallRecord, DecisionRecord, decode_entry
from agoranomos.logs import MemoryLog
from agoranomos.markets.cournot_v0 import parallel_env
from institutions.playing import DIVISION, FAITHFUL, HARDENED, NASH, SHIPPED, random_plan, recorded, shipped

ACTIONS = {firm: np.array(quantities) for firm, quantities in DIVISION.items()}


def governed(name: str | None = FAITHFUL, log: Any = None, *, rounds: int = 30, **options: Any) -> Governed:
    return Governed(parallel_env(rounds=rounds), shipped(name) if name else None, log, **options)


@pytest.mark.parametrize("observe", [False, True])
@pytest.mark.parametrize("name", [*SHIPPED, None])
def test_pettingzoo_accepts_the_governed_market(name: str | None, observe: bool) -> None:
    parallel_api_test(governed(name, observe_standing=observe, reporting=observe), num_cycles=60)
    parallel_seed_test(lambda: governed(name, observe_standing=observe, reporting=observe), num_cycles=40)


def test_observations_stay_in_their_space_while_the_ladder_is_climbed() -> None:
    market = governed(observe_standing=True)
    observations, _ = market.reset(seed=1)
    seen = set()
    while market.agents:
        for agent, observation in observations.items():
            assert market.observation_space(agent).contains(observation)
            seen.add(int(observation["standing"]))
        observations = market.step(ACTIONS)[0]
    assert seen == {market.institution.states.index(s) for s in ("active", "warning", "fined", "suspended")}  # type: ignore[union-attr]
    assert governed(None, observe_standing=True).observation_space("firm_1")["standing"] == spaces.Discrete(1)  # type: ignore[index]


def test_without_an_institution_the_market_is_what_it_was() -> None:
    bare, wrapped = parallel_env(rounds=10), governed(None, rounds=10)
    bare.reset(seed=5)
    wrapped.reset(seed=5)
    assert wrapped.notices == {"firm_1": None, "firm_2": None}
    assert wrapped.standings == {}
    while wrapped.agents:
        _, expected, *_ = bare.step(ACTIONS)
        observations, rewards, _, _, infos = wrapped.step(ACTIONS)
        assert rewards == expected
        assert infos["firm_1"]["fine"] == 0
        assert set(observations) == {"firm_1", "firm_2"}


class FailingLog:
    """A log whose append fails once `fails` have worked."""

    def __init__(self, fails: int) -> None:
        self.entries: list[bytes] = []
        self._left = fails

    def append(self, entries: Any) -> None:
        if self._left == 0:
            raise OSError("the disk is full")
        self._left -= 1
        self.entries.extend(entries)


@pytest.mark.parametrize("works", range(9))
def test_a_commit_that_fails_stops_everything_wherever_it_happens(works: int) -> None:
    """Appends: the opening, seven rounds, the closing. Nothing of a round that was not recorded takes effect."""
    log = FailingLog(works)
    market = governed(log=log, rounds=7)
    reached = 0
    before: Any = None

    def whole_run() -> None:
        nonlocal reached, before, pending
        market.reset(seed=1)
        reached = 1
        while market.agents:
            pending = market.clear_and_judge(ACTIONS)
            before = (market.round, market.standings, market.notices, list(market.agents))
            market.commit(pending)
            market.apply(pending)
            reached += 1
        before = (market.round, market.standings, market.notices, list(market.agents))
        market.close_run()

    pending: Any = None
    with pytest.raises(OSError, match="disk is full"):
        whole_run()
    assert reached == works
    if before is not None:
        assert (market.round, market.standings, market.notices, list(market.agents)) == before
    calls: list[Any] = [
        lambda: market.reset(seed=1),
        lambda: market.step(ACTIONS),
        lambda: market.clear_and_judge(ACTIONS),
        market.close_run,
    ]
    if 1 <= works <= 7:
        calls += [lambda: market.commit(pending), lambda: market.apply(pending)]
    for call in calls:
        with pytest.raises(PoisonedError, match="the disk is full") as stopped:
            call()
        assert "run again to resume" in stopped.value.advice
    assert [decode_entry(line).seq for line in log.entries] == list(range(len(log.entries)))


def test_an_error_without_words_poisons_too() -> None:
    class Silent:
        def append(self, entries: Any) -> None:
            raise KeyboardInterrupt

    market = governed(log=Silent())
    with pytest.raises(KeyboardInterrupt):
        market.reset(seed=0)
    with pytest.raises(PoisonedError, match="KeyboardInterrupt"):
        market.reset(seed=0)


def test_a_failed_reset_shows_nothing() -> None:
    market = governed(log=FailingLog(0))
    with pytest.raises(OSError):
        market.reset(seed=0)
    assert market.agents == []
    assert market.notices == {"firm_1": None, "firm_2": None}


def test_the_three_steps_come_in_their_order() -> None:
    market = governed(log=MemoryLog())
    market.reset(seed=1)
    pending = market.clear_and_judge(ACTIONS)
    with pytest.raises(UsageError, match="not recorded; nothing takes effect"):
        market.apply(pending)
    with pytest.raises(UsageError, match="waits for commit"):
        market.clear_and_judge(ACTIONS)
    with pytest.raises(UsageError, match="waits for commit"):
        market.close_run()
    assert market.round == 0
    market.commit(pending)
    with pytest.raises(UsageError, match="not the one that waits"):
        market.commit(pending)
    market.apply(pending)
    with pytest.raises(UsageError, match="nothing takes effect"):
        market.apply(pending)
    assert market.round == 1
    other = market.clear_and_judge(ACTIONS)
    with pytest.raises(UsageError, match="not the one that waits"):
        market.commit(pending)
    market.commit(other)


def test_a_round_may_be_recorded_in_another_thread() -> None:
    log = MemoryLog()
    market = governed(log=log, rounds=8)
    market.reset(seed=1)
    while market.agents:
        pending = market.clear_and_judge(ACTIONS)
        writer = threading.Thread(target=market.commit, args=(pending,))
        writer.start()
        writer.join()
        market.apply(pending)
    market.close_run()
    assert log.entries == recorded(FAITHFUL, DIVISION, 8, seed=1)


def test_a_step_needs_a_run_and_an_action_of_everybody_who_may_act() -> None:
    market = governed()
    with pytest.raises(UsageError, match="never begun"):
        market.step(ACTIONS)
    market.reset(seed=1)
    with pytest.raises(UsageError, match="no action for firm_2") as missing:
        market.step({"firm_1": np.zeros(2)})
    assert "firm_1" in missing.value.advice
    market.step(ACTIONS)  # nothing had happened


def test_suspended_agents_are_not_asked_and_what_they_send_is_ignored() -> None:
    market = governed(rounds=20)
    market.reset(seed=1)
    for _ in range(12):
        market.step(ACTIONS)
    assert [market.may_act(agent) for agent in market.agents] == [False, False]
    pending = market.clear_and_judge({"firm_1": np.array([50.0, 50.0])})
    assert pending.outcome.actions["firm_1"].tolist() == [0.0, 0.0]
    market.commit(pending)
    assert market.apply(pending)[1] == {"firm_1": 0.0, "firm_2": 0.0}
    assert market.agents == ["firm_1", "firm_2"]


def test_a_log_holds_one_run_and_a_run_is_closed_once() -> None:
    log = MemoryLog()
    market = governed(log=log, rounds=3)
    with pytest.raises(UsageError, match="no run was begun"):
        market.close_run()
    market.reset(seed=1)
    market.step(ACTIONS)
    with pytest.raises(UsageError, match="a log holds one run"):
        market.reset(seed=2)
    market.close_run()
    with pytest.raises(UsageError, match="the run is closed"):
        market.close_run()
    with pytest.raises(UsageError, match="the run is over"):
        market.step(ACTIONS)
    assert decode_entry(log.entries[-1]).kind == "closed"


def test_without_a_log_the_market_may_be_played_again() -> None:
    market = governed(rounds=12)
    firsts = []
    for _ in range(2):
        market.reset(seed=9)
        while market.agents:
            last = market.step(ACTIONS)
        firsts.append(last[1])
        assert market.standings["firm_1"].state == "suspended"
        assert market.close_run() is None
    assert firsts[0] == firsts[1]
    market.reset(seed=9)
    assert market.standings["firm_1"].state == "active"


def test_an_unseeded_run_records_the_seed_it_drew() -> None:
    seeds = set()
    for _ in range(2):
        log = MemoryLog()
        governed(log=log).reset()
        seeds.add(decode_entry(log.entries[0]).body.seed)
    assert len(seeds) == 2
    assert all(0 <= seed < 2**53 for seed in seeds)


def test_entry_zero_holds_all_that_the_judgement_rests_on() -> None:
    log = MemoryLog()
    roster = (AgentRecord("firm_1", '{"policy":"divider"}'),)
    market = governed(HARDENED, log, rounds=4, roster=roster)
    market.reset(seed=11)
    opened = decode_entry(log.entries[0]).body
    assert (opened.seed, opened.rounds, opened.roster) == (11, 4, roster)
    assert opened.facts == market.env.facts
    assert opened.institution.text == shipped(HARDENED).source.text
    assert [decode_entry(line).kind for line in log.entries[1:]] == ["notice", "notice"]
    assert market.notices["firm_1"].text == decode_entry(log.entries[1]).body.text  # type: ignore[union-attr]


def test_accounts_of_decisions_are_recorded_in_the_agents_order() -> None:
    log = MemoryLog()
    market = governed(log=log)
    market.reset(seed=1)
    account = DecisionRecord("firm_2", (CallRecord("mock/m", 10, 2, "00" * 32, "{}"),))
    first = DecisionRecord("firm_1", repaired=True)
    market.commit(market.clear_and_judge(ACTIONS, {"firm_2": account, "firm_1": first}))
    assert decode_entry(log.entries[3]).body.decisions == (first, account)


def test_infos_tell_profit_fine_state_and_notice() -> None:
    market = governed()
    _, infos = market.reset(seed=1)
    assert infos["firm_1"]["state"] == "active"
    for _ in range(6):
        *_, infos = market.step(ACTIONS)
    assert infos["firm_1"]["profit"] == 1800
    assert infos["firm_1"]["fine"] == 630
    assert infos["firm_1"]["state"] == "fined"
    assert infos["firm_1"]["notice"].startswith("NOTICE of the market authority to firm_1. Status: PENALISED.")
    assert "Fine last round: 630.00." in infos["firm_1"]["notice"]
    assert "firm_2 PENALISED" in infos["firm_1"]["notice"]


def test_what_the_wrapper_passes_on() -> None:
    market = governed()
    assert market.metadata["name"].startswith("governed-")
    assert market.possible_agents == ["firm_1", "firm_2"]
    assert market.action_space("firm_1") == market.env.action_space("firm_1")
    assert market.render() is None
    market.close()


def test_a_notice_is_recorded_when_it_changes_and_only_then() -> None:
    entries = [decode_entry(line) for line in recorded(FAITHFUL, NASH, 20)]
    assert [entry.round for entry in entries if entry.kind == "notice"] == [0, 0]
    told: dict[str, str] = {}
    for entry in (decode_entry(line) for line in recorded(FAITHFUL, random_plan(3), 40)):
        if entry.kind == "notice":
            assert told.get(entry.body.agent) != entry.body.text
            told[entry.body.agent] = entry.body.text


def test_the_same_seed_gives_the_same_bytes() -> None:
    for name in (*SHIPPED, None):
        assert recorded(name, random_plan(2), 20, seed=4) == recorded(name, random_plan(2), 20, seed=4)
    assert replay(recorded(None, random_plan(2), 20)).institution == ""


def test_an_institution_that_is_bound_already_is_used_as_it_is() -> None:
    bound = bind(shipped(FAITHFUL), parallel_env().facts)
    market = Governed(parallel_env(rounds=6), bound)
    assert market.bound is bound
    assert market.institution is shipped(FAITHFUL)
    with pytest.raises(UsageError, match="bound to another market"):
        Governed(parallel_env(alpha=90.0), bound)
