"""What is kept is found again, by whoever asks the same, and nothing else is."""

from __future__ import annotations

import math
import sqlite3
import stat
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from agoranomos.models import FAILURE_KINDS, Completion, Distribution, Message, Question, failed, unanswered
from agoranomos.models.calls.rows import check_of
from agoranomos.models.calls.store import CallStore, StoredCalls
from models.calls.storing import IDENTITY, reply, request

QUESTION = Question((Message("user", "Share?"),), ("yes", "no", "never"))
DISTRIBUTION = Distribution(
    QUESTION.options,
    (math.log(0.75), math.log(0.25), -math.inf),
    ((math.log(0.75), math.log(0.25), -math.inf),),
    "direct",
    310,
    3,
    0.25,
)


class Heard(list[str]):
    def __call__(self, text: str) -> None:
        self.append(text)


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def store(tmp_path: Path, heard: Heard) -> Iterator[CallStore]:
    opened = CallStore.open(tmp_path / "calls", tell=heard, clock=lambda: 1_700_000_000.9)
    yield opened
    opened.close()


def of(store: CallStore, identity: str = IDENTITY) -> StoredCalls:
    calls = store.of(identity, "smollm2?device=cpu")
    assert calls is not None
    return calls


def test_a_completion_is_found_as_it_was_and_says_where_it_comes_from(store: CallStore) -> None:
    calls = of(store)
    assert calls.find(request(1)) is None
    calls.keep(request(1), reply(1))
    found = calls.find(request(1))
    assert isinstance(found, Completion)
    assert math.isnan(found.seconds)
    assert replace(found, seconds=0.5, origin="asked") == reply(1)
    assert found.origin == "stored"
    assert calls.find(request(2)) is None


def test_a_distribution_is_found_bit_for_bit(store: CallStore) -> None:
    calls = of(store)
    calls.keep(QUESTION, DISTRIBUTION)
    store.flush()
    found = calls.find(QUESTION)
    assert isinstance(found, Distribution)
    assert replace(found, seconds=0.25, origin="asked") == DISTRIBUTION


def test_it_is_there_at_once_and_after_it_was_written_and_in_the_next_session(tmp_path: Path) -> None:
    for session in range(2):
        store = CallStore.open(tmp_path)
        calls = of(store)
        if not session:
            calls.keep(request(1), reply(1))
            assert calls.find(request(1)) is not None
            store.flush()
        found = calls.find(request(1))
        assert isinstance(found, Completion)
        assert found.text == "reply 1"
        store.close()


def test_another_model_finds_nothing_of_it(store: CallStore) -> None:
    of(store).keep(request(1), reply(1))
    assert of(store, '{"weights":"2"}').find(request(1)) is None
    store.flush()
    assert of(store, '{"weights":"2"}').find(request(1)) is None
    assert of(store).find(request(1)) is not None


def test_a_model_without_an_identity_is_not_remembered(store: CallStore) -> None:
    assert store.of("", "mock/valid") is None


def test_the_first_answer_stays(store: CallStore) -> None:
    calls = of(store)
    calls.keep(request(1), reply(1, "first"))
    store.flush()
    calls.keep(request(1), reply(1, "second"))
    store.flush()
    found = calls.find(request(1))
    assert isinstance(found, Completion)
    assert found.text == "first 1"


@pytest.mark.parametrize("kind", FAILURE_KINDS)
def test_what_failed_on_the_way_is_asked_again_and_what_the_model_said_is_not(store: CallStore, kind: str) -> None:
    calls = of(store)
    on_the_way = kind in {"timeout", "error", "overflow"}
    calls.keep(request(1), failed(kind, "it failed", 0.1))
    calls.keep(QUESTION, unanswered(QUESTION, kind, "it failed", 0.1))
    store.flush()
    assert (calls.find(request(1)) is None) == on_the_way
    assert (calls.find(QUESTION) is None) == on_the_way


def test_an_error_of_no_kind_is_not_kept(store: CallStore) -> None:
    calls = of(store)
    calls.keep(request(1), replace(reply(1), finish="error"))
    assert calls.find(request(1)) is None


