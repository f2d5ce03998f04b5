"""A manifest that says only what differs: merged, pinned, placed, recorded; and the same in meaning as written out."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from agoranomos.documents import Source, read_text
from agoranomos.documents.reader import place_in
from agoranomos.errors import DocumentError
from agoranomos.institutions import Institution, ReplayMismatch, load_institution, replay
from agoranomos.institutions.entries import Opened, decode_entry
from agoranomos.institutions.flat import flat_text
from agoranomos.institutions.inheritance import MAX_BASES, Extended, recorded_source, with_bases
from agoranomos.institutions.lint import lint
from agoranomos.workspace import find_workspace, library_root
from institutions.playing import DIVISION, HARDENED, play, recorded, shipped

NO_WARNING = "cournot-antitrust-no-warning"
BASE = """\
kind: institution
version: 1
name: base
title: The base
about: of all
parameters: {patience: 2, mercy: 3}
states:
  free: {label: FREE}
  watched: {label: WATCHED, guidance: Take care.}
initial: free
signals:
  high: {statistic: mean, measure: price_elevation, window: 5, at_least: 0.5, goods: mean}
  low: {statistic: mean, measure: price_elevation, window: 5, at_most: 0.1, goods: mean}
events:
  caught: {when: high && cases < mercy, accuses: R1}
  calm: {when: low}
counters:
  cases: {max: 9, next: "caught ? cases + 1 : cases"}
transitions:
  - {rule: R1, from: free, to: watched, on: caught, lasts: 4, fine: {rate: 0.5, floor: 10}}
  - {rule: R2, from: watched, to: free, on: calm, when: rounds_in_state >= patience}
  - {rule: R3, from: watched, to: free, on: expiry}
"""

RULES = """\
rules:
  R1: {attribute: A, deontic: must, aim: b}
  R2: {attribute: A, deontic: may, aim: b}
  R3: {attribute: B, deontic: may, aim: c}
