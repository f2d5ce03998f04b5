"""What is worked out from a run: its graph, its prompts, its verdict, and what other institutions would have judged."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from agoranomos.campaigns.replaying import replayed_runs
from agoranomos.documents import read_text
from agoranomos.institutions import Institution, load_institution
from agoranomos.institutions.drawing import drawn
from agoranomos.viewer.run_readings import NO_MODEL
from agoranomos.workspace import list_names
from viewer.conftest import Made, Viewer

Over = Callable[..., Viewer]


def institution_called(made: Made, name: str) -> Institution:
    (path,) = (one.path for one in list_names("institutions", made.workspace) if one.name == name)
    return load_institution(read_text(path))


def test_a_run_s_graph_is_the_one_that_is_drawn_everywhere(viewer: Viewer, made: Made) -> None:
    drawings = viewer.json(viewer.run(made.scripted, "governed.divider", 0, "drawings"))
    institution = institution_called(made, "cournot-antitrust")
    drawing = drawings[institution.semantic_sha256]
    shown = drawn(institution)
    assert list(drawing) == ["name", "title", "subtitle", "width", "height", "boxes", "arcs", "labels"]
    assert [box["name"] for box in drawing["boxes"]] == [box.name for box in shown.boxes]
    edges = {edge.key for edge in institution.edges}
    assert {arc["edge"] for arc in drawing["arcs"]} == edges
    assert {label["edge"] for label in drawing["labels"]} == edges
    assert {arc["side"] for arc in drawing["arcs"]} == {-1, 1}
    assert list(drawing["arcs"][0]) == ["edge", "kind", "start", "end", "row", "height", "side"]
    assert viewer.json(viewer.run(made.scripted, "free.divider", 0, "drawings")) == {}


def test_prompts_are_told_word_for_word(viewer: Viewer, made: Made) -> None:
    spoken = viewer.json(viewer.run(made.mock, "governed", 0, "spoken"))
    assert spoken["why"] == ""
    assert [(one["agent"], one["round"], one["call"]) for one in spoken["calls"]] == [
        (agent, number, 0) for number in (1, 2, 3) for agent in ("firm_1", "firm_2")
    ]
    assert all(one["messages"][0]["role"] == "system" and one["messages"][-1]["content"] for one in spoken["calls"])
    assert spoken["calls"][0]["model"] == "mock/valid"


def test_without_models_there_are_no_prompts(viewer: Viewer, made: Made) -> None:
    assert viewer.json(viewer.run(made.scripted, "free.divider", 0, "spoken")) == {"calls": [], "why": NO_MODEL}


def test_prompts_of_a_log_that_nobody_trusts_are_not_told(made: Made, over: Over, tmp_path: Path) -> None:
    stranger = over(made.logs, replace(made.workspace, keys=tmp_path / "no-keys"))
    spoken = stranger.json(stranger.run(made.mock, "governed", 0, "spoken"))
    assert spoken["calls"] == []
    assert "no key that was given" in spoken["why"]
    assert stranger.json(stranger.run(made.mock, "governed", 0, "verdict"))["verdict"] == "undecided"
    assert stranger.json(stranger.run(made.mock, "governed", 0, "seals"))["trusted"] == []


def test_the_verdict_is_that_of_the_verifier(viewer: Viewer, made: Made) -> None:
    verdict = viewer.json(viewer.run(made.scripted, "governed.divider", 1, "verdict"))
    assert (verdict["verdict"], verdict["level"], verdict["kind"]) == ("verified", "strict", "run")
    assert verdict["log"] == "runs/governed.divider/1"
    assert verdict["not_excluded"]


@pytest.mark.parametrize("entry", [0, 1, 7])
def test_a_changed_byte_is_named(copied: Made, over: Over, entry: int) -> None:
    file = copied.scripted / "runs" / "governed.divider" / "0" / "entries" / f"{0:012d}.jsonl"
    lines = file.read_bytes().splitlines(keepends=True)
    at = lines[entry].index(b'"seq"') - 3
    lines[entry] = lines[entry][:at] + bytes([lines[entry][at] ^ 1]) + lines[entry][at + 1 :]
    file.write_bytes(b"".join(lines))
    shown = over(copied.logs, copied.workspace)

    def at_run(what: str) -> str:
        return shown.run(copied.scripted, "governed.divider", 0, what)

    verdict = shown.json(at_run("verdict"))
    assert (verdict["verdict"], verdict["entry"]) == ("tampered", entry)
    assert shown.get(at_run("entries")).content == b"".join(lines), "the page is given what lies there"
    assert shown.get(at_run("seals")).status_code == 200
    drawings = shown.get(at_run("drawings"))
    assert drawings.status_code == 200
    assert shown.get(at_run("under/cournot-antitrust-hardened")).status_code in (200, 422)


def test_an_answer_follows_the_log_that_it_is_about(copied: Made, over: Over) -> None:
    folder = copied.scripted / "runs" / "governed.divider" / "0"
    shown = over(copied.logs, copied.workspace)
    at = shown.run(copied.scripted, "governed.divider", 0, "verdict")
    assert shown.json(at)["verdict"] == "verified"
    file = folder / "entries" / f"{0:012d}.jsonl"
    whole = file.read_bytes()
    file.write_bytes(whole.replace(b'"round":2,', b'"round":3,', 1))
    assert shown.json(at)["verdict"] == "tampered"


def test_another_institution_judges_the_same_conduct(viewer: Viewer, made: Made) -> None:
    hardened = institution_called(made, "cournot-antitrust-hardened")
    at = viewer.run(made.scripted, "governed.divider", 0, "under/cournot-antitrust-hardened")
    found = viewer.json(at)
    (run,) = replayed_runs([made.scripted / "runs" / "governed.divider" / "0"], [hardened])
    (judged,) = run.others
    rounds = found["rounds"]
    assert [one["round"] for one in rounds] == list(range(1, 13))
    assert sum(len(one["cases"]) for one in rounds) == sum(tally.cases for tally in judged.tallies.values())
    fines = sum(one.get("amount_e6", 0) for each in rounds for one in each["sanctions"])
    assert fines == sum(tally.fines_e6 for tally in judged.tallies.values())
    applied = [one for each in rounds for one in each["transitions"] if not one.get("blocked")]
    assert len(applied) == sum(tally.transitions for tally in judged.tallies.values())
    last = [standing["state"] for standing in rounds[-1]["standings"]]
    assert last == list(judged.states.values())
    assert sum(one["disturbed"] for one in rounds) == judged.disturbed
    assert found["institution"] == "cournot-antitrust-hardened"
    assert {one["edge"] for one in applied} <= {arc["edge"] for arc in found["drawing"]["arcs"]}
    assert "NOT CAUSAL" in found["note"]


def test_under_its_own_institution_conduct_is_judged_as_it_is_recorded(viewer: Viewer, made: Made) -> None:
    """Nobody sat out in these rounds, so that all of them are evidence."""
    found = viewer.json(viewer.run(made.mock, "governed", 0, "under/cournot-antitrust"))
    entries = viewer.get(viewer.run(made.mock, "governed", 0, "entries")).content.splitlines()
    rounds = [entry["body"] for entry in map(json.loads, entries) if entry["kind"] == "round"]
    assert [one["standings"] for one in found["rounds"]] == [one["standings"] for one in rounds]
    assert [one["cases"] for one in found["rounds"]] == [one.get("cases", []) for one in rounds]


def test_institutions_are_named_and_never_paths(viewer: Viewer, made: Made) -> None:
    names = viewer.json("institutions")["institutions"]
    assert {"cournot-antitrust", "cournot-antitrust-hardened"} <= set(names)
    unknown = viewer.get(viewer.run(made.mock, "governed", 0, "under/cournot-antitrustt"))
    assert (unknown.status_code, "cournot-antitrust" in unknown.json()["advice"]) == (404, True)
    for path in ("cournot-antitrust.yaml", "..%5cagora", "~", "-", "%C3%A9", "institutions"):
        assert viewer.get(viewer.run(made.mock, "governed", 0, f"under/{path}")).status_code in (400, 404)


def test_an_institution_of_another_market_says_so(viewer: Viewer, made: Made) -> None:
    answer = viewer.get(viewer.run(made.mock, "governed", 0, "under/commons-ostrom"))
    assert answer.status_code == 400
    assert answer.json()["error"]
