"""Guards in English where they are simple, else as they stand."""

from __future__ import annotations

from pathlib import Path

import pytest

from agoranomos.institutions.expressions import parsed
from agoranomos.institutions.prose_guards import condition, update
from agoranomos.institutions.prose_text import rendered
from institutions.playing import institution

MANIFEST = institution((Path(__file__).parent / "every_feature.yaml").read_text()).manifest


@pytest.mark.parametrize(
    ("expression", "english"),
    [
        ("high", "high holds"),
        ("!high", "high does not hold"),
        ("high || sharp", "high or sharp holds"),
        ("high && sharp && low", "high, sharp and low hold"),
        ("caught", "caught happens"),
        ("!caught", "caught does not happen"),
        ("look", "the audit look takes place"),
        ("!look", "the audit look does not take place"),
        ("expiry", "its time in the state is over"),
        ("!expiry", "its time in the state is not over"),
        ("reported", "it reports in the round"),
        ("!reported", "it does not report in the round"),
        ("fines >= 3", "its fines are at least 3"),
        ("3 <= age", "its age is at least 3"),
        ("age != 2", "its age is not 2"),
        ("credits - fines > 1", "its credits less its fines is more than 1"),
        ("age < patience", "its age is less than the patience of 7"),
        ("least.fines >= 4", "every agent's fines are at least 4"),
        ("least.fines < 4", "some agent's fines are less than 4"),
        ("most.age <= 4", "every agent's age is at most 4"),
        ("most.age > 4", "some agent's age is more than 4"),
        ("most.age == 4", "the largest age of all agents is 4"),
        ("age == least.age", "its age is the smallest age of all agents"),
        ("others.out >= 1", "the number of other agents that are out is at least 1"),
        ("state == 'fined'", "its state is fined"),
        ('state != "elsewhere"', 'its state is not "elsewhere"'),
        ("round % 15 == 0", "the number of the round is a multiple of 15"),
        ("round % 15 == 1", "the remainder of the number of the round by 15 is 1"),
        ("rounds_in_state > firms", "the number of rounds it has been in its state is more than the number of agents"),
        ("high && (low || age > 1)", "high holds and (low holds or its age is more than 1)"),
        ("!(high && low)", "`!(high && low)` holds"),
        ("[1, 2].size() > age", "`[1, 2].size() > age` holds"),
        ("high == low", "`high == low` holds"),
        ("age > -1", "`age > -1` holds"),
        ("age * 2 + 1 > 3", "`age * 2 + 1 > 3` holds"),
        ("true", "`true` holds"),
    ],
)
def test_conditions(expression: str, english: str) -> None:
    assert rendered(condition(MANIFEST, expression, "events", "x", "when")) == english


@pytest.mark.parametrize(
    ("expression", "english"),
    [
        ("age", "stays"),
        ("3", "becomes 3"),
        ("age + 1", "rises by 1"),
        ("age - 2", "falls by 2"),
        ("fines", "becomes its fines"),
        ("high ? age + 1 : 0", "rises by 1 if high holds, otherwise becomes 0"),
        ("high ? 0 : low ? 1 : age", "becomes 0 if high holds, otherwise becomes 1 if low holds, otherwise stays"),
        ("size('abc') + age", "becomes `size('abc') + age`"),
        ("high ? size('a') : age", "becomes `high ? size('a') : age`"),
    ],
)
def test_updates(expression: str, english: str) -> None:
    assert rendered(update(MANIFEST, "age", expression, "counters", "age", "next")) == english


@pytest.mark.parametrize(
    "expression", ["", "a b", "(a", "a ? b", "a ?", "a ? b : ", "f(a)", "a.b.c", "'\\''", "a $ b", "!"]
)
def test_what_is_not_known_has_no_tree(expression: str) -> None:
    assert parsed(expression) is None
