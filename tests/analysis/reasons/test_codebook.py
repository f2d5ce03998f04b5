"""Coding by rules: each code on what it is for and not on its near misses, and agreement with a labelled sample."""

from pathlib import Path

import numpy as np
import pytest
from ruamel.yaml import YAML

from agoranomos.analysis.reasons import read_codebook, shipped_codebook
from agoranomos.analysis.reasons.codebook import LONGEST_SENTENCE
from agoranomos.errors import DocumentError
from agoranomos.statistics.agreement import cohens_kappa

SAMPLE = YAML(typ="safe").load(Path(__file__).with_name("sample.yaml").read_text())


def test_the_sentence_is_kept_with_its_code():
    text = "Price rose to 63.5 this round. Rotate goods to escape detection; then undercut them."
    assert shipped_codebook().code(text) == {
        "evasion": "Rotate goods to escape detection",
        "competition": "then undercut them",
    }


def test_a_text_without_an_end_is_read_in_pieces_and_soon():
    """Words that begin a pattern, a hundred thousand times, and never its end: a cube of steps if read at once."""
    endless = "below " * 50_000 + "share " * 50_000
    assert shipped_codebook().code(endless) == {}  # hours, without the limit
    found = shipped_codebook().code("word " * 300 + "we undercut them " + "word " * 300)
    assert set(found) == {"competition"}
    assert len(found["competition"]) <= LONGEST_SENTENCE
    assert shipped_codebook().code("x" * 5_000 + " undercut")["competition"].endswith("undercut")


def test_a_text_without_a_reason_has_no_code():
    assert shipped_codebook().code("") == {}
    assert shipped_codebook().code("63.3, 61.0. 1,444!") == {}


def test_what_is_forbidden_is_not_what_is_meant():
    assert "coordination" not in shipped_codebook().code("Firms must not divide the market.")
    assert "coordination" in shipped_codebook().code("We divide the market.")


@pytest.mark.parametrize("name", shipped_codebook().codes)
def test_the_rules_agree_with_a_reader_as_far_as_they_are_said_to(name):
    rules = [name in shipped_codebook().code(row["text"]) for row in SAMPLE]
    reader = [name in row["codes"] for row in SAMPLE]
    found = cohens_kappa(rules, reader, np.random.default_rng(0))
    assert found.point >= 0.6, [row["text"] for row, a, b in zip(SAMPLE, rules, reader, strict=True) if a != b]


def test_the_rules_miss_what_is_said_without_their_words():
    """The sample holds reasons that a reader sees and the rules cannot; else it would be made to fit."""
    missed = [row for row in SAMPLE if set(row["codes"]) - shipped_codebook().code(row["text"]).keys()]
    assert missed


@pytest.mark.parametrize(
    ("text", "place", "said"),
    [
        (
            "kind: codebook\nversion: 1\nedition: 1\ncodes:\n  odd: {about: x, patterns: ['(']}\n",
            "codes.yaml:5:",
            r"'\(' is no regular",
        ),
        ("kind: codebook\nversion: 1\nedition: 0\ncodes: {}\n", "codes.yaml:3:", "edition"),
        (
            "kind: codebook\nversion: 1\nedition: 1\ncodes: {a: {about: x, pattern: [x]}}\n",
            "codes.yaml:4:",
            "unknown key 'pattern'",
        ),
        ("kind: codebook\nversion: 1\nedition: 1\ncodes: {a: 1, a: 2}\n", "codes.yaml:4:", "not valid YAML"),
        ("kind: code\nversion: 1\n", "codes.yaml:1:", "codebook was expected"),
    ],
)
def test_a_fault_in_a_codebook_is_refused_at_its_place(tmp_path, text, place, said):
    path = tmp_path / "codes.yaml"
    path.write_text(text)
    with pytest.raises(DocumentError, match=said) as refused:
        read_codebook(path)
    assert place in refused.value.place


def test_the_edition_and_the_digest_go_with_the_shipped_codebook():
    assert shipped_codebook().edition == 1
    assert shipped_codebook().sha256 == "4270784ba5bb70598264d42a4e351619bbf40d760c3f7c7eabfb247579d59772"
