"""`agora models cache`: looking at the call store, removing from it, reading it out."""

from __future__ import annotations

import json
import math
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from agoranomos.cli.entry import run_command
from agoranomos.models import Completion, Distribution, Message, Question, Request
from agoranomos.models.calls.call_file import CallFile
from agoranomos.models.calls.store import CallStore, calls_folder

NOW = 1_700_000_000
DAY = 86_400
SECRET = "The prompt that nobody else may read."


def request(number: int) -> Request:
    return Request((Message("user", f"{SECRET} {number}"),), 60, 1.0, number, {"type": "object"})


def keep(name: str, count: int, at: float) -> None:
    store = CallStore.open(calls_folder(), clock=lambda: at)
    calls = store.of(json.dumps({"weights": name}), f"{name}?device=cpu")
    assert calls is not None
    for number in range(count):
        calls.keep(request(number), Completion(f"{name} {number}", 300, 20, "stop", 0.5))
    question = Question((Message("user", "?"),), ("yes", "no"))
    calls.keep(question, Distribution(question.options, (0.0, -math.inf), ((0.0, -math.inf),), "direct", 9, 1, 0.1))
    store.close()


@pytest.fixture
def kept(home: Path) -> Path:
    """Calls of two models, the ones kept just now and the others 40 days ago."""
    import time

    now = time.time()
    keep("smollm2", 3, now)
    keep("openai/small", 2, now - 40 * DAY)
    return home / "calls" / "calls.sqlite3"


@pytest.fixture
def listed(capsys: pytest.CaptureFixture[str]) -> Callable[..., dict[str, int]]:
    def calls(*words: str) -> dict[str, int]:
        capsys.readouterr()
        assert run_command(["models", "cache", "ls", "--json", *words]) == 0
        return {one["name"]: one["calls"] for one in json.loads(capsys.readouterr().out)["models"]}

    return calls


