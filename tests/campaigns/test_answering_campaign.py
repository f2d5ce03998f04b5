"""Models that play a scenario through the command: answers that are none, resumes, yoked memories, calls made once."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from agoranomos.cli.entry import run_command
from agoranomos.institutions.entries import Opened
from agoranomos.institutions.parts import whole_entries
from agoranomos.logs import LogReader
from agoranomos.models import Completion, EngineLost, MockEngine, Question, Request
from campaigns.scenario_workshop import Workshop, entries, opened_workshop, rounds_of


@pytest.fixture
def workshop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    return opened_workshop(tmp_path, monkeypatch)


@pytest.mark.parametrize("by", ["choice", "reply"])
def test_agents_that_give_no_answer_are_counted_from_the_log_to_the_report(workshop: Workshop, by: str) -> None:
    workshop.roster("mute", model="mock/malformed?rate=0.5", by=by, constrained=True, attempts=1)
    folder = workshop.run("mute", "--no-cache", seeds=4)
    rounds = [body for seed in range(4) for body in rounds_of(folder / f"runs/free/{seed}")]
    silent = [body for body in rounds if body.actions == ((),)]
    assert 0 < len(silent) < len(rounds) == 24
    for body in rounds:
        (decision,) = body.decisions
        answered = body.actions != ((),)
        assert decision.repaired != answered
        assert (decision.calls[-1].failure == "") == answered
        assert (tuple(body.measures["violation_e6"]) == (None,)) != answered
    for body in silent:
        assert body.measures["profit_e6"][0] == 0
        assert body.measures["share_violated_e6"] is None
    agents = pq.read_table(folder / "tables/agents.parquet").to_pylist()
    calls = pq.read_table(folder / "tables/calls.parquet").to_pylist()
    assert sum(row["repaired"] for row in agents) == len(silent) == sum(bool(call["failure"]) for call in calls)
    assert run_command(["log", "verify", str(folder)]) == 0
    assert run_command(["replay", str(folder)]) == 0
    assert run_command(["report", str(folder), "--json"]) == 0


def test_a_run_that_broke_off_is_resumed_without_asking_again(workshop: Workshop) -> None:
    workshop.roster("agents", model="mock/malformed?rate=0.3", by="reply", constrained=True)
    whole = workshop.run("agents", "--no-cache", "--anew", seeds=1)
    wanted = [whole_entry.line for whole_entry in whole_entries(LogReader(whole / "runs/free/0").entries())]
    asked = len(workshop.asked)
    shutil.rmtree(whole)
    workshop.asked.clear()
    complete = MockEngine.complete

    async def lost(engine: MockEngine, request: Request) -> Completion:
        if len(workshop.asked) >= 4:
            raise EngineLost("the machine went away")
        return await complete(engine, request)

    workshop.monkeypatch.setattr(MockEngine, "complete", lost)
    workshop.run("agents", "--no-cache", "--anew", seeds=1, code=3)
    before = len(workshop.asked)
    workshop.monkeypatch.setattr(MockEngine, "complete", complete)
    folder = workshop.run("agents", "--no-cache", seeds=1)
    assert before == 4
    recorded = sum(len(d.calls) for body in rounds_of(folder / "runs/free/0") for d in body.decisions)
    assert recorded == asked
    assert len(workshop.asked) < before + asked
    assert [entry.line for entry in whole_entries(LogReader(folder / "runs/free/0").entries())] == wanted


def test_equal_prompts_are_asked_once_across_arms_and_seeds(workshop: Workshop) -> None:
    """A seed's agents begin with the same prompt in both arms, and where memory is wiped they never have another."""
    workshop.monkeypatch.setattr(MockEngine, "identity", '{"weights":"mock"}')
    workshop.roster("wiped", memory="none")
    workshop.roster("window")
    workshop.scenario("one-gap", gap=[2.0], settings=["taxi", "baker"])
    workshop.run("wiped", rosters="wiped, window", seeds=12, rounds=3, market="one-gap")
    prompts = {(each.messages, each.options) for each in workshop.asked if isinstance(each, Question)}
    assert len(workshop.asked) == len(prompts)
    beginnings = {messages for messages, _ in prompts if len(messages) == 2}
    assert len(beginnings) <= 12
    assert len(prompts) <= 12 + 12 * 2 < 12 * 3 * 2