@pytest.mark.parametrize("origin", ["stored", "recorded"])
def test_what_was_not_asked_now_is_not_kept(store: CallStore, origin: str) -> None:
    calls = of(store)
    calls.keep(request(1), replace(reply(1), origin=origin))
    assert calls.find(request(1)) is None


def test_half_a_character_in_a_reply_is_not_kept_and_in_a_prompt_it_is(store: CallStore) -> None:
    calls = of(store)
    calls.keep(request(1), replace(reply(1), text="\ud800"))
    calls.keep(request(2, "\ud800"), reply(2))
    store.flush()
    assert calls.find(request(1)) is None
    assert calls.find(request(2, "\ud800")) is not None


def test_a_row_that_the_disk_has_changed_is_asked_again_and_replaced(tmp_path: Path, heard: Heard) -> None:
    store = CallStore.open(tmp_path, tell=heard)
    of(store).keep(request(1), reply(1))
    of(store).keep(request(2), reply(2))
    store.close()
    with sqlite3.connect(tmp_path / "calls.sqlite3") as connection:
        connection.execute("UPDATE calls SET answer = replace(answer, 'reply 1', 'reply 9') WHERE id = 1")
    connection.close()
    store = CallStore.open(tmp_path, tell=heard)
    calls = of(store)
    assert calls.find(request(1)) is None
    assert calls.find(request(2)) is not None
    for text in ("reply", "another"):  # What replaced it stays, as any first answer.
        calls.keep(request(1), reply(1, text))
        store.flush()
    store.close()
    store = CallStore.open(tmp_path, tell=heard)
    found = of(store).find(request(1))
    assert isinstance(found, Completion)
    assert found.text == "reply 1"
    store.close()


def test_an_answer_cannot_stand_in_for_another(tmp_path: Path) -> None:
    """The check is over address and answer: two rows that changed places are found out."""
    store = CallStore.open(tmp_path)
    of(store).keep(request(1), reply(1))
    of(store).keep(request(2), reply(2))
    store.close()
    with sqlite3.connect(tmp_path / "calls.sqlite3") as connection:
        one, other = connection.execute("SELECT answer, check_bytes FROM calls ORDER BY id").fetchall()
        for number, row in ((1, other), (2, one)):
            connection.execute("UPDATE calls SET answer = ?, check_bytes = ? WHERE id = ?", (*row, number))
    connection.close()
    store = CallStore.open(tmp_path)
    assert of(store).find(request(1)) is None
    assert of(store).find(request(2)) is None
    store.close()


def test_an_answer_in_a_form_that_is_no_more_is_asked_again_and_replaced(tmp_path: Path) -> None:
    store = CallStore.open(tmp_path)
    of(store).keep(request(1), reply(1))
    store.close()
    key, strange = of(store).key(request(1)), b"\x81\xa4text\x07"  # {"text": 7}
    with sqlite3.connect(tmp_path / "calls.sqlite3") as connection:
        connection.execute("UPDATE calls SET answer = ?, check_bytes = ?", (strange, check_of(key, strange)))
    connection.close()
    store = CallStore.open(tmp_path)
    assert of(store).find(request(1)) is None
    of(store).keep(request(1), reply(1))
    store.flush()
    assert of(store).find(request(1)) is not None
    store.close()


def test_prompts_and_replies_are_readable_by_their_owner_alone(store: CallStore, tmp_path: Path) -> None:
    of(store).keep(request(1), reply(1))
    store.flush()
    folder = tmp_path / "calls"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}
    assert "calls.sqlite3-wal" in modes
    assert set(modes.values()) == {0o600}


def test_many_calls_are_all_there(store: CallStore, heard: Heard) -> None:
    calls = of(store)
    for number in range(3000):
        calls.keep(request(number), reply(number))
    assert all(calls.find(request(number)) is not None for number in range(3000))
    store.flush()
    assert all(calls.find(request(number)) is not None for number in range(3000))
    assert heard == []
