"""CEL decides every value; what is remembered is what CEL would say; what cannot be decided raises."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agoranomos.institutions import guards
from agoranomos.institutions.guards import GuardError, GuardFault, Vocabulary
from institutions.playing import SHIPPED, shipped

WORDS = Vocabulary({"a": int, "b": int, "p": bool, "q": bool, "state": str, "least.a": int})

values = st.fixed_dictionaries(
    {
        "a": st.integers(-(2**40), 2**40),
        "b": st.integers(-9, 9),
        "p": st.booleans(),
        "q": st.booleans(),
        "state": st.sampled_from(["active", "fined", "a'b"]),
        "least.a": st.integers(0, 9),
    }
)


@given(values)
def test_a_guard_says_what_its_expression_says(names: dict[str, int | bool | str]) -> None:
    a, b, p, q = names["a"], names["b"], names["p"], names["q"]
    assert WORDS.guard("p && !q || a > b", bool)(names) is ((p and not q) or a > b)
    assert WORDS.guard("p ? a + b : least.a * 2", int)(names) == (a + b if p else names["least.a"] * 2)  # type: ignore[operator]
    assert WORDS.guard("state == 'fined' && q", bool)(names) is (names["state"] == "fined" and q)


@pytest.mark.parametrize("name", SHIPPED)
@given(data=st.data())
def test_what_is_remembered_equals_what_cel_says_now(name: str, data: st.DataObject) -> None:
    institution = shipped(name)
    tops = {counter: most for counter, most, _ in institution.counter_updates}
    for guard in institution.guards:
        names: dict[str, int | bool | str] = {}
        for word in guard.names:
            counter = word.removeprefix("least.").removeprefix("most.")
            if word == "state":
                names[word] = data.draw(st.sampled_from(institution.states))
            elif counter in tops:
                names[word] = data.draw(st.integers(0, tops[counter]))
            else:
                names[word] = data.draw(st.booleans())
        assert guard(names) == guard(names) == guard.evaluate(names)


def test_a_guard_names_what_it_reads_and_no_word_of_its_texts() -> None:
    assert WORDS.guard('state == \'p\' || state == "q \\" b" || a > 1', bool).names == ("a", "state")
    assert WORDS.guard("least . a > 1", bool)({"least.a": 2}) is True
    assert WORDS.guard("true", bool).names == ()
    assert WORDS.guard("1 + 1 == 2", bool)({}) is True


def test_what_cannot_be_decided_raises_and_is_not_remembered() -> None:
    guard = WORDS.guard("a / b > 1", bool)
    for _ in range(2):
        with pytest.raises(GuardFault, match="divide by zero"):
            guard({"a": 1, "b": 0})
    assert guard({"a": 9, "b": 2}) is True
    with pytest.raises(GuardFault, match="could not be decided"):
        WORDS.guard("a * a", int)({"a": 2**40})


def test_the_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guards, "_REMEMBERED", 3)
    guard = WORDS.guard("a + 1", int)
    assert [guard({"a": number}) for number in range(10)] == list(range(1, 11))
    assert len(guard._known) <= 3


@pytest.mark.parametrize(
    ("expression", "kind", "words"),
    [
        ("a +", int, "Syntax error"),
        ("a + p", int, "no matching overload"),
        ("statee == 'x'", bool, "Did you mean 'state'?"),
        ("a", bool, "INT; BOOL was expected"),
        ("1.5", int, "DOUBLE; INT was expected"),
    ],
)
def test_an_expression_that_does_not_compile_is_explained(expression: str, kind: type, words: str) -> None:
    with pytest.raises(GuardError) as refused:
        WORDS.guard(expression, kind)
    assert words in str(refused.value)
    assert "INVALID_ARGUMENT" not in str(refused.value)


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("state.startsWith('f')", True),
        ("state.size() == 5 && a > 0", True),
        ("state.matches('^a.*')", False),
        ("int(state.size()) + least.a == 7", True),
        (".least . a == 2", True),
        ("'''a'b''' != state && state == 'fined' && p", True),
        (r"r'\d' != state && !q", True),
        ("[a, 2].exists(b, b == 2) && a > 0", True),
    ],
)
def test_a_method_of_a_name_is_no_other_name(expression: str, expected: bool) -> None:
    names = {"a": 1, "b": 0, "p": True, "q": False, "state": "fined", "least.a": 2}
    assert WORDS.guard(expression, bool)(names) is expected


def test_a_name_that_is_read_only_sometimes_is_known_at_once() -> None:
    assert WORDS.guard("false && state.size() > a || p", bool).names == ("a", "p", "state")
    assert WORDS.guard("p ? a / 0 : b", int).names == ("a", "b", "p")


def test_an_expression_whose_names_cannot_be_told_is_refused_when_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guards, "_UNDECLARED", re.compile("(never)"))
    with pytest.raises(GuardError, match=r"cannot tell which names 'a > 1' reads: CEL 1:1: undeclared"):
        WORDS.guard("a > 1", bool)
