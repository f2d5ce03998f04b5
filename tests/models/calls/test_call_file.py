"""The store's file among processes, kills, full disks and damage."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from agoranomos.errors import MachineError, UsageError
from agoranomos.models import Completion
from agoranomos.models.calls import call_file
from agoranomos.models.calls.store import CallStore
from models.calls.storing import IDENTITY, reply, request

TESTS = Path(__file__).resolve().parents[2]


def keeping(folder: Path, first: int, count: int, before: str = "") -> subprocess.Popen[str]:
    """Another process that keeps calls; `before` is Python that it runs first."""
    program = f"import sys; sys.path.insert(0, {str(TESTS)!r}); {before or 'pass'}\n"
    program += f"from models.calls.storing import main\nmain({str(folder)!r}, {first}, {count})"
    return subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def found(folder: Path, number: int) -> bool:
    store = CallStore.open(folder)
    try:
        calls = store.of(IDENTITY)
        assert calls is not None
        answer = calls.find(request(number))
        return isinstance(answer, Completion) and answer.text == f"reply {number}"
    finally:
        store.close()


def fill(folder: Path, count: int = 400) -> Path:
    store = CallStore.open(folder)
    calls = store.of(IDENTITY, "smollm2")
    assert calls is not None
    for number in range(count):
        calls.keep(request(number, "Round " * 40), reply(number))
    store.close()
    return folder / "calls.sqlite3"


def spoil(path: Path) -> None:
    """Break every page but those that are read when the file is opened."""
    pages = path.read_bytes()
    assert len(pages) > 20 * 4096
    path.write_bytes(pages[: 7 * 4096] + b"\xaa" * (len(pages) - 7 * 4096))


def test_several_processes_keep_at_once_and_nothing_is_lost(tmp_path: Path) -> None:
    others = [keeping(tmp_path, first, 300) for first in (0, 300, 600, 450)]
    for other in others:
        _, said = other.communicate()
        assert (other.returncode, said) == (0, "")
    assert all(found(tmp_path, number) for number in range(0, 900, 7))
    with sqlite3.connect(tmp_path / "calls.sqlite3") as connection:
        assert connection.execute("SELECT count(*) FROM calls").fetchone()[0] == 900
    connection.close()


def test_a_process_that_comes_and_goes_takes_no_journal_along(tmp_path: Path) -> None:
    """Locks of POSIX are a process's: any file handle of it that is closed drops them, SQLite's own too."""
    store = CallStore.open(tmp_path)
    calls = store.of(IDENTITY)
    assert calls is not None
    for number in range(3):
        calls.keep(request(number), reply(number))
        store.flush()
        journal = (tmp_path / "calls.sqlite3-wal").stat().st_ino
        other = keeping(tmp_path, 100 + number, 1)
        assert other.communicate()[1] == ""
        # The last to close a database removes its journal; with this store open, the other process is not the last.
        assert (tmp_path / "calls.sqlite3-wal").stat().st_ino == journal
    store.close()
    assert all(found(tmp_path, number) for number in (0, 1, 2, 100, 101, 102))


def test_what_was_written_survives_a_kill(tmp_path: Path) -> None:
    other = keeping(tmp_path, 0, 1_000_000)
    assert other.stdout is not None
    written = [int(next(other.stdout)) for _ in range(20)]
    other.send_signal(signal.SIGKILL)
    written += [int(line) for line in other.stdout]
    other.communicate()
    said: list[str] = []
    store = CallStore.open(tmp_path, tell=said.append)
    calls = store.of(IDENTITY)
    assert calls is not None
    for number in range(written[-1] + 1):
        assert calls.find(request(number)) is not None, number
    calls.keep(request(-1), reply(-1))
    store.close()
    assert said == []
    assert found(tmp_path, -1)


FULL = "import resource, signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN); "
FULL += "resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))"


def test_a_full_disk_is_told_once_and_stops_nobody(tmp_path: Path) -> None:
    other = keeping(tmp_path, 0, 3000, before=FULL)
    said, complained = other.communicate()
    assert other.returncode == 0, complained
    assert said.split()[-1] == "2990"
    assert complained.count("takes no more answers") == 1
    assert found(tmp_path, 0)


@pytest.mark.parametrize(
    "content",
    [b"this is no database" * 100, b"\x00" * 8192, b"SQLite format 3\x00" + b"\xff" * 4000],
    ids=["text", "zeros", "only the first words"],
)
def test_a_damaged_file_is_set_aside_and_a_new_one_begun(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "calls.sqlite3").write_bytes(content)
    said: list[str] = []
    CallStore.open(tmp_path, tell=said.append).close()
    assert len(said) == 1
    assert "damaged" in said[0]
    assert str(tmp_path / "calls.sqlite3.damaged-1") in said[0]
    assert (tmp_path / "calls.sqlite3.damaged-1").read_bytes() == content
    fill(tmp_path)
    (tmp_path / "calls.sqlite3").write_bytes(content)
    CallStore.open(tmp_path, tell=said.append).close()
    assert (tmp_path / "calls.sqlite3.damaged-2").read_bytes() == content


def test_another_database_is_set_aside_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "calls.sqlite3"
    with sqlite3.connect(path) as connection:
        connection.execute("CREATE TABLE mine (x)")
    connection.close()
    said: list[str] = []
    CallStore.open(tmp_path, tell=said.append).close()
    assert "another kind of database" in said[0]
    with sqlite3.connect(tmp_path / "calls.sqlite3.damaged-1") as connection:
        assert connection.execute("SELECT name FROM sqlite_schema").fetchall() == [("mine",)]
    connection.close()


def test_a_store_without_its_tables_is_set_aside(tmp_path: Path) -> None:
    path = fill(tmp_path, 3)
    with sqlite3.connect(path) as connection:
        connection.execute("ALTER TABLE calls RENAME COLUMN answer TO reply")
    connection.close()
    said: list[str] = []
    CallStore.open(tmp_path, tell=said.append).close()
    assert "damaged" in said[0]


def test_a_page_that_breaks_is_told_of_when_it_is_met_and_set_aside_by_the_next_session(tmp_path: Path) -> None:
    path = fill(tmp_path)
    spoil(path)
    said: list[str] = []
    store = CallStore.open(tmp_path, tell=said.append)
    calls = store.of(IDENTITY)
    assert calls is not None
    assert [calls.find(request(number, "Round " * 40)) for number in range(20)] == [None] * 20
    assert len(said) == 1
    assert "cannot be read" in said[0]
    store.close()
    store = CallStore.open(tmp_path, tell=said.append)
    assert len(said) == 2
    assert "damaged-1" in said[1]
    calls = store.of(IDENTITY)
    assert calls is not None
    calls.keep(request(1), reply(1))
    store.close()
    assert found(tmp_path, 1)


def test_a_page_that_breaks_under_the_writer_is_told_of_once(tmp_path: Path) -> None:
    path = fill(tmp_path)
    spoil(path)
    said: list[str] = []
    store = CallStore.open(tmp_path, tell=said.append)
    calls = store.of(IDENTITY)
    assert calls is not None
    for number in range(5000, 5020):
        calls.keep(request(number), reply(number))
        store.flush()
    store.close()
    assert len(said) == 1
    assert "takes no more answers" in said[0]
    CallStore.open(tmp_path, tell=said.append).close()
    assert "damaged-1" in said[1]


def test_a_suspicion_that_was_none_is_forgotten(tmp_path: Path) -> None:
    fill(tmp_path, 3)
    (tmp_path / "calls.sqlite3.suspect").touch()
    said: list[str] = []
    CallStore.open(tmp_path, tell=said.append).close()
    assert said == []
    assert not (tmp_path / "calls.sqlite3.suspect").exists()


HOLD = """\
import sys
from pathlib import Path
from agoranomos.models.calls.call_file import CallFile
with CallFile.open(Path(sys.argv[1]), print):
    print("open", flush=True)
    sys.stdin.read()
