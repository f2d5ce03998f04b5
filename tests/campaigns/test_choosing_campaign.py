"""Agents that act on distributions, through a campaign: logs and tables, kills, and what is withheld."""

from __future__ import annotations

import math
from collections import defaultdict
from contextlib import suppress
from typing import Any

import pytest

from agoranomos.analysis.campaign import summarise
from agoranomos.analysis.report import write_report
from agoranomos.campaigns.verification import verify_campaign
from agoranomos.institutions.choice_record import ChoiceRecord, decode_choice
from agoranomos.institutions.entries import Opened, Round, decode_entry
from agoranomos.logs import LogReader
from agoranomos.logs.reader import read_recorded
from agoranomos.models import Completion, Distribution, Question, Request
from agoranomos.policies.choosing.record import sampled
from agoranomos.randomness import Randomness
from campaigns.laboratory import CountingEngine, Died, DyingStorage, Lab

ROSTER = """
kind: roster
version: 1
agents:
  - policy: choosing
    parameters: {model: mock/valid, levels: 3}
  - policy: choosing
    parameters: {model: mock/valid, levels: 3, labelled: true, orders: rotated, reasoning: 16}
"""

CAMPAIGN = """
kind: campaign
version: 1
name: small
market: cournot-duopoly
rosters: [choosers]
regimes:
  free: {}
  governed: {institution: cournot-antitrust}
seeds: 2
rounds: 7
"""


class Questioned(CountingEngine):
    """Remembers what it was asked, questions too."""

    async def choose(self, question: Question) -> Distribution:
        self.asked.append((question.caller, question.seed))
        return await super().choose(question)

    async def complete(self, request: Request) -> Completion:
        raise AssertionError("nobody asks for a reply here")


@pytest.fixture
def choosers(lab: Lab) -> Lab:
    _write(lab, ROSTER)
    return lab


def _write(lab: Lab, roster: str) -> None:
    place = lab.workspace.root / "agents"
    place.mkdir(exist_ok=True)
    (place / "choosers.yaml").write_text(roster)


def decisions(tables: dict[str, Any]) -> dict[tuple[Any, ...], list[dict[str, Any]]]:
    found = defaultdict(list)
    for row in tables["choices"]:
        found[row["arm"], row["seed"], row["round"], row["agent"]].append(row)
    return dict(found)


def test_the_table_holds_every_distribution_and_what_was_made_of_it(choosers: Lab) -> None:
    made = choosers.plan(CAMPAIGN)
    assert choosers.run(made).finished == 4
    tables = choosers.tables(made)
    asked = {(r["arm"], r["seed"], r["round"], r["agent"]): r["scored"] for r in tables["calls"]}
    found = decisions(tables)
    assert found.keys() == asked.keys()
    played = {(r["arm"], r["seed"], r["round"], r["agent"]): r["action"] for r in tables["agents"]}
    for key, rows in found.items():
        assert {row["scored"] for row in rows} == {asked[key]}
        assert math.fsum(row["probability"] for row in rows) == pytest.approx(1, abs=1e-5)
        assert [row["place"] for row in rows] == list(range(6))
        (chosen,) = [row for row in rows if row["chosen"]]
        if "governed" not in key:  # no cap holds anybody back
            assert chosen["action"] == played[key]
        # Whoever has the tables makes the draw again.
        logs = tuple(round(row["log_probability"] * 1e6) for row in rows)
        choice = ChoiceRecord(tuple(row["option"] for row in rows), logs)
        assert sampled(choice, Randomness(key[1], key[2], key[3])) == chosen["place"]
        orders = [row["by_order"] for row in rows]
        if key[3] == "firm_1":
            assert orders == [None] * 6
        else:
            assert all(len(order) == 6 for order in orders)
            assert [sum(order) / 6 for order in orders] == pytest.approx([r["probability"] for r in rows], abs=1e-5)
    assert {(key[3], kind) for key, kind in asked.items()} == {("firm_1", "direct"), ("firm_2", "after_reasoning")}


