"""`agora graph lint`, `show` and `schema`."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pytest

from agoranomos.campaigns.planning import plan
from agoranomos.cli.entry import run_command
from agoranomos.cli.graph_schema import document_kinds, json_schema, types_of
from agoranomos.documents import Source, read_document, read_text
from agoranomos.institutions import load_institution
from agoranomos.institutions.show import as_svg
from agoranomos.markets import find_market_type, market_types
from agoranomos.workspace import Workspace, find_workspace, library_root, list_names

SHIPPED = sorted(path.stem for path in (library_root() / "institutions").glob("*.yaml") if "." not in path.stem)

KINDS = {"escalation", "restoration"}

SLOPPY = """\
kind: institution
version: 1
name: sloppy
parameters: {unused: 3}
states:
  active: {label: A}
  parked: {label: B}
  limbo: {label: "<C & D>"}
  nowhere: {label: E}
initial: active
signals:
  high: {statistic: mean, measure: hhi, window: 5, at_least: 0.7, accuses: {measure: share, at_least: 0.6}}
  idle: {statistic: mean, measure: hhi, window: 5, at_least: 0.9, accuses: {measure: share, at_least: 0.6}}
events:
  violation: {when: high, accuses: R1}
  never: {when: "!high"}
counters:
  forgotten: {max: 3}
rules:
  R1: {attribute: A firm, deontic: must not, aim: divide}
  R2: {attribute: A firm, deontic: may, aim: rest}
transitions:
  - {rule: R1, from: active, to: parked, on: violation, lasts: 3, cap: 0.5}
  - {rule: R1, from: active, to: limbo, on: violation, when: "round > 3"}
  - {rule: R1, from: limbo, to: active, on: expiry}
