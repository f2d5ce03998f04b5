from __future__ import annotations

import asyncio
import math
from hashlib import sha256

import numpy as np
import pytest

from agoranomos.agents import Agent
from agoranomos.campaigns.runner import LONGEST_REPLY, RoundDone, _Keeper, run_one
from agoranomos.documents import read_text
from agoranomos.errors import MachineError, UsageError
from agoranomos.institutions import Governed, load_institution, replay
from agoranomos.institutions.choice_record import ChoiceRecord
from agoranomos.institutions.entries import Round, decode_entry
from agoranomos.logs import MemoryLog
from agoranomos.markets import CournotSpec, build_market
from agoranomos.policies import Noisy, Seat
from agoranomos.policies.policy import Account, Call, Decision
from agoranomos.workspace import Workspace, library_root, resolve

NASH = {"firm_1": (140 / 3, 80 / 3), "firm_2": (80 / 3, 140 / 3)}
DIVISION = {"firm_1": (60.0, 0.0), "firm_2": (0.0, 60.0)}


class Fixed:
    """Always the same quantities; the memory counts the rounds that it played and that it sat out."""

    def __init__(self, quantities, account=None, seconds=()):
        self.decision = (np.array(quantities), account, seconds)
        self.seen: list = []

    def start(self):
        return (0, 0)

    def act(self, observation, notice, memory, randomness):
        self.seen.append((randomness.round_number, memory, None if notice is None else notice.state))
        action, account, seconds = self.decision
        return Decision(action, (memory[0] + 1, memory[1]), account, seconds)

    def missed(self, observation, notice, memory):
        return (memory[0], memory[1] + 1)

    def describe(self):
        return {"policy": "fixed"}


class Later(Fixed):
    """The same, later."""

    def act(self, observation, notice, memory, randomness):
        async def answer():
            await asyncio.sleep(0)
            return Fixed.act(self, observation, notice, memory, randomness)

        return answer()


class Broken(Fixed):
    def act(self, observation, notice, memory, randomness):
        raise ValueError("no idea")


class BrokenLater(Fixed):
    def act(self, observation, notice, memory, randomness):
        async def answer():
            raise ValueError("no idea")

        return answer()


class BrokenWhenSuspended(Fixed):
    def missed(self, observation, notice, memory):
        raise ValueError("no idea")


class Refusing(Later):
    def act(self, observation, notice, memory, randomness):
        async def answer():
            raise UsageError("not like this")

        return answer()


def institution(name: str):
    workspace = Workspace(library_root(), "library")
    return load_institution(read_text(resolve("institutions", name, workspace)))


def played(policies: dict, rounds: int, governed_by: str | None = None, **options):
    log = MemoryLog()
    market = build_market(CournotSpec(rounds=rounds))
    governed = Governed(market, institution(governed_by) if governed_by else None, log)
    agents = [Agent(name, policy, policy.start()) for name, policy in policies.items()]
    acknowledged = asyncio.run(run_one(governed, agents, 5, put_blob=log.put_blob, **options))
    assert acknowledged.size == len(log.entries)
    return log


def rounds_of(log: MemoryLog) -> list[Round]:
    return [entry.body for entry in map(decode_entry, log.entries) if isinstance(entry.body, Round)]


def test_memories_follow_the_rounds_and_the_log_replays() -> None:
    policies = {"firm_1": Fixed(NASH["firm_1"]), "firm_2": Later(NASH["firm_2"])}
    log = played(policies, 4, "cournot-antitrust")
    for policy in policies.values():
        assert [(number, memory[0]) for number, memory, _ in policy.seen] == [(1, 0), (2, 1), (3, 2), (4, 3)]
    assert replay(log.entries).closed
    assert rounds_of(log)[0].actions == ((46_666_667, 26_666_667), (26_666_667, 46_666_667))


@pytest.mark.parametrize("in_thread", [False, True])
def test_suspended_agents_are_not_asked_and_may_note_the_round(in_thread: bool) -> None:
    policies = {name: Fixed(quantities) for name, quantities in DIVISION.items()}
    log = played(policies, 60, "cournot-antitrust", commit_in_thread=in_thread)
    suspended = [
        index + 2 for index, body in enumerate(rounds_of(log)) if body.standings[0].limit_e6 == 0 and index + 2 <= 60
    ]
    assert suspended
    seen = policies["firm_1"].seen
    assert not set(suspended) & {number for number, _, _ in seen}
    assert len(seen) + len(suspended) == 60
    number, memory, _ = seen[-1]
    assert memory == (len(seen) - 1, sum(missed < number for missed in suspended))
    assert all(rounds_of(log)[number - 1].actions[0] == (0, 0) for number in suspended)


def test_accounts_are_recorded_and_long_replies_are_kept_by_digest() -> None:
    short = Call("mock", "0" * 64, "a reply", 10, 3, "invalid")
    long = Call("mock", "1" * 64, "x" * (LONGEST_REPLY - 1) + "é", 10, 3)
    account = Account((short, long), repaired=True)
    told: list[RoundDone] = []
    policies = {
        "firm_1": Fixed(NASH["firm_1"], account, (0.25, math.nan)),
        "firm_2": Fixed(NASH["firm_2"]),
    }
    log = played(policies, 1, watch=told.append)
    (decision,) = rounds_of(log)[0].decisions
    assert (decision.agent, decision.repaired) == ("firm_1", True)
    assert (decision.calls[0].reply, decision.calls[0].reply_sha256, decision.calls[0].failure) == (
        "a reply",
        "",
        "invalid",
    )
    assert decision.calls[1].reply == ""
    assert decision.calls[1].reply_sha256 == sha256(long.reply.encode()).hexdigest()
    assert log.blobs == {decision.calls[1].reply_sha256: long.reply.encode()}
    (done,) = told
    assert (done.round, done.calls) == (1, 2)
    assert [(t.agent, t.attempt, t.seconds) for t in done.timings] == [("firm_1", 0, 0.25)]


