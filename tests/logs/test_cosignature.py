"""Cosignatures: official vectors, and every way to spoil one."""

from __future__ import annotations

import base64
import errno
import pickle
import threading

import pytest

from agoranomos.errors import MachineError
from agoranomos.logs.attached import attach_cosignatures, read_cosignatures
from agoranomos.logs.checkpoint import Checkpoint
from agoranomos.logs.cosignature import Cosigned, WitnessKey, cosigned_by, cosigned_message
from agoranomos.logs.cosigner import Cosigner
from agoranomos.logs.faults import LogFault
from agoranomos.logs.keys import Verifier
from agoranomos.logs.merkle import leaf_hash
from agoranomos.logs.signing import sign_note
from logs.building import ORIGIN, RUN, vectors
from logs.fault_fs import FailingStorage, RecordingStorage, put_image

CASES = vectors("cosignatures.json")["cases"]
ONE = Cosigner.from_seed("one.example/witness", b"1" * 32)
TWO = Cosigner.from_seed("two.example/witness", b"2" * 32)
HEAD = Checkpoint(ORIGIN, 7, leaf_hash(b"x"))
NOTE = sign_note(HEAD.text, RUN)
NOON = 1_795_262_400


def twin(number: int) -> WitnessKey:
    """Two different keys with one name and one key id, found by hashing 10^5 keys."""
    from hashlib import sha256

    return WitnessKey("twin", sha256(b"%d" % number).digest()[:31] + b"\x10")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["vkey"].split("+")[0])
def test_an_official_cosignature_verifies(case: dict[str, str]) -> None:
    witness = WitnessKey.from_vkey(case["vkey"])
    assert witness.vkey == case["vkey"]
    assert cosigned_by(case["note"].encode(), [witness]) == (Cosigned(witness, case["timestamp"]),)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["vkey"].split("+")[0])
def test_no_changed_byte_of_an_official_cosignature_passes(case: dict[str, str]) -> None:
    witness = WitnessKey.from_vkey(case["vkey"])
    good = cosigned_by(case["note"].encode(), [witness])
    note = case["note"].encode()
    body = note.index(b"\n\n") + 1
    line = note.index(f"— {witness.name} ".encode())
    at = [*range(body), *range(line, len(note))]
    for place in at:
        spoilt = bytearray(note)
        spoilt[place] ^= 1
        try:
            assert cosigned_by(bytes(spoilt), [witness]) != good
        except LogFault:
            continue
    data = bytearray(base64.b64decode(case["note"].rsplit(" ", 1)[1]))
    for place in range(4, len(data)):
        spoilt = bytearray(data)
        spoilt[place] ^= 0x80
        text = case["note"].rsplit(" ", 1)[0] + " " + base64.b64encode(spoilt).decode() + "\n"
        with pytest.raises(LogFault, match=r"does not fit|states no time"):
            cosigned_by(text.encode(), [witness])


def test_what_a_witness_signs_is_the_time_and_the_whole_text() -> None:
    assert cosigned_message("o\n1\nr\n", 5) == b"cosignature/v1\ntime 5\no\n1\nr\n"
    line = ONE.cosign(HEAD.text, NOON)
    assert line == ONE.cosign(HEAD.text, NOON)
    assert cosigned_by(NOTE + line, [ONE.key, TWO.key]) == (Cosigned(ONE.key, NOON),)
    with pytest.raises(LogFault, match="does not fit"):
        cosigned_by(sign_note(Checkpoint(ORIGIN, 8, HEAD.root).text, RUN) + line, [ONE.key])


def test_a_witness_counts_once_and_with_its_newest_time() -> None:
    lines = ONE.cosign(HEAD.text, NOON) + ONE.cosign(HEAD.text, NOON + 9) + ONE.cosign(HEAD.text, NOON + 3)
    assert cosigned_by(NOTE + lines, [ONE.key, ONE.key]) == (Cosigned(ONE.key, NOON + 9),)