def test_what_the_chosen_option_would_have_brought_is_what_it_brought(choosers: Lab) -> None:
    made = choosers.plan(CAMPAIGN, "rounds=25", "seeds=4")
    choosers.run(made)
    tables = choosers.tables(made)
    acts = {kind: set() for kind in ("case", "sanction")}
    for row in tables["enforcement"]:
        kind = "case" if row["kind"] == "case" else "sanction"
        if row["kind"] not in ("transition", "blocked", "warning"):
            acts[kind].add((row["arm"], row["seed"], row["round"], row["agent"]))
    seen = set()
    for key, rows in decisions(tables).items():
        (chosen,) = [row for row in rows if row["chosen"]]
        if key[0] == "free":
            assert {row["accused"] for row in rows} == {row["sanctioned"] for row in rows} == {None}
            continue
        assert chosen["accused"] == (key in acts["case"])
        assert chosen["sanctioned"] == (key in acts["sanction"])
        seen.add((chosen["accused"], chosen["sanctioned"]))
    assert {(True, True), (True, False), (False, False)} <= seen
    # What was chosen does not decide it all: some decisions had both ways open.
    assert any(len({row["accused"] for row in rows}) == 2 for rows in decisions(tables).values())


@pytest.mark.parametrize("privacy", ["open", "committed"])
def test_no_question_is_asked_twice_whenever_the_session_dies(choosers: Lab, second_lab: Lab, privacy: str) -> None:
    text = CAMPAIGN.replace("seeds: 2", "seeds: 1").replace("  free: {}\n", "")
    whole = choosers.plan(text, f"privacy={privacy}")
    engine = Questioned()
    choosers.run(whole, open_engine=lambda _: engine)
    everything, asked = choosers.entries(whole), sorted(engine.asked)
    assert len(asked) >= 7
    _write(second_lab, ROSTER)
    finished, sizes = 0, set()
    for after in range(24, 120, 6):
        lab = _fresh(second_lab, choosers, after)
        made = lab.plan(text, f"privacy={privacy}")
        first, second = Questioned(), Questioned()
        with suppress(Died, BaseExceptionGroup):
            lab.run(made, DyingStorage(after, Died), open_engine=lambda _, it=first: it)
            finished += 1
        recorded = _recorded(lab, made)
        sizes.add(len(recorded))
        lab.run(made, open_engine=lambda _, it=second: it)
        assert lab.entries(made) == everything
        again = sorted(second.asked)
        assert again == [one for one in asked if one[0] not in recorded]
    assert finished < 3  # the others died
    assert len(sizes - {0, len(asked)}) > 3  # and each somewhere else


def _fresh(like: Lab, keys: Lab, number: int) -> Lab:
    """A folder of its own with the same keys, and so the same secrets."""
    return Lab(like.workspace, keys.keys, like.logs / str(number))


def _recorded(lab: Lab, made: Any) -> set[tuple[str, int, int]]:
    """The callers whose answers are signed in the attempt that died."""
    found = set()
    for place in lab.folder(made).root.glob("runs/*/*"):
        for line in read_recorded(place):
            entry = decode_entry(line)
            if isinstance(entry.body, Round):
                found |= {(d.agent, entry.round, n) for d in entry.body.decisions for n, _ in enumerate(d.calls)}
    return found


def test_a_withheld_distribution_is_in_no_log_and_in_no_table_but_opens(choosers: Lab) -> None:
    made = choosers.plan(CAMPAIGN, "privacy=committed")
    choosers.run(made)
    lines = b"\n".join(line for _, entries in choosers.entries(made).values() for line in entries)
    assert b"log_probabilities" not in lines
    assert b'"scored":"after_reasoning"' in lines
    assert b'"chosen":' in lines
    root = choosers.folder(made).root
    contents = [path.read_bytes()[32:] for path in root.glob("private/*/*/*")]
    opened = [decode_choice(content) for content in contents if content.startswith(b'{"')]
    assert len(opened) == len(choosers.tables(made)["calls"])
    assert any(one.reasoning for one in opened)
    assert choosers.tables(made)["choices"] == []
    assert verify_campaign(choosers.folder(made), choosers.trusted()).first_fault is None
    for arm in summarise(root).arms:
        assert arm.choices == ()
        assert arm.choices_hidden == arm.conduct.calls
    page = write_report(summarise(root)).index.read_text()
    assert "withheld: the log holds commitments" in page


