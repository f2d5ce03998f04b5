"""Exports: what they hold, and what they are not made of."""

from __future__ import annotations

import shutil
import signal
import subprocess
import sys
import tracemalloc
from hashlib import sha256
from pathlib import Path

import pytest

from agoranomos.errors import MachineError, UsageError
from agoranomos.logs import LogFault
from agoranomos.logs.export import export_log, put_file
from agoranomos.logs.policy import Policy
from agoranomos.logs.tiles import parse_bundle, tile_path, tile_paths
from agoranomos.logs.tree import verify_tree
from logs.building import ORIGIN, RUN, TRUSTED, entries, entry, make_log, open_log


def files(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


BESIDE = {"checkpoint", "log.vkey", "certificate", "policy", "verify.py", "README.md"}


@pytest.mark.parametrize("sizes", [(1,), (3, 2, 1), (256,), (255, 2), (600,)])
def test_an_export_is_a_tree_of_tiles_and_what_it_takes_to_check_it(tmp_path, sizes):
    made = make_log(tmp_path / "log", sizes)
    done = export_log(tmp_path / "log", tmp_path / "new/out")
    found = files(tmp_path / "new/out")
    assert set(found) == BESIDE | set(tile_paths(sum(sizes)))
    assert (done.checkpoint.size, done.folder, done.blobs) == (sum(sizes), tmp_path / "new/out", 0)
    for name in ("checkpoint", "log.vkey", "certificate"):
        assert found[name] == (tmp_path / "log" / name).read_bytes()
    assert Policy.parse(found["policy"]).logs[0].key == RUN.verifier
    assert ORIGIN in found["README.md"].decode()
    bundle = found[tile_path("entries", 0, min(256, sum(sizes)))]
    assert parse_bundle(bundle, min(256, sum(sizes))) == made[:256]
    assert verify_tree(tmp_path / "new/out", TRUSTED).checkpoint == done.checkpoint
    assert (tmp_path / "new/out").stat().st_mode & 0o777 == 0o755
    assert names(tmp_path / "new") == ["out"]


def test_the_same_log_gives_the_same_bytes(tmp_path):
    make_log(tmp_path / "log", (300,))
    (tmp_path / "b").mkdir()
    for name in "ab":
        export_log(tmp_path / "log", tmp_path / name)
    assert files(tmp_path / "a") == files(tmp_path / "b")


def test_blobs_only_when_asked_for(tmp_path):
    log = open_log(tmp_path / "log")
    log.append(entries(2))
    digest = log.put_blob(b"evidence")
    log.close()
    assert export_log(tmp_path / "log", tmp_path / "a").blobs == 0
    assert export_log(tmp_path / "log", tmp_path / "b", blobs=True).blobs == 1
    assert not (tmp_path / "a/blobs").exists()
    blob = f"blobs/sha256/{digest[:2]}/{digest}"
    assert (tmp_path / "b" / blob).read_bytes() == b"evidence"
    assert verify_tree(tmp_path / "b", TRUSTED).blobs == 1
    (tmp_path / "log" / blob).write_bytes(b"Evidence")
    with pytest.raises(LogFault, match="its content is not what its name says"):
        export_log(tmp_path / "log", tmp_path / "c", blobs=True)
    assert names(tmp_path) == ["a", "b", "log"]


def test_cosignatures_time_stamps_and_a_policy_travel_with_it(tmp_path):
    make_log(tmp_path / "log", (2, 3))
    line = b"\xe2\x80\x94 w.example YWJjZGVmZw==\n"
    put_file(tmp_path / "log", "cosignatures/5", line)
    for name in ("2.tsr", "5.tsr", "6.tsr", "x.tsr", "\u0665.tsr"):
        put_file(tmp_path / "log", f"tsr/{name}", name.encode())
    policy = b"quorum none\n"
    export_log(tmp_path / "log", tmp_path / "out", policy=policy)
    found = files(tmp_path / "out")
    assert found["checkpoint"] == (tmp_path / "log/checkpoint").read_bytes() + line
    assert {name: data for name, data in found.items() if name.startswith("tsr/")} == {
        "tsr/2.tsr": b"2.tsr",
        "tsr/5.tsr": b"5.tsr",
    }
    assert found["policy"] == policy
    verify_tree(tmp_path / "out", TRUSTED)


def test_a_log_whose_writer_lives_is_exported_as_far_as_it_is_signed(tmp_path):
    log = open_log(tmp_path / "log")
    log.append(entries(5))
    with (tmp_path / "log/entries/000000000000.jsonl").open("ab") as file:
        file.write(entry(5) + b"\n")  # written, and not signed yet
    assert export_log(tmp_path / "log", tmp_path / "out").checkpoint.size == 5
    assert verify_tree(tmp_path / "out", TRUSTED).checkpoint.size == 5
    log.close()


def test_what_the_signature_does_not_cover_is_not_exported(tmp_path):
    make_log(tmp_path / "log", (300,))
    path = tmp_path / "log/entries/000000000000.jsonl"
    good = path.read_bytes()
    for bad in (good.replace(b'"a0"', b'"b0"', 1), good[: good.rindex(b"\n", 0, -1) + 1]):
        path.write_bytes(bad)
        with pytest.raises(LogFault, match="do not lead to its signed root: nothing was exported") as caught:
            export_log(tmp_path / "log", tmp_path / "out")
        assert caught.value.kind == "tampered"
        assert names(tmp_path) == ["log"]


def test_an_empty_log_and_an_export_are_not_exported(tmp_path):
    make_log(tmp_path / "log", (3,))
    export_log(tmp_path / "log", tmp_path / "out")
    with pytest.raises(UsageError, match="is an export already"):
        export_log(tmp_path / "out", tmp_path / "again")
    open_log(tmp_path / "empty").close()
    with pytest.raises(LogFault, match="empty"):
        export_log(tmp_path / "empty", tmp_path / "again")


def test_a_target_that_is_taken(tmp_path):
    make_log(tmp_path / "log", (3,))
    put_file(tmp_path, "full/file", b"mine")
    put_file(tmp_path, "file", b"mine")
    (tmp_path / "nowhere").symlink_to(tmp_path / "none")
    for name in ("full", "file", "nowhere", "log"):
        with pytest.raises(UsageError, match="is there already"):
            export_log(tmp_path / "log", tmp_path / name)
    assert (tmp_path / "full/file").read_bytes() == b"mine"


def test_a_disk_that_fails(tmp_path, monkeypatch):
    make_log(tmp_path / "log", (3,))
    with pytest.raises(MachineError, match="cannot write into"):
        export_log(tmp_path / "log", tmp_path / "log/checkpoint/out")

    def full(self, data):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(MachineError, match="No space left"):
        export_log(tmp_path / "log", tmp_path / "out")
    monkeypatch.undo()
    monkeypatch.setattr(Path, "rename", lambda self, target: full(self, target))
    with pytest.raises(MachineError, match="cannot name"):
        export_log(tmp_path / "log", tmp_path / "out")
    monkeypatch.undo()

    def unreadable(self):
        raise OSError(13, "Permission denied")

    monkeypatch.setattr(Path, "iterdir", unreadable)
    (tmp_path / "new").mkdir()
    with pytest.raises(MachineError, match="cannot read"):
        export_log(tmp_path / "log", tmp_path / "new")
    monkeypatch.undo()
    assert names(tmp_path) == ["log", "new"]
    export_log(tmp_path / "log", tmp_path / "new")


def test_an_export_that_is_killed_leaves_no_half_of_it(tmp_path):
    make_log(tmp_path / "log", (700,))
    script = """
import os, signal, sys
from pathlib import Path
from agoranomos.logs.export import export_log
export_log(Path(sys.argv[1]), Path(sys.argv[2]), watch=lambda *_: os.kill(os.getpid(), signal.SIGKILL))
"""
    command = [sys.executable, "-c", script, tmp_path / "log", tmp_path / "out"]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    assert not (tmp_path / "out").exists()
    left = [name for name in names(tmp_path) if name != "log"]
    assert len(left) == 1
    assert (left[0].startswith(".out."), left[0].endswith(".part")) == (True, True)
    export_log(tmp_path / "log", tmp_path / "out")
    verify_tree(tmp_path / "out", TRUSTED)


def test_progress_is_told_and_memory_does_not_grow_with_the_log(tmp_path):
    peaks = []
    for count in (10_000, 66_000):
        make_log(tmp_path / f"{count}", (count,), "append")
        told: list[tuple[int, int]] = []
        tracemalloc.start()
        try:
            export_log(
                tmp_path / f"{count}", tmp_path / f"out{count}", watch=lambda *step, told=told: told.append(step)
            )
            peaks.append(tracemalloc.get_traced_memory()[1])
        finally:
            tracemalloc.stop()
        assert told[-1] == (count, count)
        assert told == sorted(told)
    shutil.rmtree(tmp_path / "out66000")
    assert peaks[1] < 2 * peaks[0] + (1 << 20)
    assert max(peaks) < 24 << 20


def test_a_file_that_cannot_be_written(tmp_path):
    put_file(tmp_path, "a/b", b"")
    with pytest.raises(MachineError, match="cannot write"):
        put_file(tmp_path, "a/b/c", b"")
    assert sha256((tmp_path / "a/b").read_bytes()).hexdigest() == sha256().hexdigest()
