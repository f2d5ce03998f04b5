"""Numbers in texts, held against the institution's values."""

from __future__ import annotations

import pytest

from agoranomos.documents import read_text
from agoranomos.institutions import load_institution
from agoranomos.institutions.checker.amounts import amounts_in, find_misstatements
from agoranomos.institutions.checker.finding import Findings
from institutions.corpus.planted import BASES
from institutions.playing import institution


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("fines of 35, 75 and 100 per cent of profit", [(35, "%"), (75, "%"), (100, "%")]),
        ("after two clean rounds", [(2, "rounds")]),
        ("3 to 5 rounds", [(3, "rounds"), (5, "rounds")]),
        ("a 12.5% levy, at least 1,200", [(12.5, "%"), (1200, "")]),
        ("at or below 0.65.", [(0.65, "")]),
        ("Twenty units", [(20, "")]),
        ("a five-round ban", [(5, "rounds")]),
        ("one warning, then no one is spared", []),
        ("{fine} for {agent} under H1_prices, section 7b", []),
        ("the first of many", []),
    ],
)
def test_numbers_are_read_with_their_units(text: str, found: list[tuple[float, str]]) -> None:
    assert list(amounts_in(text)) == found


@pytest.mark.parametrize(
    ("before", "after", "wrong"),
    [
        ("fines of 50, 75 and 100 per cent", "fines of 50, 75 and 90 per cent", "90 per cent"),
        ("after two clean rounds", "after three clean rounds", ""),  # patience is 3
        ("after two clean rounds", "after six clean rounds", "6 rounds"),
        ("not produce for 4 rounds", "not produce for 200 rounds", "200 rounds"),  # a sum, and no length of time
        ("Fine: {fine}.", "Fine: {fine}, at least 200.", ""),
        ("Fine: {fine}.", "Fine: {fine}, at least 250.", "250"),
    ],
)
def test_a_number_must_be_one_of_the_institution(before: str, after: str, wrong: str) -> None:
    text = read_text(BASES["ladder"]).text
    assert before in text
    read = institution(text.replace(before, after))
    findings = Findings(read)
    find_misstatements(read, findings)
    assert [finding.rule for finding in findings] == (["notice-misstates-amount"] if wrong else [])
    assert all(f"names {wrong}," in finding.message for finding in findings)


def test_a_long_text_is_cut_in_the_message() -> None:
    text = read_text(BASES["ladder"]).text.replace("Decide on your own.", "Decide on your own. " * 8 + "Pay 999.")
    read = load_institution(read_text(BASES["ladder"]).__class__("long.yaml", text))
    findings = Findings(read)
    find_misstatements(read, findings)
    (finding,) = findings
    assert "..." in finding.message
    assert len(finding.message) < 200
