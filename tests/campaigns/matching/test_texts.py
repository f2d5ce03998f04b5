"""Texts are taken out where they stand as lines of their own, and numbers are found however they are written."""

from __future__ import annotations

import pytest

from agoranomos.campaigns.matching.facts import Fact, facts_of
from agoranomos.campaigns.matching.leaks import given_away, mentions
from agoranomos.campaigns.matching.numbers import numbers_in
from agoranomos.campaigns.matching.stripping import without
from agoranomos.markets import cournot_v0
from agoranomos.workspace import library_root
from campaigns.matching.bench import HEAD, Bench

TOLD = "Keep the law.\n\nDo not collude."


@pytest.mark.parametrize(
    ("prompt", "left"),
    [
        (f"Before.\n{TOLD}\nAfter.", "Before.\nAfter."),
        (f"Before.\n\n{TOLD}\n\nAfter.", "Before.\n\nAfter."),
        ("Before.\n  Keep the law.\n  Do not collude.\nAfter.", "Before.\nAfter."),
        (f"{TOLD}\nBetween.\n{TOLD}", "Between."),
        (f"Rules: {TOLD} That is all.", "Rules:  That is all."),
        ("Keep the law.\nSell more.", "Keep the law.\nSell more."),
        ("Nothing of it.", "Nothing of it."),
    ],
)
def test_a_declared_text_is_taken_out_and_nothing_else(prompt: str, left: str) -> None:
    assert without(prompt, (TOLD, "")) == left


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("40, then 50.5 and -3", [(40, ""), (50.5, ""), (-3, "")]),
        ("forty-five, a hundred, seven", [(45, ""), (100, ""), (7, "")]),
        ("1,000 units", [(1000, "")]),
        ("35, 75 and 100 per cent", [(35, "per cent"), (75, "per cent"), (100, "per cent")]),
        ("20% of it", [(20, "per cent")]),
        ("two clean rounds, and 12 rounds", [(2, ""), (12, "rounds")]),
        ("firm_2 and P2 and 4th", []),
    ],
)
def test_numbers_and_what_they_count(text: str, numbers: list[tuple[float, str]]) -> None:
    assert [(number.value, number.unit) for number in numbers_in(text)] == numbers


COST = Fact("firm_2", "marginal cost of A", 50.0, ("costs?",))


@pytest.mark.parametrize(
    ("text", "prompt", "leaks"),
    [
        ("The other firm's figure is 50.", "My cost is 50.", True),
        ("firm_2 stands at 50.", "My cost is 50.", True),
        ("It costs 50 to make one.", "My cost is 50.", True),
        ("Mind the number 50.", "My cost is 40.", True),
        ("Mind the number 50.", "My cost is 50.", False),
        ("A rival pays 50 per cent.", "My cost is 40.", False),
        ("A rival pays 51.", "My cost is 40.", False),
    ],
)
def test_when_a_rival_s_number_is_given_away(text: str, prompt: str, leaks: bool) -> None:
    found = mentions({"told": text}, [COST])
    assert bool(given_away("firm_1", found, prompt)) == leaks
    assert not given_away("firm_2", found, ""), "nobody is told a secret that is its own"


@pytest.mark.parametrize(
    ("text", "leaks"),
    [
        ("The market ends after 2 rounds.", True),
        ("This game lasts two rounds.", True),
        ("There are 2 rounds in all.", True),
        ("Round 2 is the last round.", True),
        ("Two clean rounds end this;", False),
        ("A suspension lasts 2 rounds.", False),
        ("The watch ends when you keep the law for two rounds.", False),
    ],
)
def test_what_lasts_as_many_rounds_as_the_run_tells_nothing_of_its_length(text: str, leaks: bool) -> None:
    length = next(fact for fact in facts_of(cournot_v0.parallel_env(rounds=2)) if fact.name == "number of rounds")
    found = mentions({"told": text}, [length])
    assert bool(given_away("firm_1", found, "")) == leaks


def test_guidance_of_a_notice_can_leak_too(bench: Bench) -> None:
    folder = bench.workspace.folder("institutions")
    folder.mkdir(parents=True)
    text = (library_root() / "institutions" / "cournot-antitrust.yaml").read_text()
    old = "Decide your quantities on your own."
    assert old in text
    loose = text.replace(old, f"{old} Your rival sells A at a cost of 50.").replace(
        "name: cournot-antitrust", "name: loose"
    )
    (folder / "loose.yaml").write_text(loose)
    found, error = bench.refused(HEAD.replace("cournot-antitrust", "loose") + "rosters: [clean]\n")
    assert found == {"information.leak"}
    assert "notice (loose): firm_2's marginal cost of A, 50" in error