"""


def digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def head(base: str = BASE, name: str = "base", own: str = "derived") -> str:
    return f"kind: institution\nversion: 1\nname: {own}\nextends:\n  institution: {name}\n  sha256: {digest(base)}\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "base.yaml").write_text(BASE)
    return tmp_path


def derived(folder: Path, text: str, *, name: str = "derived.yaml") -> Institution:
    (folder / name).write_text(text)
    return load_institution(read_text(folder / name))


def refused(folder: Path, text: str) -> DocumentError:
    with pytest.raises(DocumentError) as error:
        derived(folder, text)
    return error.value


def flat(text: str) -> Institution:
    return load_institution(Source("flat.yaml", text))


CHANGES: dict[str, tuple[str, str]] = {
    "nothing": ("", BASE),
    "a value, deep down": (
        "signals: {high: {at_least: 0.4}}\n",
        BASE.replace("at_least: 0.5", "at_least: 0.4"),
    ),
    "a parameter taken away and what used it": (
        "parameters: {mercy: null}\nevents: {caught: {when: high}}\n",
        BASE.replace(", mercy: 3", "").replace("high && cases < mercy", "high"),
    ),
    "a key taken away": (
        "states: {watched: {guidance: null}}\n",
        BASE.replace(", guidance: Take care.", ""),
    ),
    "what is new comes last": (
        "counters: {worse: {max: 3, next: 'cases > 1 ? 1 : 0'}}\nevents: {bad: {when: worse > 0}}\n",
        BASE.replace("  calm: {when: low}\n", "  calm: {when: low}\n  bad: {when: worse > 0}\n").replace(
            'cases + 1 : cases"}\n', "cases + 1 : cases\"}\n  worse: {max: 3, next: 'cases > 1 ? 1 : 0'}\n"
        ),
    ),
    "an edge keeps its place": (
        "transitions: {'R2:watched->free': null, 'R1:free->watched': {lasts: 8, fine: {rate: 0.6}}}\n"
        "parameters: {patience: null}\n",
        BASE.replace("lasts: 4", "lasts: 8")
        .replace("rate: 0.5", "rate: 0.6")
        .replace("patience: 2, ", "")
        .replace("  - {rule: R2, from: watched, to: free, on: calm, when: rounds_in_state >= patience}\n", ""),
    ),
    "the same as a list, with a new edge": (
        "transitions:\n"
        "  - {rule: R9, from: watched, to: watched, on: caught, fine: {rate: 0.9}}\n"
        "  - {rule: R1, from: free, to: watched, fine: null}\n",
        BASE.replace(", fine: {rate: 0.5, floor: 10}", "")
        + "  - {rule: R9, from: watched, to: watched, on: caught, fine: {rate: 0.9}}\n",
    ),
    "a new edge by its name": (
        "transitions:\n  R9:watched->watched: {on: caught, fine: {rate: 0.9}}\n",
        BASE + "  - {rule: R9, from: watched, to: watched, on: caught, fine: {rate: 0.9}}\n",
    ),
    "a mapping where the base has none": (
        RULES,
        BASE + RULES,
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_what_is_extended_means_what_is_written_out(folder: Path, what: str) -> None:
    said, written = CHANGES[what]
    read = derived(folder, head() + said)
    assert read.semantic_sha256 == flat(written).semantic_sha256
    assert read.name == "derived"
    assert (read.manifest.title, read.manifest.about) == ("", "")
    again = flat(flat_text(read))
    assert again.semantic_sha256 == read.semantic_sha256
    assert again.manifest == read.manifest


def test_a_base_may_extend_a_base_and_places_are_those_of_each_file(folder: Path) -> None:
    middle = head(own="middle") + "parameters: {patience: 7}\nsignals: {high: {window: 6}}\n"
    (folder / "middle.yaml").write_text(middle)
    read = derived(folder, head(middle, "middle") + "transitions: [{rule: R1, from: free, to: watched, lasts: 5}]\n")
    assert read.manifest.parameters == {"patience": 7, "mercy": 3}

    def at(*path: str | int) -> tuple[str, str]:
        name, _, place = place_in(read.source, path).partition(":")
        return Path(name).name, place

    assert at("parameters", "mercy") == ("base.yaml", "6:27")
    assert at("parameters", "patience") == ("middle.yaml", "7:14")
    assert at("signals", "high", "window") == ("middle.yaml", "8:18")
    assert at("signals", "high", "at_least") == ("base.yaml", "12:64")
    assert at("transitions", 0, "lasts") == ("derived.yaml", "7:51")
    assert at("transitions", 0, "fine", "floor") == ("base.yaml", "20:81")
    assert at("transitions", 1) == ("base.yaml", "21:5")
    assert at("name") == ("derived.yaml", "3:1")


def test_findings_stand_where_the_fault_is(folder: Path) -> None:
    text = head() + "parameters: {spare: 1}\nsignals: {low: null}\nevents: {calm: {when: high}}\n"
    (remark,) = lint(derived(folder, text))
    assert remark.place == f"{folder / 'derived.yaml'}:7:14"
    text = head() + "events: {calm: null}\ntransitions: {'R2:watched->free': null}\nparameters: {patience: null}\n"
    remarks = [remark for remark in lint(derived(folder, text)) if "signal 'low'" in remark.message]
    assert [remark.place for remark in remarks] == [f"{(folder / 'base.yaml').resolve()}:13:3"]


@pytest.mark.parametrize(
    ("said", "place", "words"),
    [
        ("parameters: {patience: 2}\n", "7:14", "`patience` is what the base says already"),
        ("parameters: {patient: null}\n", "7:14", "`null` takes away what the base does not hold"),
        ("parameters: {}\n", "7:1", "nothing is said here that differs"),
        ("parameters: {patient: 2}\nevents: {calm: {wen: low}}\n", "8:17", "unknown key 'wen'"),
        ("states: {watched: null}\n", "base.yaml:20:28", "unknown state 'watched'"),
        ("events: {caught: {when: hihg}}\n", "7:19", "hihg"),
        ("transitions: {'R1:free->wached': null}\n", "7:15", "Did you mean 'R1:free->watched'?"),
        ("transitions: {'free->watched': null}\n", "7:15", "names no transition"),
        ("transitions: {'R1:free->watched': {rule: R2}}\n", "7:36", "`rule` is said by the edge's name already"),
        ("transitions: {'R1:free->watched': {}}\n", "7:15", "nothing is said of this transition"),
        ("transitions: {'R1:free->watched': {lasts: 4}}\n", "7:36", "`lasts` is what the base says already"),
        ("transitions: [{rule: R1, from: free, to: watched}]\n", "7:15", "nothing is said of this transition"),
        ("transitions: {'R1:free->watched': 5}\n", "7:15", "a mapping"),
        ("transitions: [{rule: R1, from: free, to: watched, lasts: 5}, {rule: R1, from: free, to: watched}]\n",
         "7:62", "stands twice"),
        ("transitions: [{rule: R1}]\n", "7:15", "missing"),
        ("transitions: 5\n", "7:1", "a list was expected"),
        ("parameters: 5\n", "7:1", "a mapping"),
    ],
)  # fmt: skip
def test_what_changes_nothing_or_fits_nothing_is_refused_at_its_place(
    folder: Path, said: str, place: str, words: str
) -> None:
    error = refused(folder, head() + said)
    assert words in str(error)
    assert error.place.endswith(f"derived.yaml:{place}" if place[0].isdigit() else place)


def test_a_base_that_changed_is_refused_with_both_digests(folder: Path) -> None:
    (folder / "base.yaml").write_text(BASE + "# a remark\n")
    error = refused(folder, head())
    assert digest(BASE) in str(error)
    assert digest(BASE + "# a remark\n") in str(error)
    assert "write the new SHA-256 here" in error.advice
    assert error.place.endswith("derived.yaml:6:3")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (head(name="bass"), "unknown institution 'bass'"),
        (head(name="../base"), "is no institution name"),
        (head(name="/etc/passwd"), "passwd"),
        (head(name='"a\\0b"'), "is no institution name"),
        (head().replace("sha256: ", "sha256: X"), "[0-9a-f]{64}"),
        (head().replace("sha256", "sha265"), "Did you mean 'sha256'?"),
        (head().replace("institution: base", "institution: ''"), "an empty text does not do"),
        ("kind: institution\nversion: 1\nname: derived\nextends: base\n", "a mapping"),
        (head().replace("name: derived\n", ""), "name is missing"),
        (head() + "kind: institution\n", "duplicate key"),
    ],
)
def test_what_names_no_base_is_refused(folder: Path, text: str, words: str) -> None:
    assert words in str(refused(folder, text))


def test_a_link_out_of_the_folder_is_not_followed(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    outside = tmp_path_factory.mktemp("outside") / "secret.yaml"
    outside.write_text(BASE)
    (folder / "linked.yaml").symlink_to(outside)
    assert "unknown institution 'linked'" in str(refused(folder, head(name="linked")))


def test_institutions_that_extend_each_other_end(folder: Path) -> None:
    """No text holds its own digest; so a circle shows as a base that is not the one pinned, or as its own file."""
    assert "extends itself" in str(refused(folder, head("", name="derived")))
    below, name = BASE, "base"
    for depth in range(MAX_BASES):
        text = head(below, name, own=f"d{depth}") + f"parameters: {{patience: {depth + 10}}}\n"
        below, name = text, f"d{depth}"
        (folder / f"{name}.yaml").write_text(below)
    error = refused(folder, head(below, name))
    assert f"more than {MAX_BASES} institutions" in str(error)


def test_of_two_files_of_a_name_the_pinned_one_is_meant(tmp_path: Path) -> None:
    """A changed copy beside the file does not hide the library's own."""
    (tmp_path / f"{HARDENED}.yaml").write_text("something else")
    text = (library_root() / "institutions" / f"{NO_WARNING}.yaml").read_text()
    assert derived(tmp_path, text).semantic_sha256 == shipped(NO_WARNING).semantic_sha256