def test_one_bad_line_of_a_known_witness_spoils_all() -> None:
    lines = ONE.cosign(HEAD.text, NOON) + ONE.cosign("other\n", NOON)
    with pytest.raises(LogFault, match=r"one\.example/witness does not fit") as caught:
        cosigned_by(NOTE + lines, [ONE.key])
    assert caught.value.kind == "tampered"
    assert cosigned_by(NOTE + lines, [TWO.key]) == ()


def test_a_cosignature_is_no_signature_of_the_log_and_the_other_way_round() -> None:
    as_log = Verifier(ONE.key.name, ONE.key.public)
    assert as_log.key_id != ONE.key.key_id
    with pytest.raises(LogFault, match="not of type 1"):
        Verifier.from_vkey(ONE.key.vkey)
    with pytest.raises(LogFault, match="not that of a witness"):
        WitnessKey.from_vkey(RUN.vkey)
    assert cosigned_by(NOTE, [WitnessKey(RUN.name, RUN.verifier.public)]) == ()


@pytest.mark.parametrize(
    ("vkey", "message"),
    [
        ("one", "not a verifier key"),
        ("one+00000000+AAA", "not canonical base64"),
        (ONE.key.vkey.replace("one", "won"), "does not have the key id it states"),
        ("one+0c0f9b1e+" + base64.b64encode(b"\x04" + bytes(32)).decode(), "small order"),
        ("one+0c0f9b1e+" + base64.b64encode(b"\x04" + bytes(31)).decode(), "31 bytes"),
        ("one two+0c0f9b1e+" + base64.b64encode(b"\x04" + bytes(32)).decode(), "not a key name"),
    ],
)
def test_what_is_no_key_of_a_witness_is_refused(vkey: str, message: str) -> None:
    with pytest.raises(LogFault, match=message):
        WitnessKey.from_vkey(vkey)


def test_a_signature_of_another_length_or_with_no_time_is_refused() -> None:
    with pytest.raises(LogFault, match="has 71 bytes"):
        ONE.key.verify(HEAD.text, bytes(71))
    with pytest.raises(LogFault, match="states no time"):
        ONE.key.verify(HEAD.text, b"\x80" + bytes(71))


def test_the_first_and_the_last_time_there_are() -> None:
    assert cosigned_by(NOTE + ONE.cosign(HEAD.text, 0), [ONE.key]) == (Cosigned(ONE.key, 0),)
    last = 2**63 - 1
    assert cosigned_by(NOTE + ONE.cosign(HEAD.text, last), [ONE.key]) == (Cosigned(ONE.key, last),)
    with pytest.raises(LogFault, match="states no time"):
        cosigned_by(NOTE + ONE.cosign(HEAD.text, last + 1), [ONE.key])


def test_two_keys_of_one_name_and_id_are_refused() -> None:
    first, second = twin(6365), twin(53893)
    assert first.key_id == second.key_id
    with pytest.raises(LogFault, match="two of the witnesses given are both twin") as caught:
        cosigned_by(NOTE, [first, second])
    assert caught.value.kind == "undecided"


def test_a_private_key_is_not_shown_and_not_pickled() -> None:
    assert repr(ONE) == f"Cosigner({ONE.key.vkey})"
    with pytest.raises(TypeError):
        pickle.dumps(ONE)


def test_attached_lines_are_read_back_and_kept_once(tmp_path) -> None:
    assert read_cosignatures(tmp_path, NOTE) == b""
    line = ONE.cosign(HEAD.text, NOON)
    assert attach_cosignatures(tmp_path, NOTE, line, (ONE.key,)) == (Cosigned(ONE.key, NOON),)
    attach_cosignatures(tmp_path, NOTE, line, (ONE.key,))
    later = ONE.cosign(HEAD.text, NOON + 5)
    attach_cosignatures(tmp_path, NOTE, later + TWO.cosign(HEAD.text, NOON), (ONE.key,))
    assert (tmp_path / "cosignatures" / "7").read_bytes() == line + later
    assert cosigned_by(NOTE + read_cosignatures(tmp_path, NOTE), [ONE.key]) == (Cosigned(ONE.key, NOON + 5),)
    assert [path.name for path in (tmp_path / "cosignatures").iterdir()] == ["7"]