def test_a_yoked_memory_holds_another_runs_rounds(workshop: Workshop) -> None:
    workshop.scenario("one", gap=[2.0], settings=["taxi"])
    workshop.roster("source")
    folder = workshop.run("source", "--no-cache", market="one", seeds=8)
    yoked = {"kind": "yoked", "campaign": f"logs/{folder.name}", "arm": "free", "further": 4}
    workshop.roster("own")
    workshop.roster("other", memory=yoked)
    workshop.asked.clear()
    here = workshop.run("other", "--no-cache", market="one", rosters="other, own", seeds=4)
    own = [each for each in workshop.asked if each.caller[1] == 6]
    arms = {path.name: path for path in (here / "runs").iterdir()}
    (other,) = [path for name, path in arms.items() if "other" in name]
    (window,) = [path for name, path in arms.items() if "own" in name]
    differs = 0
    for seed in range(4):
        opened = next(entries(other / str(seed))).body
        assert isinstance(opened, Opened)
        said = json.loads(opened.roster[0].policy)["yoked"]
        assert said["origin"].split("/")[-2] == str(seed + 4)
        theirs = [body.actions[0][0] for body in rounds_of(folder / f"runs/free/{seed + 4}")][:5]
        its_own = [body.actions[0][0] for body in rounds_of(window / str(seed))][:5]
        market = json.loads(opened.market)
        letters = "BA" if market["tempting_first"] else "AB"
        wanted = [f'{{"choice": "{letters[action // 1_000_000]}"}}' for action in theirs]
        found = [[m.content for m in each.messages if m.role == "assistant"] for each in own]
        assert wanted in found
        differs += theirs != its_own
    assert differs > 0


def test_eighty_seeds_further_is_the_same_work_at_the_same_pay(workshop: Workshop) -> None:
    workshop.roster("source")
    folder = workshop.run("source", "--no-cache", seeds=[80, 81, 97], rounds=3)
    workshop.roster("other", memory={"kind": "yoked", "campaign": f"logs/{folder.name}", "arm": "free", "further": 80})
    here = workshop.run("other", "--no-cache", seeds=[0, 1, 17], rounds=3)
    for seed in (0, 1, 17):
        own, theirs = (
            json.loads(next(entries(run / f"runs/free/{number}")).body.market)
            for run, number in ((here, seed), (folder, seed + 80))
        )
        assert (own["setting"], own["incomes"]) == (theirs["setting"], theirs["incomes"])


def test_a_run_of_another_setting_is_no_memory(workshop: Workshop, capsys: pytest.CaptureFixture[str]) -> None:
    workshop.roster("source")
    folder = workshop.run("source", "--no-cache", seeds=3, rounds=3)
    workshop.roster("other", memory={"kind": "yoked", "campaign": f"logs/{folder.name}", "arm": "free", "further": 1})
    workshop.run("other", "--no-cache", seeds=1, rounds=3, code=2)
    said = capsys.readouterr().err
    assert "another game than the one of worker_1 here: incomes, setting are not the same" in said
    assert "further" in said


def test_a_summary_and_reasoning_are_in_the_record(workshop: Workshop) -> None:
    workshop.roster("thinker", memory={"kind": "summary", "every": 2}, reasoning=12)
    folder = workshop.run("thinker", "--no-cache", seeds=1)
    calls = pq.read_table(folder / "tables/calls.parquet").to_pylist()
    assert [call["purpose"] for call in calls].count("summary") == 2
    decisions = [decision for body in rounds_of(folder / "runs/free/0") for decision in body.decisions]
    assert all(decision.calls[-1].scored == "after_reasoning" for decision in decisions)
    assert all(len(decision.calls[-1].choice.reasoning) == 1 for decision in decisions)


@pytest.mark.parametrize("by", ["choice", "reply"])
def test_others_read_what_was_thought_and_answered(workshop: Workshop, by: str) -> None:
    """Held against the log: thoughts and answer of round 1, in the prompts of round 2 of the two others."""
    workshop.scenario("open", workers=3, sees={"others_reasoning": True})
    workshop.roster("thinkers", by=by, constrained=by == "reply", reasoning=12)
    folder = workshop.run("thinkers", "--no-cache", market="open", seeds=1, rounds=2)
    written = {}
    for decision in rounds_of(folder / "runs/free/0")[0].decisions:
        (call,) = decision.calls
        if call.choice is None:
            written[decision.agent] = call.reply
            continue
        (thoughts,) = call.choice.reasoning
        written[decision.agent] = f'<think>{thoughts}</think>{{"choice": "{call.choice.options[decision.chosen]}"}}'
    assert all(len(text) > len('<think></think>{"choice": "A"}') for text in written.values())
    asked = {each.caller[0]: each.messages for each in workshop.asked if each.caller[1] == 2}
    for agent, messages in asked.items():
        told = "\n".join(message.content for message in messages)
        for other, text in written.items():
            assert (f"{other} wrote: {' '.join(text.split())}\n" in told) == (other != agent)


def test_no_reasoning_is_shown_where_nobody_can_write_any(
    workshop: Workshop, capsys: pytest.CaptureFixture[str]
) -> None:
    workshop.scenario("open", workers=3, sees={"others_reasoning": True})
    workshop.roster("choosers")
    workshop.roster("bare", by="reply", constrained=True)
    for silent in ("choosers", "bare"):
        workshop.run(silent, "--no-cache", market="open", seeds=1, rounds=2, code=2)
        said = capsys.readouterr().err
        assert "nobody can write any" in said
        assert "reasoning: 64" in said
    workshop.roster("writers", by="reply")
    workshop.run("writers", "--no-cache", market="open", seeds=1, rounds=2)


