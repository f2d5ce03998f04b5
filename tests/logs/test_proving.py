"""Proofs that are made of a log's files, or of an export's: each is verified before it is given."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from agoranomos.errors import MachineError, UsageError
from agoranomos.logs import LogFault
from agoranomos.logs.checkpoint import open_checkpoint
from agoranomos.logs.export import export_log
from agoranomos.logs.merkle import leaf_hash, leaf_hashes, root_of
from agoranomos.logs.proof_file import parse_proof_file
from agoranomos.logs.proofs import inclusion_proof, verify_consistency, verify_inclusion
from agoranomos.logs.proving import ProvableLog
from agoranomos.logs.tiles import tile_path
from agoranomos.logs.witness_request import parse_witness_request
from logs.building import ORIGIN, RUN, entries, entry, make_log, open_log

SIZE = 600


@pytest.fixture(params=["log", "out"])
def place(request, tmp_path) -> Path:
    make_log(tmp_path / "log", (SIZE,))
    export_log(tmp_path / "log", tmp_path / "out")
    return tmp_path / request.param


def test_it_is_the_log_that_lies_there(place):
    log = ProvableLog(place)
    assert (log.checkpoint.origin, log.checkpoint.size, log.signer) == (ORIGIN, SIZE, RUN.verifier)
    assert list(log.entries()) == entries(SIZE)
    assert [log.entry(index) for index in (0, 255, 256, SIZE - 1)] == [entry(index) for index in (0, 255, 256, 599)]
    assert log.certificate == (place / "certificate").read_bytes()
    (place / "certificate").unlink()
    assert log.certificate is None


@pytest.mark.parametrize("index", [0, 255, 256, 511, 512, SIZE - 1])
def test_an_inclusion_proof(place, index):
    proof = ProvableLog(place).inclusion(index)
    assert parse_proof_file(proof.data) == proof
    head = open_checkpoint(proof.note, RUN.verifier)
    assert proof.extra == entry(index)
    verify_inclusion(leaf_hash(entry(index)), index, SIZE, head.root, proof.path)
    assert list(proof.path) == inclusion_proof(leaf_hashes(entries(SIZE)), index)


@pytest.mark.parametrize("old", [1, 255, 256, 512, SIZE - 1, SIZE])
def test_a_consistency_proof(place, old):
    proof = ProvableLog(place).consistency(old)
    assert parse_witness_request(proof.body) == proof
    root = root_of(leaf_hashes(entries(old)))
    verify_consistency(old, SIZE, root, open_checkpoint(proof.note, RUN.verifier).root, proof.proof)
    assert ProvableLog(place).consistency(old, root) == proof
    with pytest.raises(LogFault, match="no proof can be made"):
        ProvableLog(place).consistency(old, bytes(32))


def test_what_the_log_does_not_have(place):
    log = ProvableLog(place)
    for index in (-1, SIZE, 2**63):
        for call in (log.entry, log.inclusion):
            with pytest.raises(UsageError, match=f"no entry {index}: the log has entries 0 to {SIZE - 1}"):
                call(index)
    for size in (-1, 0, SIZE + 1, 2**63):
        with pytest.raises(UsageError, match=f"no proof from size {size}"):
            log.consistency(size)


def test_entries_are_found_in_any_order(tmp_path):
    count = 70_000
    make_log(tmp_path / "log", (count,))
    log = ProvableLog(tmp_path / "log")
    for index in (0, 1, 2, 30_000, 65_535, 65_536, 69_999, 65_540, 12, 11, 12, 69_999):
        assert log.entry(index) == entry(index)
    (tmp_path / "log/entries/000000065536.jsonl").write_bytes(entry(65_536) + b"\n")
    log = ProvableLog(tmp_path / "log")
    for _ in range(2):
        with pytest.raises(LogFault, match="entry 65537 is missing"):
            log.entry(65_538)
    assert log.entry(65_536) == entry(65_536)


def test_another_entry_is_not_proved(place):
    with pytest.raises(LogFault, match="no proof can be made of lab/plan/arm/1/1 as it lies there") as caught:
        ProvableLog(place).inclusion(3, entry(3) + b" ")
    assert caught.value.kind == "tampered"
    assert "agora log verify" in caught.value.advice


@pytest.mark.parametrize(
    ("where", "name", "index", "old"),
    [
        ("log", "leaves/000000000000.sha256", 1, 1),
        ("log", "hashes/1.sha256", 300, 599),
        ("out", tile_path(0, 0), 1, 1),
        ("out", tile_path(1, 0, 2), 300, 599),
    ],
)
def test_kept_hashes_that_were_changed_prove_nothing(tmp_path, where, name, index, old):
    make_log(tmp_path / "log", (SIZE,))
    export_log(tmp_path / "log", tmp_path / "out")
    path = tmp_path / where / name
    data = path.read_bytes()
    path.write_bytes(bytes([data[0] ^ 1]) + data[1:])
    log = ProvableLog(tmp_path / where)
    assert log.entry(index) == entry(index)
    for call in (lambda: log.inclusion(index), lambda: log.consistency(old)):
        with pytest.raises(LogFault, match="no proof can be made") as caught:
            call()
        assert caught.value.kind == "tampered"


def test_entries_that_are_missing(tmp_path):
    make_log(tmp_path / "log", (5,))
    path = tmp_path / "log/entries/000000000000.jsonl"
    path.write_bytes(b"".join(one + b"\n" for one in entries(3)))
    log = ProvableLog(tmp_path / "log")
    assert log.entry(2) == entry(2)
    with pytest.raises(LogFault, match="entry 3 is missing") as caught:
        log.inclusion(4)
    assert caught.value.entry == 3


def test_a_log_whose_writer_lives_and_one_that_goes_on(tmp_path):
    log = open_log(tmp_path / "log")
    log.append(entries(3))
    log.append(entries(4, 3))
    assert ProvableLog(tmp_path / "log").inclusion(6).extra == entry(6)
    log.close()
    with (tmp_path / "log/entries/000000000000.jsonl").open("ab") as file:
        file.write(b"more\n")
    assert list(ProvableLog(tmp_path / "log").entries()) == entries(7)


def test_cosignatures_are_part_of_the_note(tmp_path):
    make_log(tmp_path / "log", (3,))
    line = "— w.example YWJjZGVmZw==\n".encode()
    (tmp_path / "log/cosignatures").mkdir()
    (tmp_path / "log/cosignatures/3").write_bytes(line)
    assert ProvableLog(tmp_path / "log").inclusion(0).note.endswith(line)


def test_what_is_no_log_or_is_signed_by_nobody(tmp_path):
    with pytest.raises(LogFault, match=r"log\.vkey is missing"):
        ProvableLog(tmp_path)
    make_log(tmp_path / "log", (3,))
    path = tmp_path / "log/checkpoint"
    path.write_bytes(path.read_bytes().replace(b"\n3\n", b"\n2\n"))
    with pytest.raises(LogFault, match="checkpoint: the signature"):
        ProvableLog(tmp_path / "log")


def test_a_disk_that_fails(tmp_path, monkeypatch):
    make_log(tmp_path / "log", (3,))
    log = ProvableLog(tmp_path / "log")

    def broken(path, *arguments, **keywords):
        raise OSError(5, "Input/output error", str(path))

    monkeypatch.setattr(Path, "open", broken)
    monkeypatch.setattr(os, "open", broken)
    for call in (
        lambda: log.inclusion(0),
        lambda: log.consistency(1),
        lambda: log.entry(0),
        lambda: list(log.entries()),
    ):
        with pytest.raises(MachineError, match="Input/output error"):
            call()
