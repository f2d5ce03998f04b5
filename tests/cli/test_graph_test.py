"""`agora graph test`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agoranomos.cli.entry import run_command
from agoranomos.workspace import library_root

WRONG = """\
kind: traces
version: 1
institution: another
traces:
  - name: wrong on purpose
    rounds:
      - {signals: {firm_1: [specialisation]}, expect: {firm_1: {state: fined}}}
  - name: right
    rounds:
      - {signals: {firm_1: [specialisation]}, expect: {firm_1: {state: warning}}}
"""


SHIPPED = sorted(path.stem for path in (library_root() / "institutions").glob("*.yaml") if "." not in path.stem)


@pytest.mark.parametrize("name", SHIPPED)
def test_the_shipped_traces_pass(home: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    assert run_command(["graph", "test", name]) == 0
    out, err = capsys.readouterr()
    assert "MISMATCH" not in out.upper()
    assert out.count("  ok    ") >= 2
    assert out.endswith("traces, all as expected\n")
    assert err == ""


def test_a_mismatch_is_exit_code_1_and_told_with_place_round_and_agent(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("mine.traces.yaml").write_text(WRONG)
    assert run_command(["graph", "test", "cournot-antitrust", "mine.traces.yaml"]) == 1
    out, err = capsys.readouterr()
    assert "FAIL  wrong on purpose (1 round)" in out
    assert "mine.traces.yaml:7:65: round 1, firm_1: state: fined was expected, warning came" in out
    assert "cournot-antitrust: 2 traces, 1 of them came otherwise" in out
    assert "written for another, and are run against cournot-antitrust" in err


def test_the_same_in_json(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("mine.traces.yaml").write_text(WRONG)
    assert run_command(["graph", "test", "cournot-antitrust", "mine.traces.yaml", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert (told["traces"], told["failed"]) == (2, 1)
    wrong, right = told["files"][0]["traces"]
    assert right == {"name": "right", "rounds": 1, "passed": True, "mismatches": []}
    assert wrong["mismatches"] == [
        {
            "place": "mine.traces.yaml:7:65",
            "round": 1,
            "agent": "firm_1",
            "what": "state",
            "expected": "fined",
            "came": "warning",
        }
    ]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("[specialisation]", "[specialization]", "mine.traces.yaml:7:29: unknown signal 'specialization'"),
        ("kind: traces", "kind: trace", "`kind` is 'trace'; traces was expected"),
        ("institution: another", "institution: another\nmarket: nowhere", "unknown market 'nowhere'"),
        ("signals", "signal", "unknown key 'signal'"),
    ],
)
def test_an_invalid_file_is_exit_code_2(
    home: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, told: str
) -> None:
    Path("mine.traces.yaml").write_text(WRONG.replace(old, new))
    assert run_command(["graph", "test", "cournot-antitrust", "mine.traces.yaml"]) == 2
    assert told in capsys.readouterr().err


def test_without_a_file_beside_it_the_user_is_told_where_to_write_one(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("mine.yaml").write_text((library_root() / "institutions" / "cournot-antitrust.yaml").read_text())
    assert run_command(["graph", "test", "mine.yaml"]) == 2
    assert "there is no mine.traces.yaml" in capsys.readouterr().err


def test_a_new_workspace_has_the_traces_too(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["init", "lab"]) == 0
    assert Path("lab/institutions/cournot-antitrust.traces.yaml").is_file()
    assert run_command(["graph", "test", "lab/institutions/cournot-antitrust.yaml"]) == 0


def test_the_schema_of_traces_is_printed(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["graph", "schema", "traces"]) == 0
    assert "quantities" in json.loads(capsys.readouterr().out)["$defs"]["TraceRound"]["properties"]