LARGE = ROSTER.replace("levels: 3", "levels: 6").replace("reasoning: 16", "reasoning: 200")


def test_a_distribution_that_is_too_long_for_its_entry_lies_beside_the_log(lab: Lab, second_lab: Lab) -> None:
    _write(lab, LARGE)
    made = lab.plan(CAMPAIGN, "seeds=1", "rounds=3")
    lab.run(made)
    reader = LogReader(lab.folder(made).run("free", 0))
    rounds = [e.body for line in reader.entries() if isinstance((e := decode_entry(line)).body, Round)]
    direct, beside = ([d.calls[0] for r in rounds for d in r.decisions if d.agent == f"firm_{k}"] for k in (1, 2))
    assert all(call.choice is not None and not call.reply_sha256 for call in direct)
    assert all(call.choice is None and call.scored == "after_reasoning" and call.reply_sha256 for call in beside)
    kept = decode_choice(reader.blob(beside[0].reply_sha256))
    assert len(kept.options) == len(kept.by_order_e6) == len(kept.reasoning) == 21
    assert {len(rows) for rows in decisions(lab.tables(made)).values()} == {21}
    assert verify_campaign(lab.folder(made), lab.trusted()).first_fault is None
    assert [arm.choices_hidden for arm in summarise(lab.folder(made).root).arms] == [0, 0]
    blob = next(lab.folder(made).run("free", 0).rglob(f"*{beside[0].reply_sha256}*"))
    content = blob.read_bytes()
    blob.unlink()
    assert "missing" in str(verify_campaign(lab.folder(made), lab.trusted()).first_fault)
    blob.write_bytes(content)
    # A resumed run reads it from there.
    _write(second_lab, LARGE)
    broken = second_lab.plan(CAMPAIGN, "seeds=1", "rounds=3")
    with suppress(Died, BaseExceptionGroup):
        second_lab.run(broken, DyingStorage(60, Died))
    second_lab.run(broken)
    assert second_lab.entries(broken) == lab.entries(made)
    assert second_lab.tables(broken) == lab.tables(made)


def test_actors_sign_the_distributions_that_they_acted_on(choosers: Lab) -> None:
    made = choosers.plan(CAMPAIGN, "seeds=1", "signatures=actors")
    choosers.run(made)
    assert verify_campaign(choosers.folder(made), choosers.trusted()).first_fault is None
    lines = choosers.entries(made)["governed", 0][1]
    assert any(b'"kind":"attested"' in line for line in lines)
    assert any(b'"log_probabilities_e6"' in line for line in lines)


def test_the_menu_of_every_agent_is_in_entry_0(choosers: Lab) -> None:
    made = choosers.plan(CAMPAIGN, "seeds=1", "rounds=1")
    choosers.run(made)
    opened = decode_entry(choosers.entries(made)["free", 0][1][0]).body
    assert isinstance(opened, Opened)
    assert all('"option":"A 50, B 50"' in record.policy for record in opened.roster)


def test_the_report_keeps_direct_and_after_reasoning_apart(choosers: Lab) -> None:
    made = choosers.plan(CAMPAIGN)
    choosers.run(made)
    choosers.tables(made)
    summary = summarise(choosers.folder(made).root)
    governed = next(arm for arm in summary.arms if arm.arm.name == "governed")
    assert [(found.scored, found.agents) for found in governed.choices] == [
        ("direct", ("firm_1",)),
        ("after_reasoning", ("firm_2",)),
    ]
    for found in governed.choices:
        assert found.order_effect.n == (2 if found.scored == "after_reasoning" else 0)
        assert 0 <= found.sanctioned.point <= found.accused.point <= 1
        assert math.fsum(one.probability.point for one in found.options) == pytest.approx(1, abs=1e-5)
    files = {path.name: path.read_text() for path in write_report(summary).files}
    assert "Choices: how probable the options were" in files["index.html"]
    assert "after reasoning" in files["index.html"]
    assert files["choices.csv"].count("sanctioned") == 4
