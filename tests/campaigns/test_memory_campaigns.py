"""Memories of prompted agents through the command: the shipped campaigns, resumes, and runs yoked to others."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from agoranomos.cli.entry import run_command
from agoranomos.institutions.entries import Opened, Round, decode_entry
from agoranomos.institutions.parts import whole_entries
from agoranomos.logs import LogReader
from agoranomos.models import Completion, EngineLost, MockEngine, Request
from agoranomos.policies.prompted.seen_again import read_again

CAMPAIGN = """\
kind: campaign
version: 1
name: {name}
market: {market}
rosters: [{roster}]
regimes: {regimes}
seeds: {seeds}
rounds: {rounds}
"""
FREE, GOVERNED = "free: {}", "governed: {institution: cournot-antitrust}"


class Workshop:
    """A workspace of its own, and everything that its models were asked."""

    def __init__(self, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.root = root
        self.asked: list[Request] = []
        for folder in ("campaigns", "agents"):
            (root / folder).mkdir()
        (root / "agora.yaml").write_text("kind: workspace\nversion: 1\nname: lab\n")
        complete = MockEngine.complete

        async def kept(engine: MockEngine, request: Request) -> Completion:
            self.asked.append(request)
            return await complete(engine, request)

        monkeypatch.setattr(MockEngine, "complete", kept)

    def roster(self, name: str, *agents: dict[str, Any]) -> None:
        described = [
            {"policy": agent.pop("policy", "prompted"), "parameters": {"model": "mock/valid", **agent}}
            for agent in map(dict, agents)
        ]
        document = {"kind": "roster", "version": 1, "agents": described}
        (self.root / "agents" / f"{name}.yaml").write_text(json.dumps(document))

    def run(self, name: str, *words: str, code: int = 0, **given: Any) -> Path:
        settings = {
            "market": "cournot-duopoly",
            "regimes": f"{{{FREE}, {GOVERNED}}}",
            "seeds": 1,
            "rounds": 6,
            "roster": name,
        }
        (self.root / "campaigns" / f"{name}.yaml").write_text(CAMPAIGN.format(name=name, **{**settings, **given}))
        assert run_command(["run", name, "--no-cache", "--anew", *words]) == code
        folders = sorted((self.root / "logs").glob(f"{name}-*"), key=lambda path: path.stat().st_mtime)
        return folders[-1] if folders else self.root

    def said(self, agent: str, round_number: int) -> str:
        """The last message of the prompt that the agent was last asked in this round."""
        found = [r for r in self.asked if r.caller[:2] == (agent, round_number)]
        return found[-1].messages[-1].content


@pytest.fixture
def workshop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Workshop:
    root = tmp_path / "lab"
    root.mkdir()
    monkeypatch.setenv("AGORA_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(root)
    return Workshop(root, monkeypatch)


def entries(log: Path) -> Iterator[Any]:
    return (decode_entry(whole.line) for whole in whole_entries(LogReader(log).entries()))


def rounds_of(log: Path) -> list[Round]:
    return [entry.body for entry in entries(log) if isinstance(entry.body, Round)]


def test_the_shipped_campaigns_run_and_count_every_call(workshop: Workshop) -> None:
    for name in ("cournot-memory", "cournot-two-models"):
        assert run_command(["run", name, "--no-cache", "--set", "seeds=1", "--set", "rounds=6"]) == 0
    memory, two = (
        next((workshop.root / "logs").glob(f"{name}-*")) for name in ("cournot-memory", "cournot-two-models")
    )
    calls = pq.read_table(memory / "tables/calls.parquet").to_pylist()
    summaries = [call for call in calls if "summary" in call["arm"]]
    assert len(calls) - len(summaries) == 2 * 3 * 2 * 6
    assert len(summaries) == 2 * 2 * (6 + 1)
    assert [call["purpose"] for call in calls].count("summary") == 2 * 2
    assert {call["attempt"] for call in summaries if call["purpose"]} == {0}
    models = {(call["agent"], call["model"]) for call in pq.read_table(two / "tables/calls.parquet").to_pylist()}
    assert models == {("firm_1", "mock/colluder"), ("firm_2", "mock/best-response")}


def test_two_engines_in_one_market_and_failures_of_each_are_counted(workshop: Workshop) -> None:
    workshop.roster("mixed", {"model": "mock/nash"}, {"model": "mock/failing?failure=timeout", "attempts": 2})
    folder = workshop.run("mixed")
    calls = pq.read_table(folder / "tables/calls.parquet").to_pylist()
    assert {(call["agent"], call["model"], call["failure"]) for call in calls} == {
        ("firm_1", "mock/nash", ""),
        ("firm_2", "mock/failing?failure=timeout", "timeout"),
    }
    assert run_command(["report", str(folder), "--json"]) == 0


def test_the_tables_say_what_was_forgotten_because_it_did_not_fit(workshop: Workshop) -> None:
    parameters = {"template": "cournot-memory", "memory": "window", "overflow": {"drop": "oldest"}}
    workshop.roster("full", {"model": "mock/failing?failure=overflow&rate=0.5", **parameters})
    folder = workshop.run("full", rounds=8)
    agents = pq.read_table(folder / "tables/agents.parquet").to_pylist()
    recorded = [decision for body in rounds_of(folder / "runs/free/0") for decision in body.decisions]
    assert sum(row["forgotten"] for row in agents if row["arm"] == "free") == sum(d.forgotten for d in recorded) > 0
    assert all(row["failures"] for row in agents if row["forgotten"])


def test_the_plan_counts_summaries_before_anything_runs(workshop: Workshop, capsys: pytest.CaptureFixture[str]) -> None:
    workshop.roster("wordy", {"template": "cournot-memory", "memory": "summary", "attempts": 1})
    workshop.run("wordy", "--set", "limits.calls=47", code=2)
    assert "up to 48 calls" in capsys.readouterr().err  # two arms, two agents, six rounds, two calls


def test_engines_that_play_by_a_rule_sum_up_too(workshop: Workshop) -> None:
    workshop.roster(
        "ruled", {"model": "mock/nash", "template": "cournot-memory", "memory": {"kind": "summary", "every": 2}}
    )
    workshop.run("ruled")
    assert "Your summary of rounds 1 to 4: I play by the rule nash.\n" in workshop.said("firm_1", 5)


def test_a_shared_memory_shows_each_what_the_other_had_cleared_and_replied(workshop: Workshop) -> None:
    workshop.roster("open", {"template": "cournot-memory", "memory": {"kind": "shared", "show": "full"}})
    folder = workshop.run("open", regimes=f"{{{FREE}}}")
    first = rounds_of(folder / "runs/free/0")[0]
    made = [number / 1e6 for number in first.actions[1]]
    (decision,) = [decision for decision in first.decisions if decision.agent == "firm_2"]
    said = workshop.said("firm_1", 2)
    assert f"1, firm_2: A made {made[0]:g}; B made {made[1]:g}; replied: {decision.calls[-1].reply}" in said
    assert "firm_1:" not in said


@pytest.mark.parametrize(
    "parameters",
    [
        {"memory": {"kind": "shared", "show": "full"}, "window": 3},
        {"memory": {"kind": "summary", "every": 2}, "model": "mock/malformed?rate=0.4"},
        {"memory": "window", "model": "mock/failing?failure=overflow&rate=0.5", "overflow": {"drop": "oldest"}},
    ],
)
@pytest.mark.parametrize("privacy", ["open", "committed"])
def test_a_run_that_died_in_any_round_goes_on_to_the_same_entries_and_asks_nothing_again(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch, parameters: dict[str, Any], privacy: str
) -> None:
    workshop.roster("broken", {"template": "cournot-memory", **parameters})
    given = {"rounds": 5, "regimes": f"{{{FREE}}}"}
    words = ("--set", f"privacy={privacy}", "--out")
    whole = workshop.run("broken", *words, str(workshop.root / "whole"), **given)
    kept = next((workshop.root / "whole").glob("*/runs/free/0"))
    calls = sorted((request.caller, request.seed) for request in workshop.asked)
    asks = MockEngine.complete

    for round_number in range(2, 6):
        out = workshop.root / f"again{round_number}"
        workshop.asked.clear()

        async def dying(engine: MockEngine, request: Request, dies: int = round_number) -> Completion:
            if request.caller[1] == dies:
                raise EngineLost("the model is gone")
            return await asks(engine, request)

        monkeypatch.setattr(MockEngine, "complete", dying)
        assert run_command(["run", "broken", "--no-cache", *words, str(out)]) == 3
        monkeypatch.setattr(MockEngine, "complete", asks)
        assert run_command(["run", "broken", "--no-cache", *words, str(out)]) == 0
        again = next(out.glob("*/runs/free/0"))
        assert list(LogReader(again).entries()) == list(LogReader(kept).entries())
        assert sorted((request.caller, request.seed) for request in workshop.asked) == calls
    assert whole


# -- yoked -----------------------------------------------------------------------------------------------------------


def yoked(folder: Path, template: str = "market-memory", **more: Any) -> dict[str, Any]:
    memory = {"kind": "yoked", "campaign": f"logs/{folder.name}", "arm": "source", **more}
    return {"template": template, "memory": memory}


def source(workshop: Workshop, market: str = "cournot-duopoly", rounds: int = 8, regime: str = "{}") -> Path:
    workshop.roster("source", {"template": "market-memory", "memory": "window"})
    return workshop.run("source", market=market, rounds=rounds, regimes=f"{{source: {regime}}}")


def histories(workshop: Workshop, agent: str) -> dict[int, list[str]]:
    """The lines of past rounds that the agent was shown before each."""
    found = {}
    for request in workshop.asked:
        lines = request.messages[-1].content.splitlines()
        if request.caller[0] == agent:
            found[request.caller[1]] = [line for line in lines if line.partition(":")[0].isdigit()]
    workshop.asked.clear()
    return found


MARKETS = (
    "bertrand-sequential",
    "commons-fishery",
    "cournot-duopoly",
    "cournot-green-porter",
    "credence-goods",
    "double-auction-clearing-house",
    "leniency-cartel",
    "procurement-first-price",
    "public-goods-punishment",
    "threshold-public-goods",
)


@pytest.mark.parametrize("market", MARKETS)
def test_a_yoked_agent_is_shown_word_for_word_what_the_other_run_showed(workshop: Workshop, market: str) -> None:
    folder = source(workshop, market)
    agent = next(entries(folder / "runs/source/0")).body.facts.agents[0]
    theirs = histories(workshop, agent)
    workshop.roster("yoked", yoked(folder))
    again = workshop.run("yoked", market=market, rounds=8, regimes=f"{{{FREE}}}")
    ours = histories(workshop, agent)
    assert ours == {number: theirs[number] for number in ours}
    assert max(map(len, ours.values())) == max(ours) - 1
    opened = next(entries(again / "runs/free/0")).body
    assert isinstance(opened, Opened)
    root = LogReader(folder / "runs/source/0").checkpoint.root.hex()
    assert json.loads(opened.roster[0].policy)["yoked"] == {
        "agent": agent,
        "origin": LogReader(folder / "runs/source/0").checkpoint.origin,
        "root": root,
    }


def test_fines_and_suspensions_of_the_other_run_are_shown_too(workshop: Workshop) -> None:
    workshop.roster("source", {"model": "mock/colluder", "template": "market-memory", "memory": "window"})
    folder = workshop.run("source", rounds=40, regimes="{source: {institution: cournot-antitrust}}")
    theirs = histories(workshop, "firm_1")
    workshop.roster("yoked", yoked(folder))
    workshop.run("yoked", rounds=40, regimes=f"{{{FREE}}}")
    ours = histories(workshop, "firm_1")
    assert {number: lines for number, lines in ours.items() if number in theirs} == theirs
    shown = "\n".join(ours[40])
    assert ", fine " in shown
    assert " suspended;" in shown


def test_another_seat_and_another_seed_can_be_named(workshop: Workshop) -> None:
    workshop.roster("source", {"template": "market-memory", "memory": "window"})
    folder = workshop.run("source", seeds="[3, 4]", regimes="{source: {}}")
    workshop.asked.clear()
    workshop.run("source", "--out", str(workshop.root / "other"), "--limit", "1", seeds="[4]", regimes="{source: {}}")
    theirs = histories(workshop, "firm_2")
    workshop.roster("yoked", yoked(folder, agent="firm_2", seed=4))
    workshop.run("yoked", seeds="[3]", regimes=f"{{{FREE}}}")
    assert histories(workshop, "firm_1") == theirs


def changed(folder: Path) -> None:
    path = next((folder / "runs/source/0/entries").iterdir())
    data = path.read_bytes()
    path.write_bytes(data.replace(b'"actions":[[', b'"actions":[[1', 1))


@pytest.mark.parametrize(
    ("memory", "words", "code"),
    [
        ({"campaign": "logs/nowhere"}, "no campaign's folder", 2),
        ({"campaign": "/nowhere/at/all"}, "no campaign's folder", 2),
        ({"arm": "sorce"}, "source", 2),
        ({"seed": 9}, "with seed 9", 2),
        ({"agent": "firm_9"}, "firm_9", 2),
    ],
)
def test_a_run_that_is_not_there_is_named_before_anything_runs(
    workshop: Workshop, capsys: pytest.CaptureFixture[str], memory: dict[str, Any], words: str, code: int
) -> None:
    folder = source(workshop)
    workshop.roster("yoked", yoked(folder, **memory))
    workshop.run("yoked", code=code)
    assert words in capsys.readouterr().err
    assert not list((workshop.root / "logs").glob("yoked-*"))


def test_a_run_that_was_changed_or_is_of_another_market_or_too_short_is_refused(
    workshop: Workshop, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = source(workshop)
    workshop.roster("yoked", yoked(folder))
    workshop.run("yoked", rounds=10, code=2)
    assert "has 8 rounds; a memory here needs 9" in capsys.readouterr().err
    workshop.run("yoked", market="procurement-first-price", code=2)
    assert "to be yoked to" in capsys.readouterr().err  # nobody of that name sat there
    workshop.run("yoked", market="cournot-green-porter", code=2)
    assert "is not what firm_1 sees in its market" in capsys.readouterr().err
    changed(folder)
    read_again.cache_clear()  # A command of its own would read the log again.
    workshop.run("yoked", rounds=8, code=1)
    assert "entry" in capsys.readouterr().err


def test_a_run_whose_key_nobody_vouches_for_is_refused(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = source(workshop)
    workshop.roster("yoked", yoked(folder))
    monkeypatch.setenv("AGORA_HOME", str(workshop.root / "another-home"))
    workshop.run("yoked", code=1)
    assert "signed by no key" in capsys.readouterr().err


def test_the_log_of_another_run_in_its_place_is_refused(workshop: Workshop, capsys: pytest.CaptureFixture[str]) -> None:
    workshop.roster("source", {"template": "market-memory", "memory": "window"})
    folder = workshop.run("source", seeds=2, regimes="{source: {}}")
    shutil.rmtree(folder / "runs/source/0")
    shutil.copytree(folder / "runs/source/1", folder / "runs/source/0")
    workshop.roster("yoked", yoked(folder))
    workshop.run("yoked", code=1)
    assert "and not that of a run of source with seed 0" in capsys.readouterr().err


def test_an_agent_that_chooses_can_be_yoked_too(workshop: Workshop) -> None:
    folder = source(workshop)
    workshop.roster("yoked", {"policy": "choosing", **yoked(folder, template="choosing-any")})
    again = workshop.run("yoked", rounds=8, regimes=f"{{{FREE}}}")
    described = json.loads(next(entries(again / "runs/free/0")).body.roster[1].policy)
    assert described["yoked"]["root"] == LogReader(folder / "runs/source/0").checkpoint.root.hex()
    assert described["yoked"]["agent"] == "firm_2"


def test_another_source_is_another_plan(workshop: Workshop) -> None:
    workshop.roster("yoked", yoked(source(workshop)))
    first = workshop.run("yoked")
    workshop.roster("source", {"model": "mock/nash", "template": "market-memory", "memory": "window"})
    other = workshop.run("source", rounds=8, regimes="{source: {}}")
    workshop.roster("yoked", yoked(other))
    assert workshop.run("yoked").name != first.name


def test_the_source_of_every_seed_is_of_the_plan_and_looked_for_before_anything_runs(
    workshop: Workshop, capsys: pytest.CaptureFixture[str]
) -> None:
    workshop.roster("source", {"template": "market-memory", "memory": "window"})
    folder = workshop.run("source", regimes="{source: {}}", seeds=3)
    workshop.roster("source", {"model": "mock/nash", "template": "market-memory", "memory": "window"})
    other = workshop.run("source", regimes="{source: {}}", seeds=3)
    workshop.roster("yoked", yoked(folder))
    first = workshop.run("yoked", seeds=3)
    middle = folder / "runs" / "source" / "1"
    shutil.rmtree(middle)
    workshop.run("yoked", seeds=3, code=2)
    assert "has no run of source with seed 1" in capsys.readouterr().err
    shutil.copytree(other / "runs" / "source" / "1", middle)
    assert workshop.run("yoked", seeds=3).name != first.name
