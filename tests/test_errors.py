"""Errors know their exit code, their place and their advice, across process borders too."""

from __future__ import annotations

import pickle

import pytest

from agoranomos.errors import AgoraError, DocumentError, Finding, MachineError, UsageError, nearest, unknown_name


@pytest.mark.parametrize(
    ("kind", "code"), [(AgoraError, 3), (Finding, 1), (UsageError, 2), (DocumentError, 2), (MachineError, 3)]
)
def test_each_kind_has_its_exit_code(kind: type[AgoraError], code: int) -> None:
    assert kind("what happened").exit_code == code
    assert str(kind("what happened")) == "what happened"
    assert str(kind("what happened", advice="what to do")) == "what happened\n  what to do"


def test_an_error_survives_being_sent_to_another_process() -> None:
    error = DocumentError("unknown key 'a'", place="f.yaml:1:2", advice="Did you mean 'b'?")
    again = pickle.loads(pickle.dumps(error))
    assert type(again) is DocumentError
    assert (str(again), again.message, again.advice, again.place) == (
        str(error),
        error.message,
        error.advice,
        error.place,
    )


def test_the_nearest_word_is_proposed() -> None:
    assert nearest("institutoin", ["institution", "market"]) == "Did you mean 'institution'?"


def test_without_a_near_word_the_valid_ones_are_listed() -> None:
    assert nearest("x", ["b", "a", "b"]) == "Valid here: a, b."
    assert nearest("x", [f"w{n:02}" for n in range(13)]).endswith("w11, ....")
    assert nearest("x", []) == ""


def test_an_unknown_name_is_a_usage_error() -> None:
    error = unknown_name("market", "cournot-dupoly", ["cournot-duopoly"])
    assert isinstance(error, UsageError)
    assert str(error) == "unknown market 'cournot-dupoly'\n  Did you mean 'cournot-duopoly'?"


def test_message_and_advice_stand_in_one_line_where_there_is_one() -> None:
    assert UsageError("no such file", advice="Make it.").in_one_line == "no such file Make it."
    assert UsageError("no such file").in_one_line == "no such file"