def test_a_log_never_holds_more_lines_than_a_note_may(tmp_path) -> None:
    lines = [TWO.cosign(HEAD.text, NOON + second) for second in range(100)]
    attach_cosignatures(tmp_path, NOTE, b"".join(lines[:50]), (TWO.key,))
    attach_cosignatures(tmp_path, NOTE, b"".join(lines[50:99]), (TWO.key,))
    full = (tmp_path / "cosignatures" / "7").read_bytes()
    with pytest.raises(LogFault, match="at most 100"):
        attach_cosignatures(tmp_path, NOTE, lines[99], (TWO.key,))
    assert (tmp_path / "cosignatures" / "7").read_bytes() == full


def test_a_line_that_was_kept_survives_a_crash(tmp_path) -> None:
    storage = RecordingStorage(tmp_path)
    attach_cosignatures(tmp_path, NOTE, ONE.cosign(HEAD.text, NOON), (ONE.key,), storage=storage)
    storage.promised = 1
    attach_cosignatures(tmp_path, NOTE, TWO.cosign(HEAD.text, NOON), (TWO.key,), storage=storage)
    assert len(storage.crashes) > 4
    for number, (promised, image) in enumerate(storage.crashes):
        put_image(image, tmp_path, tmp_path / f"crash{number}")
        found = cosigned_by(NOTE + read_cosignatures(tmp_path / f"crash{number}", NOTE), [ONE.key, TWO.key])
        assert not promised or found[0].witness == ONE.key


def test_lines_that_come_in_at_once_are_all_kept(tmp_path) -> None:
    cosigners = [Cosigner.from_seed(f"{n}.example", bytes([n + 1]) * 32) for n in range(8)]
    barrier = threading.Barrier(len(cosigners))

    def attach(one: Cosigner) -> None:
        barrier.wait()
        attach_cosignatures(tmp_path, NOTE, one.cosign(HEAD.text, NOON), (one.key,))

    threads = [threading.Thread(target=attach, args=(one,)) for one in cosigners]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = cosigned_by(NOTE + read_cosignatures(tmp_path, NOTE), [one.key for one in cosigners])
    assert len(found) == len(cosigners)


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        (b"", "no line of it"),
        (TWO.cosign(HEAD.text, NOON), "no line of it"),
        (ONE.cosign("other\n", NOON), "does not fit"),
        (b"\n" + ONE.cosign(HEAD.text, NOON), "empty line"),
        (ONE.cosign(HEAD.text, NOON)[:-1], "not a signed note"),
        (b"thank you\n", "not a signed note"),
        (ONE.cosign(HEAD.text, NOON) + TWO.cosign(HEAD.text, NOON) * 99, "at most 100"),
    ],
)
def test_what_does_not_verify_is_not_attached(lines: bytes, message: str, tmp_path) -> None:
    with pytest.raises(LogFault, match=message):
        attach_cosignatures(tmp_path, NOTE, lines, (ONE.key,))
    assert list(tmp_path.iterdir()) == []


def test_a_broken_file_of_cosignatures_is_named(tmp_path) -> None:
    (tmp_path / "cosignatures").mkdir()
    (tmp_path / "cosignatures" / "7").write_bytes(b"\n" + ONE.cosign(HEAD.text, NOON))
    with pytest.raises(LogFault, match=r"cosignatures/7: .*empty line"):
        read_cosignatures(tmp_path, NOTE)


def test_what_cannot_be_read_or_written_is_the_machines_failure(tmp_path) -> None:
    with pytest.raises(MachineError, match="cannot write"):
        attach_cosignatures(
            tmp_path, NOTE, ONE.cosign(HEAD.text, NOON), (ONE.key,), storage=FailingStorage(1, errno.ENOSPC)
        )
    assert list(tmp_path.iterdir()) == []
    (tmp_path / "cosignatures" / "7").mkdir(parents=True)
    with pytest.raises(LogFault, match="7 is a folder, and no file"):
        read_cosignatures(tmp_path, NOTE)
