"""The plan of a person's run: one arm, one seed, the seat in the roster, and a text from which it is made again."""

from __future__ import annotations

from pathlib import Path

import pytest

from agoranomos.campaigns import plan
from agoranomos.documents import Source
from agoranomos.errors import UsageError
from agoranomos.viewer.play_plan import play_plan
from viewer.playing import CAMPAIGN, made_workspace


def test_it_is_one_run_of_the_first_arm_with_an_institution(tmp_path: Path) -> None:
    workspace = made_workspace(tmp_path)
    made = play_plan("trial", "firm_2", workspace)
    (run,) = made.runs()
    assert (made.campaign.name, run.key) == ("trial-human", ("governed-nash-noisy", 4))
    assert [seat.policy for seat in run.arm.agents] == ["nash", "human"]
    entries = run.arm.roster.entries(2)
    assert [entry.noise for entry in entries] == [0.05, 0.0]
    assert (run.arm.durable, run.arm.rounds, run.arm.institution_name) == ("round", 6, "cournot-antitrust")
    assert made.document["arms"][0]["roster"]["agents"][1]["policy"] == "human"


def test_its_text_is_a_campaign_that_makes_the_same_plan(tmp_path: Path) -> None:
    workspace = made_workspace(tmp_path)
    made = play_plan("trial", "firm_1", workspace, arm="free.divider", seed=9, settings=["rounds=3"])
    assert plan(Source("again", made.text), workspace).digest == made.digest
    (run,) = made.runs()
    assert (run.seed, run.arm.rounds, run.arm.institution_name) == (9, 3, "")


def test_a_campaign_without_people_keeps_its_digest(tmp_path: Path) -> None:
    workspace = made_workspace(tmp_path)
    document = plan(Source("trial", CAMPAIGN), workspace).document
    assert "people" not in str(document)


@pytest.mark.parametrize(
    ("agent", "arm", "words"),
    [
        ("firm1", "", r"unknown agent 'firm1'\n.*'firm_1'"),
        ("firm_1", "governd.divider", r"unknown arm 'governd.divider'\n.*'governed.divider'"),
    ],
)
def test_a_name_that_is_not_there_gets_the_nearest_one(tmp_path: Path, agent: str, arm: str, words: str) -> None:
    with pytest.raises(UsageError, match=words):
        play_plan("trial", agent, made_workspace(tmp_path), arm=arm)


def test_one_page_shows_one_seat(tmp_path: Path) -> None:
    workspace = made_workspace(tmp_path, CAMPAIGN.replace("[nash-noisy, divider]", "[mine]"))
    (workspace.root / "agents").mkdir()
    roster = "kind: roster\nversion: 1\nagents:\n  - policy: human\n  - policy: nash\n"
    (workspace.root / "agents" / "mine.yaml").write_text(roster)
    assert [seat.policy for seat in play_plan("trial", "firm_1", workspace).arms[0].agents] == ["human", "nash"]
    with pytest.raises(UsageError, match=r"firm_1 is played by a person too"):
        play_plan("trial", "firm_2", workspace)


def test_the_person_may_report_where_the_institution_listens(tmp_path: Path) -> None:
    text = """
kind: campaign
version: 1
name: trial
market: leniency-cartel
rosters: [leniency-cartelists]
regimes:
  deaf: {institution: leniency-antitrust}
  listening: {institution: leniency-programme}
seeds: 1
rounds: 3
"""
    workspace = made_workspace(tmp_path, text)
    for arm in ("deaf", "listening"):
        (entry, other) = play_plan("trial", "firm_1", workspace, arm=arm).arms[0].roster.entries(2)
        assert entry.parameters == {"reports": True}
        assert other.policy == "cartelist"
