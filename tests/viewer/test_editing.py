"""What a text says while it is written: every fault in its line, for any text whatever, and never an exception."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agoranomos.documents.reader import MAX_DOCUMENT_BYTES
from agoranomos.institutions.checker import RULES
from agoranomos.viewer.editing import READING, examine
from agoranomos.viewer.editing_check import checked
from agoranomos.viewer.editing_template import template
from agoranomos.workspace import library_root
from agoranomos.workspace.folder import Workspace
from viewer.corpus import CORPUS

GOOD = template("mine")
LIBRARY = library_root()
HERE = Workspace(LIBRARY, "library")
PUBLISHED = (LIBRARY / "institutions" / "cournot-antitrust.yaml").read_text()


def examined(text: str) -> dict[str, Any]:
    return examine(text, "mine.yaml", HERE)


def place_of(text: str, mark: str) -> tuple[int, int]:
    """Line and column of the only `mark` in the text, from 1."""
    assert text.count(mark) == 1, mark
    before = text[: text.index(mark)]
    return before.count("\n") + 1, len(before) - before.rfind("\n")


def test_a_good_text_has_no_finding_and_all_that_is_shown_beside_it() -> None:
    found = examined(GOOD)
    assert found["valid"]
    assert found["findings"] == []
    assert checked(GOOD, "mine.yaml", HERE)["findings"] == []
    assert [box["name"] for box in found["drawing"]["boxes"]] == ["clear", "fined"]
    assert found["drawing"]["arcs"][0]["edge"] == "independent_decision:fined->fined"
    assert found["prose"]["notice"]["text"].startswith("# Public notice: A warning, then a fine\n")
    assert "A firm must not divide products" in found["prose"]["constitution"]["text"]
    told = {one["state"]: one["text"] for one in found["notices"]["states"]}
    assert told["fined"].startswith("To firm_1. Status: FINED. Your conduct looked coordinated.")
    assert len(found["semantic_sha256"]) == 64


def test_a_comment_changes_the_digest_of_the_bytes_alone() -> None:
    plain, commented = examined(GOOD), examined(GOOD + "# said\n")
    assert plain["semantic_sha256"] == commented["semantic_sha256"]
    assert plain["file_sha256"] != commented["file_sha256"]


@pytest.mark.parametrize(
    ("old", "new", "mark", "said", "advice"),
    [
        ("initial: clear", "initial: clera", "initial: clera", "unknown state 'clera'", "Did you mean 'clear'?"),
        ("deontic: must not", "deontc: must not", "deontc:", "unknown key 'deontc'", "Did you mean 'deontic'?"),
        ("window: 5", "window: five", "window: five", "a whole number was expected", ""),
        ('"!violation"', '"!violatoin"', 'when: "!violatoin"', "violatoin", "Did you mean 'violation'?"),
        ("rules:\n", "rules: [\n", "deontic", "not valid YAML", ""),
        ("Status: {status}", "Status: {stats}", "template: |", "stats", "Did you mean 'status'?"),
        ("name: mine", "name: mi\x07ne", "\x07", "not valid YAML", ""),
        ("name: mine", "name: mi\ud800ne", "\ud800", "half of a surrogate pair", "Write the character itself."),
        ("title: A", "extends: {institution: nowhere, sha256: " + "a" * 64 + "}\ntitle: A", "institution: nowhere",
         "unknown institution 'nowhere'", ""),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_found_where_it_stands(old: str, new: str, mark: str, said: str, advice: str) -> None:
    text = GOOD.replace(old, new, 1)
    found = examined(text)
    assert not found["valid"]
    (finding,) = found["findings"]
    assert finding["rule"] == READING
    assert said in finding["message"]
    assert advice in finding["advice"]
    if said != "not valid YAML" or mark == "\x07":
        assert (finding["line"], finding["column"]) == place_of(text, mark)
    else:
        assert finding["line"] >= place_of(text, "rules: [")[0]


DECORATION = "decorative-key"
OFFENCE, BACK = "independent_decision:clear->fined", "independent_decision:fined->clear"
FINE_OF_CLEAR = "fine: {rate: 0.5, floor: 200}"
PLANTED = [
    ("  fined: {label", "  lost: {label: LOST}\n  fined: {label", "lost: {", "unreachable-state", ["lost"]),
    ("  - {rule: independent_decision, from: fined, to: clear, on: clean}\n", "", "fined: {label", "no-way-back",
     ["fined"]),
    (FINE_OF_CLEAR, "suspend: true, lasts: 3", "lasts: 3", "unbounded-exclusion", [OFFENCE]),
    (FINE_OF_CLEAR, "fine: {rate: 0, floor: 0}", "fine: {rate: 0,", DECORATION, [OFFENCE]),
    ("to: clear, on: clean}", "to: clear, on: expiry}", "on: expiry", "timer-never-set", [BACK]),
    ("signals:\n", "signals:\n  idle: {statistic: mean, measure: hhi, window: 5, at_least: 0.9}\n", "idle: {",
     DECORATION, []),
    ("events:\n", "events:\n  never: {when: round > 3}\n", "never: {", DECORATION, []),
    ("signals:\n", "audits:\n  spot: {probability: 0.5}\nsignals:\n", "spot: {", DECORATION, []),
    ("signals:\n", "parameters: {spare: 3}\nsignals:\n", "spare: 3", DECORATION, []),
    ("signals:\n", "counters:\n  still: {max: 3}\nsignals:\n", "still: {", DECORATION, []),
    ("rules:\n", "rules:\n  idle_rule: {attribute: A firm, deontic: must, aim: rest}\n", "idle_rule: {",
     DECORATION, []),
    ("accuses: independent_decision}", "accuses: independent_decision, evidence: []}", "evidence: []",
     "hidden-evidence", []),
    ("transitions:\n", "transitions:\n  - {rule: independent_decision, from: clear, to: clear, on: violation}\n",
     "{rule: independent_decision, from: clear, to: fined", "unreachable-edge", [OFFENCE]),
    ("signals:\n", "observation: {error: {price: 0.1}}\nsignals:\n", "price: 0.1", DECORATION, []),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "mark", "rule", "marks"), PLANTED)
def test_a_slip_is_found_in_its_line_and_on_the_graph(
    old: str, new: str, mark: str, rule: str, marks: list[str]
) -> None:
    assert GOOD.count(old) == 1
    text = GOOD.replace(old, new)
    found = examined(text)
    assert found["valid"], found["findings"]
    at = place_of(text, mark)
    here = [one for one in found["findings"] if (one["line"], one["column"]) == at]
    assert {(one["kind"], one["rule"]) for one in here} == {("lint", rule)}
    assert rule in RULES
    assert all(one["marks"] == marks for one in here)


def test_the_published_ladders_free_offence_has_its_line_and_its_play() -> None:
    found = checked(PUBLISHED, "mine.yaml", HERE)
    (offence,) = [one for one in found["findings"] if one["rule"] == "free-offence"]
    assert offence["kind"] == "check"
    assert PUBLISHED.splitlines()[offence["line"] - 1].startswith("  - {rule: P2_independent_decision, from: active")
    assert offence["marks"] == ["P2_independent_decision:active->warning"]
    steps = offence["trace"]["steps"]
    assert [step["agents"][0]["state"] for step in steps] == ["active", *["warning"] * 5, "active"]
    first = steps[1]["agents"][0]
    assert first["did"] == ["high_concentration"]
    assert first["crossed"] == ["P2_independent_decision:active->warning"]
    assert first["cases"] == ["P2_independent_decision"]
    assert all(not agent["sanctions"] for step in steps for agent in step["agents"])


def test_the_linters_findings_keep_their_kind_in_a_check() -> None:
    text = GOOD.replace("signals:\n", "parameters: {spare: 3}\nsignals:\n")
    (finding,) = checked(text, "mine.yaml", HERE)["findings"]
    assert finding["kind"] == "lint"
    assert finding["message"] == examined(text)["findings"][0]["message"]


def test_a_fault_of_a_base_is_told_at_extends(tmp_path: Path) -> None:
    base = GOOD.replace("signals:\n", "parameters: {spare: 3}\nsignals:\n")
    (tmp_path / "base.yaml").write_text(base)
    own = tmp_path / "own.yaml"
    digest = hashlib.sha256(base.encode()).hexdigest()
    text = f"kind: institution\nversion: 1\nname: own\nextends:\n  institution: base\n  sha256: {digest}\n"
    own.write_text(text)
    (finding,) = examine(text, str(own), Workspace(tmp_path, "lab"))["findings"]
    assert (finding["line"], finding["column"]) == (5, 3)
    line, column = place_of(base, "spare: 3")
    assert finding["elsewhere"] == f"{(tmp_path / 'base.yaml').resolve()}:{line}:{column}"


def test_a_text_that_is_too_long_is_not_parsed() -> None:
    found = examined("# " + "x" * MAX_DOCUMENT_BYTES)
    assert "too large" in found["findings"][0]["message"]


@pytest.mark.parametrize(
    "text", ["", "\n", "- a", "1", "{", "&a [*a]", "!!python/object:os.system x", "%YAML 9", "\ufeff", "\0"]
)
def test_what_is_no_mapping_is_one_finding(text: str) -> None:
    (finding,) = examined(text)["findings"]
    assert finding["line"] >= 1
    assert finding["column"] >= 1


def _well_formed(found: dict[str, Any], text: str) -> None:
    json.dumps(found)
    if not found["valid"]:
        assert found["findings"]
    for finding in found["findings"]:
        assert 1 <= finding["line"] <= len(text.splitlines()) + 2
        assert finding["column"] >= 1


@settings(max_examples=150)
@given(st.text(max_size=200))
def test_any_text_gives_findings(text: str) -> None:
    _well_formed(examined(text), text)


_LINES = st.sampled_from(GOOD.splitlines(keepends=True))


@settings(max_examples=150)
@given(st.lists(_LINES | st.sampled_from(CORPUS).map(lambda said: f"{said[:80]}\n"), max_size=40))
def test_any_mixture_of_lines_gives_findings(lines: list[str]) -> None:
    text = "".join(lines)
    _well_formed(examined(text), text)


@settings(max_examples=100)
@given(st.data())
def test_any_slip_of_the_hand_gives_findings(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(GOOD)))
    gone = data.draw(st.integers(0, 12))
    typed = data.draw(st.text(st.sampled_from("abz09 :,-'\"{}[]|>&*!#%\n\t\u00e9\u2028\ud800"), max_size=6))
    text = GOOD[:at] + typed + GOOD[at + gone :]
    _well_formed(examined(text), text)