def test_a_text_that_speaks_of_it_extends_nothing() -> None:
    source = Source("flat.yaml", BASE.replace("about: of all", "about: it extends nothing"))
    assert with_bases(source) is source
    assert flat_text(load_institution(source)) == source.text


# The institution that is shipped


def test_the_ladder_without_its_warning_is_the_hardened_one_but_for_that() -> None:
    read, base = shipped(NO_WARNING), shipped(HARDENED)
    assert read.states == ("active", "fined", "suspended")
    assert [edge.key for edge in read.edges] == [
        edge.key for edge in base.edges if "warning" not in (edge.spec.source, edge.spec.target)
    ]
    assert lint(read) == ()
    first = next(moment for moment in play(read, DIVISION, 12) if moment.fine())
    warned = next(moment for moment in play(HARDENED, DIVISION, 30) if moment.fine())
    assert first.state() == "fined"
    assert "active->fined" in first.edges()
    assert "active->fined" not in warned.edges()


# The record


def opened(line: bytes) -> Opened:
    body = decode_entry(line).body
    assert isinstance(body, Opened)
    return body


def test_the_record_needs_no_file(folder: Path) -> None:
    read = derived(folder, head() + "parameters: {patience: 1}\n")
    lines = recorded(read, DIVISION, 12)
    record = opened(lines[0]).institution
    assert record is not None
    assert record.bases == (BASE,)
    assert record.file_sha256 == digest(record.text)
    for path in folder.iterdir():
        path.unlink()
    assert replay(lines).institution == "derived"
    assert replay(lines).closed


