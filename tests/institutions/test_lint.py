"""Planted faults, one a file: each is found at its place, by the linter or on reading; what is shipped has none.

The first line of a file in `faulty/` says what must be found: `# error 8:3: words`, `# warning ...` or `# refused ...`.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from agoranomos.documents import read_text
from agoranomos.errors import DocumentError
from agoranomos.institutions import load_institution
from agoranomos.institutions.lint import Remark, lint
from institutions.playing import SHIPPED, institution, shipped

FAULTY = sorted((Path(__file__).parent / "faulty").glob("*.yaml"))
EXPECTED = re.compile(r"# (error|warning|refused) (\d+:\d+): (.*?)(?: \| (.*))?\n")


@pytest.mark.parametrize("path", FAULTY, ids=lambda path: path.stem)
def test_a_planted_fault_is_found_at_its_place(path: Path) -> None:
    source = read_text(path)
    expected = EXPECTED.match(source.text)
    assert expected, "the first line says what is planted"
    severity, place, words, advice = expected.groups()
    if severity == "refused":
        with pytest.raises(DocumentError) as refused:
            load_institution(source)
        assert refused.value.place == f"{path}:{place}", str(refused.value)
        assert words in refused.value.message
        assert (advice or "") in str(refused.value)
        return
    found = lint(load_institution(source))
    matching = [r for r in found if r.severity == severity and r.place == f"{path}:{place}" and words in r.message]
    assert len(matching) == 1, [str(remark) for remark in found]


def test_every_fault_is_planted_alone() -> None:
    """Each file that is only warned about has no error, so that each test fails for its own reason."""
    for path in FAULTY:
        source = read_text(path)
        if source.text.startswith("# warning"):
            assert {remark.severity for remark in lint(load_institution(source))} == {"warning"}, path


@pytest.mark.parametrize("name", SHIPPED)
def test_what_is_shipped_is_free_of_remarks(name: str) -> None:
    assert lint(shipped(name)) == ()


def test_the_ground_of_the_planted_faults_is_sound() -> None:
    text = read_text(Path(__file__).parent / "faulty" / "unused-parameter.yaml").text
    assert lint(institution(text.replace(", mercy: 1", ""))) == ()


def test_remarks_come_in_the_order_of_the_file_and_read_as_one_line() -> None:
    text = read_text(Path(__file__).parent / "faulty" / "unused-rule.yaml").text
    first, second = lint(institution(text.replace("{patience: 2}", "{patience: 2, mercy: 1}")))
    assert first == Remark("test.yaml:16:27", "error", "parameter 'mercy' is used by nothing")
    assert str(second) == "test.yaml:21:3: error: rule 'R3' is applied by no event and no transition"


def test_a_counter_told_in_a_notice_or_watched_over_all_agents_is_read() -> None:
    text = read_text(Path(__file__).parent / "faulty" / "counter-never-read.yaml").text
    assert lint(institution(text + 'notices:\n  template: "{seen}"\n')) == ()
    assert lint(institution(text.replace("tier >= patience", "least.seen >= patience"))) == ()


def test_an_institution_of_one_state_has_nothing_to_remark_on() -> None:
    assert lint(institution("kind: institution\nversion: 1\nname: idle\nstates: {a: {label: A}}\ninitial: a\n")) == ()


def test_benchmarks_that_are_estimated_for_no_signal_are_said_in_vain() -> None:
    text = "kind: institution\nversion: 1\nname: idle\nstates: {a: {label: A}}\ninitial: a\n"
    (remark,) = lint(institution(text + "observation: {benchmarks: {estimated: 0.1}}\n"))
    assert (remark.severity, remark.place) == ("error", "test.yaml:6:15")
    assert "no signal reads one" in remark.message


def test_a_timer_that_only_a_notice_tells_of_is_warned_about() -> None:
    text = read_text(Path(__file__).parent / "faulty" / "timer-for-nothing.yaml").text
    told = lint(institution(text + 'notices:\n  template: "{rounds_left} rounds"\n'))
    assert [remark.severity for remark in told] == ["warning"]
    assert [remark.severity for remark in lint(institution(text))] == ["error"]


def test_a_counter_that_is_only_forfeited_changes() -> None:
    """Credit that offenders lose, and that nobody regains, is no constant."""
    text = (FAULTY[0].parent / "counter-never-written.yaml").read_text()
    lost = text.replace("to: suspended, on: violation,", "to: suspended, on: violation, forfeit: {limit: 1},")
    assert "counter 'limit' never changes" in str(lint(institution(text)))
    assert "never changes" not in str(lint(institution(lost)))
