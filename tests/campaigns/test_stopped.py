"""A session that can ask no more: a budget is spent, or a model is gone. What is recorded is never asked again."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from agoranomos.campaigns.ledger import read_ledger
from agoranomos.campaigns.recorded import recording_of
from agoranomos.campaigns.verification import verify_campaign
from agoranomos.logs import recorded
from agoranomos.models import BudgetSpent, Caller, Completion, EngineLost, MockEngine, Request, prompt_sha256
from agoranomos.models.calls.store import CallStore
from campaigns.laboratory import MOCK, Lab, make_lab

SMALL = MOCK.replace("seeds: 2", "seeds: 1")
CALLS = 2 * 3 * 2
"""Runs, rounds, agents: what an unbroken campaign asks."""


class Leaving(MockEngine):
    """Is gone once it answered so many calls; remembers whom it answered."""

    def __init__(self, after: int = 10**9, identity: str = "") -> None:
        super().__init__()
        self.left = after
        self.answered: list[tuple[str, int, Caller]] = []
        self._identity = identity

    @property
    def identity(self) -> str:
        return self._identity

    async def complete(self, request: Request) -> Completion:
        if self.left == 0:
            raise EngineLost("nothing listens at 127.0.0.1:9", advice="Start the server.")
        self.left -= 1
        self.answered.append((prompt_sha256(request), request.seed, request.caller))
        return await super().complete(request)


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory: pytest.TempPathFactory) -> tuple[Any, Any]:
    lab = make_lab(tmp_path_factory.mktemp("unbroken"))
    made = lab.plan(SMALL)
    engine = Leaving()
    lab.run(made, open_engine=lambda _: engine)
    assert len(engine.answered) == CALLS
    return lab.entries(made), lab.tables(made)


def calls_on_record(lab: Lab, made: Any) -> int:
    """Calls that are signed in any attempt; runs that were played again count once."""
    folder = lab.folder(made)
    count = 0
    for run in made.runs():
        places = [folder.run(*run.key), *folder.abandoned(*run.key, 1).parent.glob("*")]
        found = [recording_of(recorded(place, lab.trusted()).entries, lambda _: b"").calls for place in places]
        count += max(map(len, found), default=0)
    return count


@pytest.mark.parametrize("workers", [1, 2])
@pytest.mark.parametrize("after", range(CALLS))
def test_a_model_that_goes_away_at_any_call_stops_the_session_and_the_same_command_goes_on(
    lab: Lab, unbroken: tuple[Any, Any], after: int, workers: int
) -> None:
    made, first, second = lab.plan(SMALL), Leaving(after), Leaving()
    outcome = lab.run(made, workers=workers, open_engine=lambda _: first)
    assert isinstance(outcome.stopped, EngineLost)
    assert outcome.failures == ()
    status = json.loads(lab.folder(made).status_file.read_bytes())
    assert (status["state"], status["reason"]) == ("stopped", "nothing listens at 127.0.0.1:9")
    assert status["runs"]["finished"] == outcome.finished
    kept = calls_on_record(lab, made)
    assert after - 2 * workers < kept <= after
    again = lab.run(made, workers=workers, open_engine=lambda _: second)
    assert (again.stopped, again.failures, again.kept + again.finished) == (None, (), 2)
    assert len(second.answered) == CALLS - kept
    assert (lab.entries(made), lab.tables(made)) == unbroken
    assert verify_campaign(lab.folder(made), lab.trusted()).first_fault is None


@pytest.mark.parametrize("workers", [1, 2])
def test_a_model_that_goes_away_again_and_again_is_asked_for_each_call_once(
    lab: Lab, unbroken: tuple[Any, Any], workers: int, tmp_path: Path
) -> None:
    made, asked = lab.plan(SMALL), Counter[tuple[str, int, Caller]]()
    for _ in range(CALLS + 1):
        # The call store holds what no log does yet: the reply to an agent whose fellow met the stop.
        store = CallStore.open(tmp_path / "calls")
        engine = Leaving(after=1, identity='{"weights":"1"}')
        outcome = lab.run(made, workers=workers, open_engine=lambda _, engine=engine: engine, store=store)
        store.close()
        asked.update(engine.answered)
        if outcome.stopped is None:
            break
    assert set(asked.values()) == {1}
    assert len(asked) == CALLS
    assert (lab.entries(made), lab.tables(made)) == unbroken
    history, _ = read_ledger(lab.folder(made).ledger, lab.trusted())
    assert history.ended


def test_a_stop_ends_the_ledger_s_session_in_order_with_attempts_left_open(lab: Lab) -> None:
    made = lab.plan(SMALL)
    lab.run(made, workers=2, open_engine=lambda _: Leaving(after=5))
    history, _ = read_ledger(lab.folder(made).ledger, lab.trusted())
    assert history.ended
    assert [attempts[-1].ended for attempts in history.attempts.values()] == [False] * 2
    assert verify_campaign(lab.folder(made), lab.trusted()).first_fault is None
    assert {row["status"] for row in lab.tables(made)["runs"]} == {"open"}
    lab.run(made)
    assert {row["status"] for row in lab.tables(made)["runs"]} == {"closed"}


@pytest.mark.parametrize("calls", [0, 5, 11])
def test_a_spent_budget_stops_the_session_and_a_raised_one_goes_on(
    lab: Lab, unbroken: tuple[Any, Any], calls: int
) -> None:
    poor, rich = lab.plan(SMALL, f"budget={{calls: {calls}}}"), lab.plan(SMALL, f"budget={{calls: {CALLS}}}")
    assert poor.digest == rich.digest
    first, second, third = Leaving(), Leaving(), Leaving()
    outcome = lab.run(poor, workers=2, open_engine=lambda _: first)
    assert isinstance(outcome.stopped, BudgetSpent)
    assert len(first.answered) == calls
    spent = json.loads(lab.folder(poor).spending_file.read_bytes())["models"]
    assert {model: use["calls"] for model, use in spent.items()} == ({"mock/valid": calls} if calls else {})
    # The budget is for all sessions together: the same command again asks nothing.
    assert isinstance(lab.run(poor, workers=2, open_engine=lambda _: second).stopped, BudgetSpent)
    assert second.answered == []
    kept = calls_on_record(lab, poor)
    richer = lab.plan(SMALL, f"budget={{calls: {calls + CALLS - kept}}}")
    done = lab.run(richer, workers=2, open_engine=lambda _: third)
    assert (done.stopped, len(third.answered)) == (None, CALLS - kept)
    assert (lab.entries(richer), lab.tables(richer)) == unbroken


def test_calls_under_way_when_the_budget_ends_are_kept_and_not_asked_again(
    lab: Lab, unbroken: tuple[Any, Any], tmp_path: Path
) -> None:
    store = CallStore.open(tmp_path / "calls")
    identity = '{"weights":"1"}'
    first, second = Leaving(identity=identity), Leaving(identity=identity)
    lab.run(lab.plan(SMALL, "budget={calls: 5}"), workers=2, open_engine=lambda _: first, store=store)
    made = lab.plan(SMALL)
    lab.run(made, workers=2, open_engine=lambda _: second, store=store)
    store.close()
    assert (len(first.answered), len(second.answered)) == (5, CALLS - 5)
    assert {*first.answered}.isdisjoint(second.answered)
    assert (lab.entries(made), lab.tables(made)) == unbroken


def test_another_campaign_finds_what_was_asked_before_unless_it_is_private(lab: Lab, tmp_path: Path) -> None:
    store = CallStore.open(tmp_path / "calls")

    def asked(*settings: str) -> int:
        engine = Leaving(identity='{"weights":"1"}')
        made = lab.plan(SMALL, *settings)
        lab.run(made, open_engine=lambda _: engine, store=store)
        calls = json.loads(lab.folder(made).status_file.read_bytes())["calls"]
        assert calls["asked"] == len(engine.answered)
        return len(engine.answered)

    assert asked() == CALLS
    assert asked("name=another") == 0
    assert asked("name=private", "privacy=committed") == CALLS
    store.close()


def test_an_unbroken_session_leaves_its_spending(lab: Lab) -> None:
    made = lab.plan(SMALL)
    lab.run(made)
    spent = json.loads(lab.folder(made).spending_file.read_bytes())
    assert spent["models"]["mock/valid"]["calls"] == CALLS
    status = json.loads(lab.folder(made).status_file.read_bytes())
    assert status["state"] == "finished"
    assert status["calls"]["asked"] == CALLS
    assert status["calls"]["prompt_tokens"] == spent["models"]["mock/valid"]["prompt_tokens"]