def test_a_record_without_bases_has_the_bytes_that_it_always_had() -> None:
    lines = recorded(HARDENED, DIVISION, 1)
    assert set(json.loads(lines[0])["body"]["institution"]) == {"name", "semantic_sha256", "file_sha256", "text"}


@pytest.mark.parametrize(
    ("bases", "words"),
    [
        ((), "its base base is not here"),
        ((BASE + "\n",), "is not the one that was pinned"),
        ((BASE, BASE), "nothing extends this base"),
    ],
)
def test_a_record_with_other_bases_is_refused(folder: Path, bases: tuple[str, ...], words: str) -> None:
    lines = recorded(derived(folder, head() + "parameters: {patience: 1}\n"), DIVISION, 2)
    forged: Any = json.loads(lines[0])
    forged["body"]["institution"]["bases"] = list(bases)
    if not bases:
        del forged["body"]["institution"]["bases"]
    lines[0] = msgspec.json.encode(forged, order="sorted")
    with pytest.raises(ReplayMismatch) as error:
        replay(lines)
    assert error.value.entry == 0
    assert words in str(error.value)


def test_what_extends_nothing_is_recorded_with_no_bases_or_refused() -> None:
    source = recorded_source("institution flat in entry 0", BASE, (BASE,))
    assert isinstance(source, Extended)
    with pytest.raises(DocumentError, match="nothing extends this base"):
        load_institution(source)


def test_a_workspace_of_ones_own_is_where_names_lead(tmp_path: Path) -> None:
    (tmp_path / "agora.yaml").write_text("kind: workspace\nversion: 1\nname: mine\n")
    (tmp_path / "institutions").mkdir()
    (tmp_path / "institutions" / "base.yaml").write_text(BASE)
    source = Source("from nowhere", head() + "parameters: {patience: 5}\n")
    read = load_institution(source, find_workspace(tmp_path))
    assert read.manifest.parameters["patience"] == 5
    with pytest.raises(DocumentError, match="unknown institution 'base'"):
        load_institution(source)


def test_transitions_may_be_the_first_ones(folder: Path) -> None:
    bare = BASE[: BASE.index("transitions:")]
    (folder / "base.yaml").write_text(bare)
    said = "transitions: {'R3:free->watched': {on: caught}, 'R3:watched->free': {on: calm}}\n"
    read = derived(folder, head(bare) + said)
    written = bare + "transitions:\n  - {rule: R3, from: free, to: watched, on: caught}\n"
    assert read.semantic_sha256 == flat(written + "  - {rule: R3, from: watched, to: free, on: calm}\n").semantic_sha256
    assert "a list was expected" in str(refused(folder, head(bare) + "transitions: 5\n"))


def test_a_base_that_is_no_text_or_no_manifest_is_refused(tmp_path: Path) -> None:
    (tmp_path / "base.yaml").write_bytes(b"\xff\xfe")
    assert "not UTF-8" in str(refused(tmp_path, head()))
    text = "kind: market\nversion: 1\n"
    (tmp_path / "base.yaml").write_text(text)
    assert "name: derived" not in str(refused(tmp_path, head(text)))
    assert refused(tmp_path, head(text)).place