"""


def institution(text: str, name: str = "sloppy.yaml") -> object:
    return load_institution(Source(name, text))


@cache
def markets_of_institutions() -> dict[str, str]:
    """A market that each shipped institution governs in a shipped campaign."""
    workspace = find_workspace(Path(__file__).parent)
    found: dict[str, str] = {}
    for campaign in list_names("campaigns", workspace):
        for arm in plan(read_text(campaign.path), workspace).arms:
            found.setdefault(arm.institution_name, arm.market_name)
    return found


@pytest.mark.parametrize("name", SHIPPED)
def test_what_is_shipped_has_no_remarks_and_fits_its_market(
    home: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    assert run_command(["graph", "lint", name, "--market", markets_of_institutions()[name]]) == 0
    assert capsys.readouterr().out.startswith(f"{name}: ")


def test_slips_are_found_one_by_one(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("sloppy.yaml").write_text(SLOPPY)
    assert run_command(["graph", "lint", "sloppy.yaml", "--json"]) == 1
    found = json.loads(capsys.readouterr().out)["remarks"]
    assert [(remark["severity"], remark["message"]) for remark in found] == [
        ("error", "parameter 'unused' is used by nothing"),
        ("error", "state 'parked' has no way back to 'active'"),
        ("error", "state 'nowhere' cannot be reached from 'active'"),
        ("error", "signal 'idle' is used by no event"),
        ("error", "event 'never' is used by nothing"),
        ("error", "counter 'forgotten' is read by nothing but itself"),
        ("error", "counter 'forgotten' never changes"),
        ("error", "rule 'R2' is applied by no event and no transition"),
        ("error", "a cap that would never end: no edge leaves 'parked' on `expiry`"),
        ("error", "R1:active->limbo is never traversed: R1:active->parked stands before it and always applies"),
        ("error", "'limbo' waits for `expiry`, but no edge into it `lasts`"),
    ]
    assert found[1]["place"] == "sloppy.yaml:7:3"


def test_warnings_alone_are_shown_and_no_failure(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (library_root() / "institutions" / "cournot-antitrust.yaml").read_text()
    told = text.replace(
        "    when: high_concentration || specialisation", "    when: synchronous_move || specialisation"
    )
    Path("told.yaml").write_text(told.replace("specialisation, synchronous_move,", "specialisation,"))
    assert run_command(["graph", "lint", "told.yaml"]) == 0
    assert "warning: event 'violation' fires on signal 'synchronous_move'" in capsys.readouterr().out


def test_an_invalid_guard_is_shown_with_a_caret(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("bad.yaml").write_text(SLOPPY.replace("when: high,", "when: high && hgih,"))
    assert run_command(["graph", "lint", "bad.yaml"]) == 2
    told = capsys.readouterr().err
    assert "bad.yaml:15:" in told
    assert "hgih" in told
    assert "^" in told


def test_a_market_without_the_measure_is_refused(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("bad.yaml").write_text(SLOPPY.replace("measure: hhi", "measure: hhj"))
    assert run_command(["graph", "lint", "bad.yaml", "--market", "cournot-duopoly"]) == 2
    assert "hhj" in capsys.readouterr().err


def test_an_unknown_institution_is_answered_with_the_nearest(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["graph", "lint", "cournot-antitrst"]) == 2
    assert "Did you mean 'cournot-antitrust'" in capsys.readouterr().err


@pytest.mark.parametrize("name", SHIPPED)
def test_the_text_names_every_state_and_edge(home: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    assert run_command(["graph", "show", name]) == 0
    out = capsys.readouterr().out
    read = load_institution(Source(name, (library_root() / "institutions" / f"{name}.yaml").read_text()))
    assert all(state in out for state in read.states)
    assert out.count(" -> ") == len(list(read.edges))


def test_sanctions_are_told_in_words(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("strict.yaml").write_text(
        SLOPPY.replace("counters:", "counters:\n  tier: {max: 3}").replace(
            "on: expiry}",
            "on: violation, suspend: true, lasts: 5, jitter: 2, fine: {rate: [0.5, 1.25], by: tier, over: evidence, "
            "above: nash}}",
        )
    )
    assert run_command(["graph", "show", "strict.yaml"]) == 0
    out = capsys.readouterr().out
    assert "cap at 50% of capacity" in out
    assert "for 3 rounds" in out
    assert run_command(["graph", "show", "strict.yaml", "--json"]) == 0
    edges = {edge["edge"]: edge["then"] for edge in json.loads(capsys.readouterr().out)["transitions"]}
    told = "fine 50/125% of profit above Nash in the window, suspension, for 5 to 7 rounds"
    assert edges["R1:limbo->active"] == told


@pytest.mark.parametrize("name", SHIPPED)
def test_the_drawing_has_a_box_a_state_and_a_curve_an_edge(
    home: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    assert run_command(["graph", "show", name, "-o", "graph.svg"]) == 0
    text = Path("graph.svg").read_text()
    root = ElementTree.fromstring(text)
    svg = "{http://www.w3.org/2000/svg}"
    read = load_institution(Source(name, (library_root() / "institutions" / f"{name}.yaml").read_text()))
    assert len([box for box in root.iter(f"{svg}rect") if "box" in box.get("class", "")]) == len(read.states)
    assert len([path for path in root.iter(f"{svg}path") if path.get("class") in KINDS]) == len(list(read.edges))
    assert as_svg(read) == text


def test_words_from_the_file_are_escaped_in_the_drawing() -> None:
    text = as_svg(load_institution(Source("sloppy.yaml", SLOPPY)))
    assert "&lt;C &amp; D&gt;" in text
    ElementTree.fromstring(text)


def test_only_svg_is_drawn(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["graph", "show", "cournot-antitrust", "-o", "graph.png"]) == 2
    assert "does not end in .svg" in capsys.readouterr().err


def test_a_drawing_that_cannot_be_written_is_the_machines_failure(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(["graph", "show", "cournot-antitrust", "-o", "no/such/folder/graph.svg"]) == 3
    assert "no/such/folder/graph.svg" in capsys.readouterr().err


@pytest.mark.parametrize("kind", sorted(document_kinds()))
def test_every_kind_of_document_has_a_schema(home: Path, capsys: pytest.CaptureFixture[str], kind: str) -> None:
    assert run_command(["graph", "schema", kind]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed == json.loads(json.dumps(json_schema(kind)))
    shapes = [printed]
    if "discriminator" in printed:
        types = printed["discriminator"]["mapping"]
        assert set(types) == set(types_of(kind))
        shapes = [printed["$defs"][place.rpartition("/")[2]] for place in types.values()]
    for shape in shapes:
        assert shape["additionalProperties"] is False
        assert shape["properties"]["kind"]["const"] == kind
        assert shape["properties"]["version"]["const"] == 1


def test_markets_and_scenarios_are_told_apart_by_every_type_that_there_is() -> None:
    for kind in ("market", "scenario"):
        assert set(types_of(kind)) == {name for name in market_types() if find_market_type(name).kind == kind}
    assert set(types_of("training")) == {"dpo", "grpo", "evolve"}
    assert types_of("roster") == {}


def test_an_unknown_kind_of_document_is_answered_with_the_nearest(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(["graph", "schema", "institutions"]) == 2
    assert "Did you mean 'institution'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("folder", "kind"), [("institutions", "institution"), ("agents", "roster"), ("campaigns", "campaign")]
)
def test_everything_shipped_is_of_the_kind_of_its_folder(tmp_path: Path, folder: str, kind: str) -> None:
    for located in list_names(folder, Workspace(tmp_path, "empty")):
        if kind == "institution":  # which may extend another
            assert load_institution(read_text(located.path)).manifest.kind == kind
        else:
            read_document(located.path, document_kinds()[kind])