def exported(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> list[dict[str, Any]]:
    capsys.readouterr()
    assert run_command(["models", "cache", "export", *words]) == code
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_an_empty_store_is_listed(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["models", "cache", "ls"]) == 0
    assert capsys.readouterr().out.startswith("0 calls; ")
    assert exported(capsys) == []


def test_what_is_kept_is_listed_by_model(kept: Path, listed: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert listed() == {"openai/small": 3, "smollm2": 4}
    assert listed("--model", "smollm2") == listed("--model", "smollm2?device=cuda") == {"smollm2": 4}
    assert listed("--older-than", "30d") == {"openai/small": 3}
    assert listed("--older-than", "8w") == {}
    run_command(["models", "cache", "ls", "--json"])
    found = json.loads(capsys.readouterr().out)
    assert found["bytes"] >= kept.stat().st_size
    small = found["models"][0]
    assert (small["completions"], small["distributions"]) == (2, 1)
    assert small["identity"] == {"weights": "openai/small"}
    assert listed("--model", small["digest"][:8]) == {"openai/small": 3}
    assert run_command(["models", "cache", "ls"]) == 0
    out = capsys.readouterr().out
    assert "smollm2" in out
    assert "7 calls; " in out


def test_calls_of_one_model_or_of_long_ago_are_removed(kept: Path, listed: Any) -> None:
    assert run_command(["models", "cache", "prune", "--older-than", "30d", "--model", "smollm2"]) == 0
    assert listed() == {"openai/small": 3, "smollm2": 4}
    assert run_command(["models", "cache", "prune", "--older-than", "30d", "--dry-run"]) == 0
    assert listed() == {"openai/small": 3, "smollm2": 4}
    assert run_command(["models", "cache", "prune", "--older-than", "30d"]) == 0
    assert listed() == {"smollm2": 4}
    assert run_command(["models", "cache", "prune", "--model", "smollm2", "--json"]) == 0
    assert listed() == {}
    assert run_command(["models", "cache", "ls", "--model", "smollm2"]) == 2  # Its name is gone, too.


def test_nothing_of_what_is_removed_stays_on_disk(kept: Path) -> None:
    keep("another", 1, NOW)
    reply = b"smollm2 1"
    assert reply in kept.read_bytes()
    assert run_command(["models", "cache", "prune", "--model", "smollm2"]) == 0
    assert not any(reply in path.read_bytes() for path in kept.parent.iterdir())
    assert b"another 0" in kept.read_bytes()


def test_room_is_given_back_to_the_disk(kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    keep("large", 500, NOW)
    before = kept.stat().st_size
    assert run_command(["models", "cache", "prune", "--model", "large", "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["calls"] == 501
    assert said["bytes_after"] < said["bytes_before"] / 2
    assert kept.stat().st_size < before / 2


def test_calls_are_removed_while_a_campaign_keeps_others(kept: Path, listed: Any) -> None:
    store = CallStore.open(calls_folder())
    calls = store.of('{"weights":"busy"}', "busy")
    assert calls is not None
    calls.keep(request(0), Completion("zero", 1, 1, "stop", 0.1))
    store.flush()
    assert calls.find(request(0)) is not None
    assert run_command(["models", "cache", "prune", "--model", "smollm2"]) == 0
    assert calls.find(request(0)) is not None
    calls.keep(request(1), Completion("one", 1, 1, "stop", 0.1))
    store.flush()
    assert calls.find(request(1)) is not None
    assert run_command(["models", "cache", "prune", "--model", "busy"]) == 0
    assert calls.find(request(1)) is None
    calls.keep(request(1), Completion("one", 1, 1, "stop", 0.1))
    store.close()
    assert listed() == {"busy": 1, "openai/small": 3}


def test_everything_is_removed_only_where_that_is_said(kept: Path, listed: Any) -> None:
    (kept.parent / "calls.sqlite3.damaged-1").write_bytes(b"?")
    assert run_command(["models", "cache", "prune"]) == 2
    assert run_command(["models", "cache", "prune", "--all", "--model", "smollm2"]) == 2
    assert sum(listed().values()) == 7
    assert run_command(["models", "cache", "prune", "--all"]) == 0
    assert listed() == {}
    assert not (kept.parent / "calls.sqlite3.damaged-1").exists()


@pytest.mark.parametrize("age", ["", "3", "d", "3y", "-3d", "999999999w", "3 d"])
def test_an_age_that_is_none_is_wrong_usage(kept: Path, age: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["models", "cache", "prune", f"--older-than={age}"]) == 2
    assert "12h" in capsys.readouterr().err


def test_a_model_that_has_no_calls_is_wrong_usage(kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for verb in (["ls"], ["prune"], ["export"]):
        assert run_command(["models", "cache", *verb, "--model", "smolm2"]) == 2
        assert "smollm2" in capsys.readouterr().err


def test_calls_are_read_out_with_what_was_asked_and_answered(kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = exported(capsys)
    assert [line["model"] for line in lines] == ["smollm2"] * 4 + ["openai/small"] * 3
    first = lines[0]
    assert first["asked"]["messages"] == [["user", f"{SECRET} 0"]]
    assert first["asked"]["schema"] == {"type": "object"}
    assert first["answer"]["text"] == "smollm2 0"
    assert first["answer"]["reply_tokens"] == 20
    choice = lines[3]
    assert choice["kind"] == "distribution"
    assert choice["asked"]["options"] == ["yes", "no"]
    assert choice["answer"]["log_probabilities"] == [0.0, None]
    assert len({line["key"] for line in lines}) == 7
    assert len(exported(capsys, "--model", "smollm2", "--older-than", "1d")) == 0


def test_calls_are_read_out_into_a_file(kept: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "calls.jsonl"
    assert run_command(["models", "cache", "export", "-o", str(file)]) == 0
    assert capsys.readouterr().out == f"wrote 7 calls to {file}\n"
    assert [json.loads(line) for line in file.read_text().splitlines()] == exported(capsys)
    assert run_command(["models", "cache", "export", "-o", str(tmp_path / "none" / "calls.jsonl")]) == 3


DAMAGES = (
    "answer = substr(answer, 2)",
    "answer = zeroblob(9)",
    "answer = 7",
    "asked = substr(asked, 2)",
    "asked = 'text'",
    "asked = (SELECT asked FROM calls WHERE id = 3)",
    "check_bytes = zeroblob(8)",
    "key = zeroblob(32)",
)


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_call_says_so_and_the_others_are_read_out(
    kept: Path, damage: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with sqlite3.connect(kept) as connection:
        connection.execute(f"UPDATE calls SET {damage} WHERE id = 2")
    connection.close()
    lines = exported(capsys, code=1)
    assert [line.get("damaged", False) for line in lines] == [False, True] + [False] * 5
    assert "answer" not in lines[1]


def test_a_damaged_store_is_no_traceback(kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pages = kept.read_bytes()
    kept.write_bytes(pages[:4096] + b"\xaa" * (len(pages) - 4096))
    assert run_command(["models", "cache", "ls"]) == 1
    assert "damaged" in capsys.readouterr().err
    assert run_command(["models", "cache", "ls"]) == 0
    said = capsys.readouterr()
    assert "set aside" in said.out
    assert "damaged" in said.err


class OnAFullDisk(sqlite3.Connection):
    """Has no room for what is committed."""

    def execute(self, sql: str, *values: Any) -> sqlite3.Cursor:
        if sql == "COMMIT":
            full = sqlite3.connect(":memory:")
            full.execute("PRAGMA max_page_count = 1")
            full.execute("CREATE TABLE more (than, fits)")
        return super().execute(sql, *values)


def test_whoever_prunes_on_a_full_disk_hears_how_to_get_out(
    kept: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    listed: Callable[..., dict[str, int]],
) -> None:
    with monkeypatch.context() as full:
        full.setattr(CallFile, "connect", lambda self, patience_ms: sqlite3.connect(kept, factory=OnAFullDisk))
        assert run_command(["models", "cache", "prune", "--all"]) == 3
    err = " ".join(capsys.readouterr().err.split())
    assert "disk is full" in err
    assert "Free some space, or delete the file" in err
    assert listed() == {"smollm2": 4, "openai/small": 3}