def test_a_policy_that_fails_while_it_sits_out_is_named_with_agent_and_round() -> None:
    policies = {"firm_1": Fixed(DIVISION["firm_1"]), "firm_2": BrokenWhenSuspended(DIVISION["firm_2"])}
    with pytest.raises(MachineError, match=r"agent firm_2 failed in round \d+: ValueError: no idea"):
        played(policies, 60, "cournot-antitrust")


@pytest.mark.parametrize("broken", [Broken, BrokenLater])
def test_a_policy_that_fails_is_named_with_agent_and_round(broken: type) -> None:
    with pytest.raises(MachineError, match="agent firm_2 failed in round 1: ValueError: no idea"):
        played({"firm_1": Fixed(NASH["firm_1"]), "firm_2": broken(NASH["firm_2"])}, 2)


def test_an_explained_error_of_a_policy_passes_as_it_is() -> None:
    with pytest.raises(UsageError, match="not like this"):
        played({"firm_1": Fixed(NASH["firm_1"]), "firm_2": Refusing(NASH["firm_2"])}, 2)


def test_a_round_whose_record_fails_takes_no_effect() -> None:
    class Full(MemoryLog):
        def append(self, entries):
            if len(self.entries) > 2:
                raise MachineError("disk full")
            return super().append(entries)

    log = Full()
    market = build_market(CournotSpec(rounds=9))
    policies = {name: Fixed(quantities) for name, quantities in NASH.items()}
    agents = [Agent(name, policy, policy.start()) for name, policy in policies.items()]
    governed = Governed(market, None, log)
    with pytest.raises(MachineError, match="disk full"):
        asyncio.run(run_one(governed, agents, 5, put_blob=log.put_blob))
    assert governed.round == 2
    assert len(log.entries) == 3


def test_a_round_of_long_replies_fits_its_entry() -> None:
    kept: list[bytes] = []

    def put_blob(content: bytes) -> str:
        kept.append(content)
        return "digest"

    keeper = _Keeper(put_blob)
    inline = [keeper.kept("\u0001" * 600) for _ in range(20)]  # six bytes each as JSON
    assert sum(reply != "" for reply, _ in inline) == 6
    assert all(digest == "" if reply else digest == "digest" for reply, digest in inline)
    assert len(kept) == 14


class Onlooking(Fixed):
    """The same quantities; the memory is all that was shown of what everybody did."""

    def start(self):
        return ()

    def act(self, observation, notice, memory, randomness):
        self.seen.append(memory)
        return Decision(np.array(self.decision[0]), memory, self.decision[1])

    def missed(self, observation, notice, memory):
        return memory

    def shared(self, memory, played):
        return (*memory, played)


def test_an_onlooker_is_shown_what_cleared_and_what_was_replied_before_the_next_round():
    replied = Account(
        (Call("mock/m", "00" * 32, "told in a summary", 1, 1, purpose="summary"), Call("m", "11" * 32, "60", 1, 1))
    )
    spec = CournotSpec(rounds=3)
    seat = Seat("firm_1", 0, build_market(spec), 1)
    onlooker = Onlooking((60.0, 0.0))
    agents = [
        Agent("firm_1", Noisy(onlooker, 0.0, seat), ()),
        Agent("firm_2", Fixed((90.0, 30.0), replied), (0, 0)),
    ]
    asyncio.run(run_one(Governed(build_market(spec), None, MemoryLog()), agents, 1, put_blob=lambda _: "0" * 64))
    assert [len(memory) for memory in onlooker.seen] == [0, 1, 2]
    first = onlooker.seen[1][0]
    assert first.round == 1
    # The capacity is 100: what cleared is shown, and not what was asked for.
    assert first.actions_e6 == {"firm_1": (60_000_000, 0), "firm_2": (75_000_000, 25_000_000)}
    assert first.replies == {"firm_2": "60"}


def test_an_onlooker_is_shown_the_option_that_was_chosen():
    choice = ChoiceRecord(("stay", "leave"), (-693147, -693147))
    call = Call("mock/m", "11" * 32, "", 1, 0, scored="direct", choice=choice)
    spec = CournotSpec(rounds=2)
    onlooker = Onlooking((60.0, 0.0))
    agents = [
        Agent("firm_1", onlooker, ()),
        Agent("firm_2", Fixed((9.0, 30.0), Account((call,), chosen=1)), (0, 0)),
    ]
    asyncio.run(run_one(Governed(build_market(spec), None, MemoryLog()), agents, 1, put_blob=lambda _: "0" * 64))
    assert onlooker.seen[1][0].replies == {"firm_2": "leave"}


def test_an_onlooker_that_fails_stops_the_run_with_its_name():
    class Blind(Onlooking):
        def shared(self, memory, played):
            raise ValueError("no eyes")

    agents = [Agent("firm_1", Blind((1.0, 1.0)), ()), Agent("firm_2", Fixed((1.0, 1.0)), (0, 0))]
    governed = Governed(build_market(CournotSpec(rounds=3)), None, MemoryLog())
    with pytest.raises(MachineError, match=r"agent firm_1 failed in round 1: ValueError: no eyes"):
        asyncio.run(run_one(governed, agents, 1, put_blob=lambda _: "0" * 64))