"""


def test_nothing_is_set_aside_under_the_hands_of_another_process(tmp_path: Path) -> None:
    path = fill(tmp_path, 3)
    other = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert other.stdout is not None
    assert next(other.stdout) == "open\n"
    path.write_bytes(b"this is no database" * 1000)
    with pytest.raises(MachineError, match="another process has it open") as caught:
        CallStore.open(tmp_path)
    assert "--no-cache" in caught.value.advice
    assert not (tmp_path / "calls.sqlite3.damaged-1").exists()
    other.communicate("")
    said: list[str] = []
    CallStore.open(tmp_path, tell=said.append).close()
    assert len(said) == 1
    assert (tmp_path / "calls.sqlite3.damaged-1").exists()


def test_a_store_that_another_process_writes_into_for_long_is_opened_at_once(tmp_path: Path) -> None:
    path = fill(tmp_path, 3)
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    try:
        store = CallStore.open(tmp_path)
        calls = store.of(IDENTITY)
        assert calls is not None
        assert calls.find(request(1, "Round " * 40)) is not None
    finally:
        writer.execute("ROLLBACK")
        writer.close()
    store.close()


def test_whatever_stops_the_writer_nobody_waits_for_ever(tmp_path: Path) -> None:
    said: list[str] = []
    store = CallStore.open(tmp_path, tell=said.append)
    calls = store.of("half a character: \ud800")
    assert calls is not None
    calls.keep(request(1), reply(1))
    store.flush()
    store.close()
    store.close()
    assert len(said) == 1
    assert "takes no more answers" in said[0]


def test_a_later_version_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = fill(tmp_path, 3)
    with sqlite3.connect(path) as connection:
        connection.execute(f"PRAGMA user_version = {call_file.VERSION + 1}")
    connection.close()
    before = path.read_bytes()
    with pytest.raises(UsageError, match="later version"):
        CallStore.open(tmp_path)
    assert path.read_bytes() == before
    assert [one.name for one in tmp_path.iterdir() if "damaged" in one.name] == []


def test_a_folder_that_cannot_be_one_is_explained(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(MachineError, match="cannot be used") as caught:
        CallStore.open(tmp_path / "file" / "calls")
    assert "--no-cache" in caught.value.advice
    (tmp_path / "calls.sqlite3").mkdir()
    with pytest.raises(MachineError, match="cannot be used"):
        CallStore.open(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_may_not_be_written_is_explained(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(MachineError, match="cannot be used"):
        CallStore.open(tmp_path / "calls")
