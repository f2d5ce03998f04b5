"""A person's run from the first question to the verified log: played, left, gone on with, and what came of it."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from agoranomos.campaigns import Settings, execute, open_folder
from agoranomos.campaigns.transcript import transcript
from agoranomos.campaigns.verified_run import verify_run
from agoranomos.errors import UsageError
from agoranomos.logs import KeyStore, LogReader
from agoranomos.policies.human import Move, Situation
from agoranomos.viewer.play_plan import play_plan
from agoranomos.viewer.refusals import Conflict
from campaigns.laboratory import Died, DyingStorage
from viewer.playing import CAMPAIGN, DIVIDE, asked, ended, made_workspace, play, seat


def test_a_person_divides_is_warned_and_the_log_verifies(tmp_path: Path) -> None:
    workspace = made_workspace(tmp_path)
    session = seat(workspace, arm="governed.divider")
    session.start()
    shown = play(session, lambda _: DIVIDE)
    assert [one["round"] for one in shown] == [1, 2, 3, 4, 5, 6]
    notices = {one["notice"].split(".")[1].strip() for one in shown if one["new_notice"]}
    assert len(notices) > 1
    state = ended(session)
    assert state["phase"] == "over"
    verified = verify_run(session.place, session.keys.trusted(), level="strict")
    assert verified.closed is not None
    result = state["result"]
    profits = [one["profit"] for one in (*shown[-1]["history"],)]
    assert result["profit"] > sum(profits)
    assert result["net"] == pytest.approx(result["profit"] - result["fines"])
    assert {one["name"] for one in result["benchmarks"]} >= {"nash", "monopoly"}
    nash = next(one["profit"] for one in result["benchmarks"] if one["name"] == "nash")
    assert nash == pytest.approx(6 * 1444.44, rel=1e-4)
    assert result["transitions"]
    assert result["cases"] >= 1
    opened = json.loads(next(iter(LogReader(session.place).entries())))["body"]
    assert json.loads(opened["roster"][0]["policy"]) == {"policy": "human", "parameters": {"reports": False}}
    assert (session.folder.tables / "runs.parquet").is_file()


def test_who_leaves_goes_on_where_they_were(tmp_path: Path) -> None:
    workspace = made_workspace(tmp_path)
    whole = seat(workspace)
    whole.start()
    play(whole, lambda _: DIVIDE)
    ended(whole)

    again = made_workspace(tmp_path / "again")
    first = seat(again)
    thread = first.start()
    play(first, lambda _: DIVIDE, last=2)
    asked(first, 3)
    first.seat.leave()
    thread.join(30)
    assert first.seat.state()["phase"] == "ended"
    assert "the person left" in first.seat.state()["error"]
    assert not first.seat.finished
    second = seat(again)
    second.start()
    shown = play(second, lambda _: DIVIDE)
    assert [one["round"] for one in shown] == [3, 4, 5, 6]
    assert [past["round"] for past in shown[0]["history"]] == [1, 2]
    assert ended(second)["phase"] == "over"
    assert list(LogReader(second.place).entries()) == list(LogReader(whole.place).entries())
    third = seat(again)  # what is finished is not played again
    third.start()
    assert ended(third)["result"] == ended(second)["result"]


PLAN = ("treats minor", "treats major", "charges minor", "charges major")


@pytest.mark.parametrize(
    ("market", "agent", "wish", "taken"),
    [
        (
            "bertrand-investment",
            "firm_1",
            {"A": 30.0, "B": 30.0, "invest_A": 1, "invest_B": 0},
            {"A": 30.0, "B": 30.0, "invest_A": 0, "invest_B": 0},
        ),
        (
            "credence-goods",
            "expert_1",
            {"minor price": 4.3333, "major price": 6, **dict.fromkeys(PLAN, 1)},
            {"minor price": 4, "major price": 6, **dict.fromkeys(PLAN, 1)},
        ),
    ],
)
def test_what_a_market_would_change_is_refused_and_the_run_can_be_gone_on_with(
    tmp_path: Path, market: str, agent: str, wish: dict[str, float], taken: dict[str, float]
) -> None:
    text = CAMPAIGN.replace("cournot-duopoly", market).replace("[nash-noisy, divider]", "[nash]")
    text = text.replace("  governed: {institution: cournot-antitrust}\n", "").replace("rounds: 6", "rounds: 2")
    workspace = made_workspace(tmp_path, text.replace("outcome: price\n", ""))
    first = seat(workspace, agent=agent)
    thread = first.start()
    refused = [one["refused"] for one in play(first, lambda at: {"numbers": taken if at["refused"] else wish}, 1)]
    asked(first, 2)
    first.seat.leave()
    thread.join(30)
    assert refused[0] == ""
    assert refused[1].startswith("that cannot be done as it stands; the nearest that can be has ")
    second = seat(workspace, agent=agent)
    second.start()
    assert [one["round"] for one in play(second, lambda _: {"numbers": taken})] == [2]
    assert ended(second)["phase"] == "over"
    rounds = [json.loads(line)["body"] for line in LogReader(second.place).entries() if b'"kind":"round"' in line]
    assert [body.get("projected") for body in rounds] == [None, None]
    assert list(transcript(second.place, workspace, second.keys.trusted())) == []


class Alternating:
    """A person who keeps to what they would do in each round, and counts how often they are asked."""

    def __init__(self) -> None:
        self.asked: list[int] = []

    async def decide(self, situation: Situation) -> Move:
        self.asked.append(situation.round)
        return Move((80.0 - situation.round, 0.0), message="")


def _given(disk: DyingStorage, _: object) -> DyingStorage:
    return disk


def test_a_kill_at_any_time_costs_at_most_the_round_under_way(tmp_path: Path) -> None:
    workspace = made_workspace(tmp_path)
    made = play_plan("trial", "firm_1", workspace)
    keys = KeyStore(tmp_path / "keys")

    def run(logs: Path, person: Alternating, **settings: Any) -> Any:
        given = Settings(workers=1, clock=lambda: 1_700_000_000, person=person, **settings)
        return execute(made, open_folder(made, logs), keys, given)

    def entries(logs: Path) -> list[bytes]:
        return list(LogReader(logs / made.label / "runs" / "governed-nash-noisy" / "4").entries())

    run(tmp_path / "whole", Alternating())
    kills = 0
    for after in range(20, 140, 13):
        logs, person, disk = tmp_path / f"killed-{after}", Alternating(), DyingStorage(after, Died)
        try:
            run(logs, person, storage_of=partial(_given, disk))
        except Died:
            kills += 1
        run(logs, person)
        assert entries(logs) == entries(tmp_path / "whole"), after
        assert sorted(set(person.asked)) == [1, 2, 3, 4, 5, 6]
        assert len(person.asked) <= 7, (after, person.asked)
    assert kills > 3


def test_a_run_without_its_person_does_not_begin(tmp_path: Path) -> None:
    workspace = made_workspace(tmp_path)
    made = play_plan("trial", "firm_1", workspace)
    folder = open_folder(made, tmp_path / "logs")
    with pytest.raises(
        UsageError, match=r"arm governed-nash-noisy: firm_1 is played by a person.*\n.*agora view --play"
    ):
        execute(made, folder, KeyStore(tmp_path / "keys"), Settings())
    assert not folder.ledger.exists()


@pytest.mark.parametrize(
    ("roster", "durable", "words"),
    [
        ("{policy: human}", "run", "durable: round"),
        ("{policy: human, noise: 0.1}", "round", "adds noise or a tremble"),
    ],
)
def test_a_person_in_a_roster_of_ones_own_is_checked_before_the_run(
    tmp_path: Path, roster: str, durable: str, words: str
) -> None:
    from agoranomos.campaigns import plan
    from agoranomos.documents import Source

    text = CAMPAIGN.replace("[nash-noisy, divider]", "[mine]") + f"durable: {durable}\n"
    workspace = made_workspace(tmp_path, text)
    (workspace.root / "agents").mkdir()
    (workspace.root / "agents" / "mine.yaml").write_text(
        f"kind: roster\nversion: 1\nagents:\n  - {roster}\n  - policy: nash\n"
    )
    made = plan(Source("trial", text), workspace)
    with pytest.raises(UsageError) as refused:
        execute(made, open_folder(made, tmp_path / "logs"), KeyStore(tmp_path / "keys"), Settings(person=Alternating()))
    assert words in str(refused.value)


def test_a_rival_that_asks_a_model_is_asked_and_its_prompts_can_be_written_again(tmp_path: Path) -> None:
    workspace = made_workspace(tmp_path, CAMPAIGN.replace("[nash-noisy, divider]", "[mock-duopoly]"))
    session = seat(workspace, "rounds=3")
    session.start()
    play(session, lambda _: DIVIDE)
    assert ended(session)["phase"] == "over"
    spoken = transcript(session.place, workspace, session.keys.trusted())
    assert {one.agent for one in spoken} == {"firm_2"}


def test_a_move_for_another_round_or_a_second_one_is_a_conflict(tmp_path: Path) -> None:
    session = seat(made_workspace(tmp_path))
    with pytest.raises(Conflict, match="round 1 is not asked for now"):
        session.seat.submit(1, DIVIDE)
    thread = session.start()
    asked(session, 1)
    with pytest.raises(Conflict, match="it is round 1 now"):
        session.seat.submit(2, DIVIDE)
    with pytest.raises(UsageError, match='"A" must be a number from 0 to 100'):
        session.seat.submit(1, {"numbers": {"A": -1, "B": 0}})
    session.seat.submit(1, DIVIDE)
    asked(session, 2)
    with pytest.raises(Conflict, match="round 1 is not asked for: it is round 2 now"):
        session.seat.submit(1, DIVIDE)
    session.seat.leave()
    thread.join(30)
    with pytest.raises(Conflict):
        session.seat.submit(2, DIVIDE)
