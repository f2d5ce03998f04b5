"""Two copies of a log: one history or two, and evidence that a stranger can check (T6)."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from agoranomos.errors import MachineError, UsageError
from agoranomos.logs import LogWriter, SigningKey
from agoranomos.logs.certificate import Certificate
from agoranomos.logs.checkpoint import Checkpoint
from agoranomos.logs.compare import compare_views, read_view
from agoranomos.logs.faults import LogFault
from agoranomos.logs.fork import Fork, read_fork, verify_fork
from agoranomos.logs.merkle import leaf_hashes, root_of
from agoranomos.logs.signing import sign_note
from logs.building import ORIGIN, RUN, TRUSTED, WORKSPACE, entries, entry, make_log


def other_entries(prefix: int, count: int) -> list[bytes]:
    return entries(prefix) + [entry(index, "b") for index in range(prefix, count)]


def write_log(folder: Path, lines: list[bytes], key: SigningKey = RUN, origin: str = ORIGIN) -> Path:
    log = LogWriter.create(folder, origin, key=key, certifier=WORKSPACE, durable="close")
    log.append(lines)
    log.close()
    return folder


def compare(*places: Path, trusted=TRUSTED):
    return compare_views([read_view(place) for place in places], trusted)


def head_note(lines: list[bytes], key: SigningKey = RUN) -> bytes:
    return sign_note(Checkpoint(ORIGIN, len(lines), root_of(leaf_hashes(lines))).text, key)


@pytest.fixture(scope="module")
def long_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_log(tmp_path_factory.mktemp("long") / "log", entries(45))


@pytest.mark.parametrize("prefix", range(41))
def test_a_fork_after_any_prefix_is_found_and_proved(tmp_path: Path, long_log: Path, prefix: int) -> None:
    for size in {45, 44, prefix + 1}:
        other = write_log(tmp_path / f"{size}", other_entries(prefix, size))
        found = compare(long_log, other)
        assert found.fork is not None
        assert found.agree == prefix
        assert {view.name for view in found.between} == {str(long_log), str(other)}
        evidence = read_fork(found.fork.data)
        assert evidence == found.fork
        smaller, larger = verify_fork(evidence, TRUSTED)
        assert (smaller.size, larger.size) == (size, 45)
        alone = tmp_path / f"{size}.note"
        alone.write_bytes((other / "checkpoint").read_bytes())
        assert compare(long_log, alone).fork == found.fork  # a lone checkpoint is enough


@pytest.mark.parametrize("size", [1, 7, 32, 44, 45])
def test_a_beginning_of_the_same_history_is_no_fork(tmp_path: Path, long_log: Path, size: int) -> None:
    found = compare(write_log(tmp_path / "part", entries(size)), long_log)
    assert found.fork is None
    assert not found.undecided
    assert [view.checkpoint.size for view in found.views] == [size, 45]
    alone = tmp_path / "note"
    alone.write_bytes(head_note(entries(size)))
    assert compare(long_log, alone, tmp_path / "part").fork is None


def test_two_keys_certified_for_one_origin_are_shown_with_their_certificates(tmp_path: Path, long_log: Path) -> None:
    second = SigningKey.from_seed(ORIGIN, b"S" * 32)
    found = compare(long_log, write_log(tmp_path / "b", other_entries(3, 9), second))
    assert found.fork is not None
    assert len(found.fork.certificates) == 2
    verify_fork(found.fork, TRUSTED)
    with pytest.raises(LogFault, match="signed by no key that was given"):
        verify_fork(found.fork, [RUN.verifier])


def test_logs_of_two_origins_are_not_compared(tmp_path: Path, long_log: Path) -> None:
    other = write_log(tmp_path / "b", entries(3), SigningKey.from_seed("lab/other", b"S" * 32), "lab/other")
    with pytest.raises(UsageError, match=r"different logs: .*lab/other"):
        compare(long_log, other)


def test_what_nobody_trusted_vouches_for_is_no_evidence(tmp_path: Path, long_log: Path) -> None:
    stranger = SigningKey.from_seed("workspace", b"X" * 32)
    forged = tmp_path / "forged"
    log = LogWriter.create(
        forged, ORIGIN, key=SigningKey.from_seed(ORIGIN, b"Y" * 32), certifier=stranger, durable="close"
    )
    log.append(other_entries(3, 9))
    log.close()
    for places in ((long_log, forged), (forged, forged)):
        with pytest.raises(LogFault, match="signed by no key that was given") as caught:
            compare(*places)
        assert caught.value.kind == "undecided"
    (tmp_path / "alone").write_bytes(head_note(entries(3)))
    with pytest.raises(LogFault) as caught:
        compare(tmp_path / "alone", tmp_path / "alone")  # no certificate at hand
    assert caught.value.kind == "undecided"
    assert compare(tmp_path / "alone", tmp_path / "alone", trusted=[RUN.verifier]).fork is None


def test_a_signature_that_fails_is_tampering_and_no_fork(tmp_path: Path, long_log: Path) -> None:
    note = tmp_path / "note"
    note.write_bytes(head_note(entries(3)).replace(b"\n3\n", b"\n4\n"))
    with pytest.raises(LogFault, match="does not fit") as caught:
        compare(long_log, note)
    assert caught.value.kind == "tampered"
    copy = shutil.copytree(long_log, tmp_path / "copy")
    forged = SigningKey.from_seed("workspace", b"X" * 32)
    certificate = sign_note(Certificate(RUN.verifier).text, forged)
    (copy / "certificate").write_bytes(certificate)
    assert compare(long_log, copy).fork is None  # the other copy's certificate vouches for the same key


@pytest.mark.parametrize("kept", ["leaves", "entries"])
def test_damage_to_kept_hashes_is_not_taken_for_a_fork(tmp_path: Path, long_log: Path, kept: str) -> None:
    copy = shutil.copytree(long_log, tmp_path / "copy")
    if kept == "leaves":
        file = copy / "leaves" / "000000000000.sha256"
        data = bytearray(file.read_bytes())
        data[40] ^= 1
        file.write_bytes(data)
    else:
        shutil.rmtree(copy / "leaves")
        file = copy / "entries" / "000000000000.jsonl"
        file.write_bytes(file.read_bytes().replace(b'"seq":5}', b'"seq":6}'))
    with pytest.raises(LogFault, match="not those of its signed root") as caught:
        compare(write_log(tmp_path / "part", entries(9)), copy)
    assert caught.value.kind == "damaged"


def test_lone_checkpoints_of_unequal_size_cannot_be_decided(tmp_path: Path, long_log: Path) -> None:
    for size in (3, 50):
        (tmp_path / f"{size}").write_bytes(head_note(entries(size)))
    found = compare(tmp_path / "3", tmp_path / "50", trusted=[RUN.verifier])
    assert found.fork is None
    assert len(found.undecided) == 1
    assert "no entries to compare with" in found.undecided[0]
    assert len(compare(tmp_path / "3", tmp_path / "50", long_log).undecided) == 2
    whole = write_log(tmp_path / "whole", entries(60))
    assert compare(tmp_path / "3", tmp_path / "50", whole).undecided == ()


def test_lone_checkpoints_of_equal_size_are_enough(tmp_path: Path) -> None:
    for name, lines in (("a", entries(5)), ("b", other_entries(2, 5))):
        (tmp_path / name).write_bytes(head_note(lines))
    found = compare(tmp_path / "a", tmp_path / "b", trusted=[RUN.verifier])
    assert found.fork is not None
    assert found.agree is None
    assert [one.size for one in verify_fork(found.fork, [RUN.verifier])] == [5, 5]


def test_a_log_that_is_still_written_is_compared_as_far_as_it_is_signed(tmp_path: Path, long_log: Path) -> None:
    make_log(tmp_path / "open", (3, 4))
    (tmp_path / "open" / "checkpoint").unlink()
    found = compare(tmp_path / "open", long_log)
    assert [view.checkpoint.size for view in found.views] == [7, 45]
    assert found.fork is None


def test_evidence_that_shows_nothing_is_refused(tmp_path: Path, long_log: Path) -> None:
    found = compare(long_log, write_log(tmp_path / "b", other_entries(7, 20))).fork
    assert found is not None
    honest = head_note(entries(20))
    certificates = found.certificates
    bad = [
        Fork(honest, found.larger, root_of(leaf_hashes(entries(20))), found.proof, certificates),
        Fork(found.smaller, found.larger, bytes(32), found.proof, certificates),
        Fork(found.smaller, found.larger, found.root, found.proof[:-1], certificates),
        Fork(found.smaller, found.larger, found.root, (), certificates),
        Fork(found.larger, found.smaller, found.root, found.proof, certificates),
        Fork(found.larger, found.larger, b"", (), certificates),
        Fork(found.smaller.replace(b"\n20\n", b"\n21\n"), found.larger, found.root, found.proof, certificates),
    ]
    for fork in bad:
        with pytest.raises(LogFault) as caught:
            verify_fork(fork, TRUSTED)
        assert caught.value.kind == "tampered"
    for fork, trusted in ((found, [RUN.verifier]), (Fork(honest, found.larger), [WORKSPACE.verifier])):
        with pytest.raises(LogFault) as caught:
            verify_fork(fork, trusted)
        assert caught.value.kind == "undecided"
    second = SigningKey.from_seed("lab/other", b"S" * 32)
    elsewhere = sign_note(Checkpoint(second.name, 20, bytes(32)).text, second)
    with pytest.raises(LogFault, match="of two logs"):
        verify_fork(Fork(honest, elsewhere), [RUN.verifier, second.verifier])
    with pytest.raises(LogFault, match="in the wrong order"):
        verify_fork(bad[4], TRUSTED)
    impostor = SigningKey.from_seed("elsewhere", b"I" * 32)
    notes = [sign_note(Checkpoint(ORIGIN, 3, bytes([n]) * 32).text, impostor) for n in range(2)]
    with pytest.raises(LogFault, match=f"no key of {ORIGIN} signed it"):
        verify_fork(Fork(*notes), [impostor.verifier])


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b"[" * 100_000,
        b'{"kind":"agoranomos fork evidence v1"}',
        b'{"kind":"agoranomos fork evidence v2","smaller":"","larger":"","root_of_larger_at_smaller_size":"",'
        b'"consistency_proof":[],"certificates":[]}',
        b'{"kind":"agoranomos fork evidence v1","smaller":1,"larger":"","root_of_larger_at_smaller_size":"",'
        b'"consistency_proof":[],"certificates":[]}',
        b'{"kind":"agoranomos fork evidence v1","smaller":"","larger":"","root_of_larger_at_smaller_size":"",'
        b'"consistency_proof":[7],"certificates":[]}',
        b'{"kind":"agoranomos fork evidence v1","smaller":"\\ud800","larger":"","root_of_larger_at_smaller_size":"",'
        b'"consistency_proof":[],"certificates":[]}',
        b" " * (6 << 20),
    ],
    ids=lambda data: str(data[:20]),
)
def test_what_is_no_evidence_is_damaged(data: bytes) -> None:
    with pytest.raises(LogFault) as caught:
        read_fork(data)
    assert caught.value.kind == "damaged"


@pytest.mark.parametrize("count", [9, 300])
def test_an_exported_tree_is_compared_too(tmp_path: Path, count: int) -> None:
    from agoranomos.logs.tiles import tile_path

    log = write_log(tmp_path / "log", entries(count))
    for number in range(2):
        tree = tmp_path / f"tree{number}"
        leaves = leaf_hashes(other_entries(5, count) if number else entries(count))
        for first in range(0, count, 256):
            tile = tree / tile_path(0, first // 256, min(256, count - first))
            tile.parent.mkdir(parents=True, exist_ok=True)
            tile.write_bytes(b"".join(leaves[first : first + 256]))
        (tree / "checkpoint").write_bytes(sign_note(Checkpoint(ORIGIN, count, root_of(leaves)).text, RUN))
    part = write_log(tmp_path / "part", entries(7))
    assert compare(log, tmp_path / "tree0", part).fork is None
    for other in (log, part):
        found = compare(other, tmp_path / "tree1")
        assert found.fork is not None
        assert found.agree == 5


def test_the_empty_beginning_is_of_every_history(tmp_path: Path, long_log: Path) -> None:
    (tmp_path / "empty").write_bytes(head_note([]))
    assert compare(tmp_path / "empty", long_log).fork is None


def test_a_smaller_copy_with_gaps_still_shows_the_fork(tmp_path: Path, long_log: Path) -> None:
    for damage in ("gone", "changed", "unreadable"):
        other = write_log(tmp_path / damage, other_entries(3, 9))
        leaves = other / "leaves" / "000000000000.sha256"
        if damage == "changed":
            leaves.write_bytes(bytes(9 * 32))
        else:
            leaves.unlink()
            (other / "entries" / "000000000000.jsonl").unlink()
        if damage == "unreadable":
            leaves.mkdir()
        found = compare(long_log, other)
        assert found.fork is not None
        assert found.agree is None


def test_what_the_machine_cannot_read_is_its_failure(
    tmp_path: Path, long_log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = write_log(tmp_path / "part", entries(7))
    copy = shutil.copytree(long_log, tmp_path / "copy")
    shutil.rmtree(copy / "leaves")
    (copy / "leaves" / "000000000000.sha256").mkdir(parents=True)
    with pytest.raises(LogFault, match=r"000000000000\.sha256 is a folder, and no file") as caught:
        compare(part, copy)
    assert caught.value.kind == "damaged"

    def unreadable(*_: object) -> None:
        raise PermissionError(13, "Permission denied", "a/b")

    monkeypatch.setattr("agoranomos.logs.compare.open_heads", unreadable)
    with pytest.raises(MachineError, match="cannot read a/b: Permission denied"):
        read_view(part)


def test_a_certificate_that_fails_under_a_trusted_key_is_tampering(tmp_path: Path, long_log: Path) -> None:
    copy = shutil.copytree(long_log, tmp_path / "copy")
    certificate = (copy / "certificate").read_bytes()
    (copy / "certificate").write_bytes(certificate.replace(b"certificate v1\n", b"certificate v1\n\n", 1))
    with pytest.raises(LogFault, match="does not fit") as caught:
        compare(long_log, copy)
    assert caught.value.kind == "tampered"


def test_places_without_a_log_are_named(tmp_path: Path) -> None:
    with pytest.raises(LogFault, match="checkpoint is missing"):
        read_view(tmp_path)
    (tmp_path / "note").write_bytes(b"hello")
    with pytest.raises(LogFault, match="note: not a signed note"):
        read_view(tmp_path / "note")
    with pytest.raises(LogFault, match="nothing is missing"):
        read_view(tmp_path / "nothing")