GROUP = {"type": "coordination", "rounds": 3}


@pytest.mark.parametrize(
    ("there", "here", "further", "keys"),
    [
        ({"audit": {"probability": 1.0, "fine": 2.0}}, {}, 0, "audit"),
        ({"announce": "truth"}, {"announce": "nothing"}, 0, "announce"),
        ({"sees": {"detection": "always"}}, {"sees": {"own_reward": False, "detection": "nothing"}}, 0, "sees"),
        ({"harm": {"third_party": 2.0}}, {}, 0, "harm"),
        ({**GROUP, "threshold": [3, 6]}, {**GROUP, "threshold": [3, 6]}, 7, "threshold"),
        ({**GROUP, "network": {"kind": "small-world"}}, {**GROUP, "network": {"kind": "small-world"}}, 7, "links"),
        (
            {**GROUP, "seeded": {"count": 2, "place": "drawn"}},
            {**GROUP, "seeded": {"count": 2, "place": "drawn"}},
            7,
            "seeded",
        ),
        (
            {"type": "tool-use", "answers": "simulated", "rounds": 3},
            {"type": "tool-use", "answers": "simulated", "rounds": 3},
            1,
            "item_seed",
        ),
    ],
)
def test_what_would_be_false_or_hidden_here_is_no_memory(
    workshop: Workshop, capsys: pytest.CaptureFixture[str], there: dict, here: dict, further: int, keys: str
) -> None:
    workshop.scenario("there", **there)
    workshop.scenario("here", **here)
    workshop.roster("source")
    folder = workshop.run("source", "--no-cache", market="there", seeds=[further], rounds=3)
    memory = {"kind": "yoked", "campaign": f"logs/{folder.name}", "arm": "free", "further": further}
    workshop.roster("other", memory=memory)
    capsys.readouterr()
    workshop.run("other", "--no-cache", market="here", seeds=1, rounds=3, code=2)
    said = capsys.readouterr().err
    assert "here: " + keys + " " in said
    assert "not the same" in said


@pytest.mark.parametrize(
    ("there", "here", "further"),
    [
        ({"options": "texts", "goal": False}, {"wording": 3, "remind_every": 1}, 0),
        ({"settings": ["taxi"], "gap": [2.0]}, {"settings": ["taxi", "baker"], "gap": [2.0, 4.0]}, 0),
        ({"fabricated": {"rounds": 4, "violations": 2}}, {}, 80),
        ({**GROUP, "network": {"kind": "small-world"}}, {**GROUP, "network": {"kind": "small-world"}}, 0),
        ({**GROUP, "network": {"kind": "ring"}}, {**GROUP, "network": {"kind": "ring"}}, 7),
    ],
)
def test_other_words_for_the_same_game_are(workshop: Workshop, there: dict, here: dict, further: int) -> None:
    """Links and all: a plan is made before they are drawn, and is held to those that the run will have."""
    workshop.scenario("there", **there)
    workshop.scenario("here", **here)
    workshop.roster("source")
    folder = workshop.run("source", "--no-cache", market="there", seeds=[further], rounds=3)
    memory = {"kind": "yoked", "campaign": f"logs/{folder.name}", "arm": "free", "further": further}
    workshop.roster("other", memory=memory)
    workshop.run("other", "--no-cache", market="here", seeds=1, rounds=3)


@pytest.mark.parametrize(
    "scenario",
    [
        {"rounds": 4, "audit": {"probability": 0.5, "fine": 1.0}, "sees": {"detection": "always"}, "announce": "truth"},
        {**GROUP, "rounds": 4, "network": {"kind": "small-world"}, "sees": {"others_rewards": True}},
        {"type": "tool-use", "answers": "simulated", "rounds": 4, "solvers": 2},
        {"type": "group-bargaining", "bargainers": 4, "hikers": 2, "rounds": 4, "talk": {"characters": 40}},
    ],
    ids=["role-play", "coordination", "tool-use", "group-bargaining"],
)
def test_who_is_yoked_to_its_own_kind_and_seed_reads_what_that_one_read(workshop: Workshop, scenario: dict) -> None:
    """Word for word, audits, links, items and comments included: a history is told as it was lived."""
    workshop.scenario("one", **scenario)
    by = {"by": "reply", "constrained": True} if scenario.get("type") == "group-bargaining" else {}
    workshop.roster("source", **by)
    folder = workshop.run("source", "--no-cache", market="one", seeds=[5], rounds=4)
    lived = {each.caller: each.messages for each in workshop.asked}
    workshop.asked.clear()
    workshop.roster("other", **by, memory={"kind": "yoked", "campaign": f"logs/{folder.name}", "arm": "free"})
    workshop.run("other", "--no-cache", market="one", seeds=[5], rounds=4)
    assert {each.caller: each.messages for each in workshop.asked} == lived
    assert max(number for _, number, _ in lived) == 4
