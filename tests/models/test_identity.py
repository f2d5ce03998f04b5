"""A model's digests: over what bears on its replies and nothing else, and never those of other bytes."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path

import pytest

from agoranomos.errors import MachineError, UsageError
from agoranomos.models import digest_memory
from agoranomos.models.digest_memory import DigestMemory
from agoranomos.models.identity import folder_digest, folder_digests, identity_json, text_digest

FILES = {
    "config.json": "config",
    "generation_config.json": "config",
    "modeling_own.py": "config",
    "chat_template.jinja": "template",
    "tokenizer.json": "tokenizer",
    "tokenizer_config.json": "tokenizer",
    "tokenizer.model": "tokenizer",
    "special_tokens_map.json": "tokenizer",
    "vocab.json": "tokenizer",
    "merges.txt": "tokenizer",
    "model-00001-of-00002.safetensors": "weights",
    "model-00002-of-00002.safetensors": "weights",
    "model.safetensors.index.json": "weights",
    "pytorch_model.bin": "weights",
}


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    folder.mkdir()
    for name in FILES:
        (folder / name).write_text(f"content of {name}")
    (folder / "README.md").write_text("A model.")
    (folder / "runs").mkdir()
    return folder


@pytest.fixture
def memory(tmp_path: Path) -> DigestMemory:
    return DigestMemory(tmp_path / "digests.json", clock=lambda: 4e9)


@pytest.mark.parametrize("name", FILES)
def test_every_file_counts_for_its_part_and_no_other(model: Path, memory: DigestMemory, name: str) -> None:
    before, whole = folder_digests(model, memory), folder_digest(model, memory)
    (model / name).write_text("another content")
    after = folder_digests(model, memory)
    assert {part for part in before if before[part] != after[part]} == {FILES[name]}
    assert folder_digest(model, memory) != whole


def test_two_files_that_change_places_are_another_model(model: Path, memory: DigestMemory) -> None:
    before = folder_digests(model, memory)
    one, other = (model / f"model-0000{number}-of-00002.safetensors" for number in (1, 2))
    one.rename(model / "x")
    other.rename(one)
    (model / "x").rename(other)
    assert folder_digests(model, memory)["weights"] != before["weights"]


def test_what_bears_on_no_reply_changes_nothing(model: Path, memory: DigestMemory, tmp_path: Path) -> None:
    before = folder_digest(model, memory)
    (model / "README.md").write_text("A very good model.")
    (model / "runs" / "model.safetensors").write_text("what training left")
    assert folder_digest(model, memory) == before
    moved = model.rename(tmp_path / "elsewhere")
    assert folder_digest(moved, memory) == before


def test_a_folder_without_weights_is_no_model(tmp_path: Path, memory: DigestMemory) -> None:
    (tmp_path / "config.json").touch()
    with pytest.raises(UsageError, match="holds no weights"):
        folder_digests(tmp_path, memory)


def test_an_identity_is_canonical() -> None:
    assert identity_json(weights="1", dtype="float32") == identity_json(dtype="float32", weights="1")
    assert json.loads(identity_json(weights="1")) == {"weights": "1"}
    assert text_digest("{{ messages }}") == hashlib.sha256(b"{{ messages }}").hexdigest()


def counted(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files that are read from now on."""
    read: list[Path] = []
    truly = digest_memory.file_sha256
    monkeypatch.setattr(digest_memory, "file_sha256", lambda path: read.append(path) or truly(path))
    return read


def test_a_file_is_read_once(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read = counted(monkeypatch)
    first = folder_digest(model, DigestMemory(tmp_path / "digests.json", clock=lambda: 4e9))
    assert len(read) == len(FILES)
    assert folder_digest(model, DigestMemory(tmp_path / "digests.json", clock=lambda: 4e9)) == first
    assert len(read) == len(FILES)


def test_a_file_that_was_changed_just_now_is_not_remembered(model: Path, tmp_path: Path) -> None:
    file = model / "config.json"
    now = file.stat().st_mtime
    for _ in range(2):
        DigestMemory(tmp_path / "digests.json", clock=lambda: now + 1).digest(file)
    assert not (tmp_path / "digests.json").exists()
    DigestMemory(tmp_path / "digests.json", clock=lambda: now + 10).digest(file)
    assert (tmp_path / "digests.json").exists()


def test_a_change_that_hides_its_time_is_seen(model: Path, memory: DigestMemory) -> None:
    file = model / "pytorch_model.bin"
    before, status = memory.digest(file), file.stat()
    file.write_text(file.read_text()[::-1])
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert (file.stat().st_size, file.stat().st_mtime_ns) == (status.st_size, status.st_mtime_ns)
    assert memory.digest(file) != before


def test_a_link_stands_for_its_file(model: Path, memory: DigestMemory, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to(model / "config.json")
    assert memory.digest(link) == memory.digest(model / "config.json")
    link.unlink()
    link.symlink_to(model / "merges.txt")
    assert memory.digest(link) == memory.digest(model / "merges.txt")


def test_a_file_that_changes_while_it_is_read_is_refused(
    model: Path, memory: DigestMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = model / "config.json"
    monkeypatch.setattr(digest_memory, "file_sha256", lambda path: path.write_text("longer than before") and "0" * 64)
    with pytest.raises(MachineError, match="while it was read"):
        memory.digest(file)


def test_a_file_that_is_not_there_is_explained(tmp_path: Path, memory: DigestMemory) -> None:
    with pytest.raises(MachineError, match="cannot read"):
        memory.digest(tmp_path / "none")


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"files":{"a":[1]}}', b'{"files":{},"version":2}', b"\xff"])
def test_a_memory_that_is_damaged_is_begun_anew(model: Path, tmp_path: Path, content: bytes) -> None:
    place = tmp_path / "digests.json"
    place.write_bytes(content)
    memory = DigestMemory(place, clock=lambda: 4e9)
    expected = hashlib.sha256((model / "config.json").read_bytes()).hexdigest()
    assert memory.digest(model / "config.json") == expected
    assert json.loads(place.read_bytes())["files"]


def test_a_memory_that_cannot_be_written_costs_time_only(model: Path, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    memory = DigestMemory(tmp_path / "file" / "digests.json", clock=lambda: 4e9)
    assert memory.digest(model / "config.json") == memory.digest(model / "config.json")


def test_the_oldest_are_forgotten(model: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(digest_memory, "MOST_FILES", 3)
    memory = DigestMemory(tmp_path / "digests.json", clock=lambda: 4e9)
    folder_digests(model, memory)
    assert len(json.loads((tmp_path / "digests.json").read_bytes())["files"]) == 3
