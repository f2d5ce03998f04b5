"""Receipts, alone and against a log that no longer holds what they prove (T16)."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from agoranomos.errors import UsageError
from agoranomos.logs import LogFault, SigningKey
from agoranomos.logs.certificate import Certificate
from agoranomos.logs.checkpoint import Checkpoint
from agoranomos.logs.cosigner import Cosigner
from agoranomos.logs.export import TileWriter, export_log
from agoranomos.logs.merkle import leaf_hashes, root_of
from agoranomos.logs.policy import Policy
from agoranomos.logs.proof_file import ProofFile
from agoranomos.logs.proving import ProvableLog
from agoranomos.logs.receipts import NotHeld, Trust, require_held, verify_continued, verify_receipt
from agoranomos.logs.signing import sign_note
from agoranomos.logs.witness_request import WitnessRequest
from logs.building import ORIGIN, RUN, TRUSTED, WORKSPACE, entries, entry, make_log

SIZE, INDEX = 30, 12
WITNESS = Cosigner.from_seed("w.example", b"w" * 32)


@pytest.fixture
def log(tmp_path) -> ProvableLog:
    make_log(tmp_path / "log", (7, SIZE - 7))
    return ProvableLog(tmp_path / "log")


@pytest.fixture
def trust(log) -> Trust:
    return Trust(TRUSTED, log.certificate)


def lay_tree(
    folder: Path, lines: list[bytes], size: int | None = None, key: SigningKey = RUN, certifier: SigningKey = WORKSPACE
) -> ProvableLog:
    """An export of any lines, signed by the log's own key: the operator shows another history."""
    lines = lines[:size]
    writer = TileWriter(folder)
    writer.append(lines)
    note = sign_note(Checkpoint(key.name, len(lines), writer.finish()).text, key)
    (folder / "checkpoint").write_bytes(note)
    (folder / "log.vkey").write_text(f"{key.vkey}\n")
    (folder / "certificate").write_bytes(sign_note(Certificate(key.verifier).text, certifier))
    return ProvableLog(folder)


def test_a_receipt_stands_by_itself(log, trust):
    found = verify_receipt(log.inclusion(INDEX).data, trust)
    assert (found.index, found.entry, found.head.checkpoint) == (INDEX, entry(INDEX), log.checkpoint)
    assert (found.head.signer, found.head.trusted_by) == (RUN.verifier, WORKSPACE.verifier)
    assert not found.head.witnesses.satisfied
    # The log's own key needs no certificate.
    assert verify_receipt(log.inclusion(INDEX).data, Trust([RUN.verifier])).head.trusted_by == RUN.verifier


def test_nobody_who_is_trusted_vouches_for_it(log, trust):
    for bad in (Trust([], log.certificate), Trust(TRUSTED), Trust([])):
        with pytest.raises(LogFault) as caught:
            verify_receipt(log.inclusion(INDEX).data, bad)
        assert caught.value.kind == "undecided"


def test_a_receipt_that_was_changed_in_any_part_proves_nothing(log, trust):
    good = log.inclusion(INDEX)

    def changed():
        yield ProofFile(INDEX + 1, good.path, good.note, good.extra)
        yield ProofFile(SIZE, good.path, good.note, good.extra)
        yield ProofFile(2**63 - 2, good.path, good.note, good.extra)
        yield ProofFile(INDEX, good.path[:-1], good.note, good.extra)
        yield ProofFile(INDEX, good.path[1:], good.note, good.extra)
        yield ProofFile(INDEX, (*good.path, bytes(32)), good.note, good.extra)
        yield ProofFile(INDEX, (), good.note, good.extra)
        yield ProofFile(INDEX, good.path[::-1], good.note, good.extra)
        yield ProofFile(INDEX, good.path, good.note, entry(INDEX + 1))
        yield ProofFile(INDEX, good.path, good.note, b"")
        yield ProofFile(INDEX, good.path, good.note.replace(b"\n30\n", b"\n31\n"), good.extra)
        for place in range(len(good.path)):
            path = list(good.path)
            path[place] = bytes(32)
            yield ProofFile(INDEX, tuple(path), good.note, good.extra)

    for proof in changed():
        with pytest.raises(LogFault) as caught:
            verify_receipt(proof.data, trust)
        assert caught.value.kind == "tampered"


def test_t9_a_proof_of_another_log_at_the_same_index(log, trust, tmp_path):
    elsewhere = SigningKey.from_seed("lab/plan/arm/1/2", b"E" * 32)
    other = lay_tree(tmp_path / "other", entries(SIZE), key=elsewhere)
    with pytest.raises(
        LogFault, match="certificate: it is for lab/plan/arm/1/1, the checkpoint is of lab/plan/arm/1/2"
    ):
        verify_receipt(other.inclusion(INDEX).data, trust)
    spliced = ProofFile(INDEX, other.inclusion(INDEX).path, sign_note(log.checkpoint.text, elsewhere), entry(INDEX))
    with pytest.raises(LogFault, match="the checkpoint: signed by no key that was given") as caught:
        verify_receipt(spliced.data, trust)
    assert caught.value.kind == "tampered"


def test_a_proof_without_its_entry_is_no_receipt(log, trust):
    good = log.inclusion(INDEX)
    with pytest.raises(LogFault, match="does not hold the entry") as caught:
        verify_receipt(ProofFile(INDEX, good.path, good.note).data, trust)
    assert caught.value.kind == "damaged"
    with pytest.raises(LogFault, match="the checkpoint: not a signed note"):
        verify_receipt(ProofFile(INDEX, good.path, b"note\n", good.extra).data, trust)


def test_a_policy_of_witnesses(log, trust):
    good = log.inclusion(INDEX)
    text = f"log {WORKSPACE.vkey}\nwitness w {WITNESS.key.vkey}\nquorum w\n"
    asked = Trust([], log.certificate, Policy.parse(text))
    with pytest.raises(LogFault, match="the checkpoint: the quorum 'w' of the policy is not reached") as caught:
        verify_receipt(good.data, asked)
    assert caught.value.kind == "undecided"
    cosigned = good.note + WITNESS.cosign(log.checkpoint.text, 55)
    found = verify_receipt(ProofFile(INDEX, good.path, cosigned, good.extra).data, asked)
    assert [(name, one.time) for name, one in found.head.witnesses.cosigned] == [("w", 55)]
    none = Trust([], log.certificate, Policy.parse(f"log {RUN.vkey}\nquorum none\n"))
    assert verify_receipt(good.data, none).head.trusted_by == RUN.verifier


@pytest.mark.parametrize("where", ["log", "out"])
@pytest.mark.parametrize("more", [0, 500])
def test_t16_a_log_that_holds_it_still(log, trust, tmp_path, where, more):
    receipt = verify_receipt(log.inclusion(INDEX).data, trust)
    if more:
        lay_tree(tmp_path / "out", entries(SIZE + more))
        require_held(receipt, ProvableLog(tmp_path / "out"), trust)
    else:
        export_log(tmp_path / "log", tmp_path / "out")
        require_held(receipt, ProvableLog(tmp_path / where), trust)


def histories(lines: list[bytes]):
    other = [*lines]
    other[INDEX] = b'{"other":1,"seq":%d}' % INDEX
    yield other, f"entry {INDEX} of the log is another than the receipt's", other[INDEX]
    yield lines[:INDEX] + lines[INDEX + 1 :], f"entry {INDEX} of the log is another", lines[INDEX + 1]
    yield lines[:INDEX], f"the log that lies there has {INDEX}", None
    yield lines[: INDEX + 1], f"was in a log of {SIZE} entries; the log that lies there has {INDEX + 1}", lines[INDEX]
    for place in (0, INDEX + 1, SIZE - 1):
        changed = [*lines]
        changed[place] = b"changed"
        yield changed, f"another history: the log holds entry {INDEX}, but its first {SIZE} entries", lines[INDEX]
        yield [*changed, b"more"], "another history", lines[INDEX]


@pytest.mark.parametrize("case", range(10))
def test_t16_a_log_that_holds_it_no_more(log, trust, tmp_path, case):
    receipt = verify_receipt(log.inclusion(INDEX).data, trust)
    lines, message, held = list(histories(entries(SIZE)))[case]
    other = lay_tree(tmp_path / "out", lines)
    with pytest.raises(NotHeld, match=message) as caught:
        require_held(receipt, other, trust)
    fault = caught.value
    assert (fault.kind, fault.entry) == ("tampered", INDEX)
    assert fault.evidence == (log.note, other.note)
    assert fault.entries == (entry(INDEX), held)


def test_t16_under_a_new_key_that_the_owner_certified(log, trust, tmp_path):
    receipt = verify_receipt(log.inclusion(INDEX).data, trust)
    twin = SigningKey.from_seed(ORIGIN, b"T" * 32)
    other = lay_tree(tmp_path / "out", [b"new"] * SIZE, key=twin)
    with pytest.raises(NotHeld, match="is another than the receipt's"):
        require_held(receipt, other, trust)


def test_a_log_for_which_nobody_vouches_is_evidence_of_nothing(log, trust, tmp_path):
    receipt = verify_receipt(log.inclusion(INDEX).data, trust)
    forger = SigningKey.from_seed("workspace", b"F" * 32)
    other = lay_tree(tmp_path / "out", [b"new"] * SIZE, key=SigningKey.from_seed(ORIGIN, b"T" * 32), certifier=forger)
    with pytest.raises(LogFault) as caught:
        require_held(receipt, other, trust)
    assert (caught.value.kind, isinstance(caught.value, NotHeld)) == ("undecided", False)


def test_a_log_of_another_origin_is_a_mistake(log, trust, tmp_path):
    receipt = verify_receipt(log.inclusion(INDEX).data, trust)
    other = lay_tree(tmp_path / "out", entries(SIZE), key=SigningKey.from_seed("lab/plan/arm/1/2", b"E" * 32))
    with pytest.raises(UsageError, match="is the log of lab/plan/arm/1/2; the receipt is of lab/plan/arm/1/1"):
        require_held(receipt, other, trust)


def test_hashes_that_were_damaged_do_not_pass_for_another_history(log, trust, tmp_path):
    receipt = verify_receipt(log.inclusion(INDEX).data, trust)
    path = tmp_path / "log/leaves/000000000000.sha256"
    path.write_bytes(bytes(32) + path.read_bytes()[32:])
    with pytest.raises(LogFault, match="no proof can be made") as caught:
        require_held(receipt, ProvableLog(tmp_path / "log"), trust)
    assert not isinstance(caught.value, NotHeld)


def test_an_entry_that_was_changed_and_not_signed_is_no_other_history(log, trust, tmp_path):
    receipt = verify_receipt(log.inclusion(INDEX).data, trust)
    path = tmp_path / "log/entries/000000000000.jsonl"
    path.write_bytes(path.read_bytes().replace(entry(INDEX), entry(INDEX).replace(b'"a', b'"b')))
    with pytest.raises(LogFault, match="no proof can be made") as caught:
        require_held(receipt, ProvableLog(tmp_path / "log"), trust)
    assert not isinstance(caught.value, NotHeld)


def older(size: int, lines: list[bytes] | None = None, key: SigningKey = RUN) -> bytes:
    root = root_of(leaf_hashes((lines or entries(size))[:size]))
    return sign_note(Checkpoint(key.name, size, root).text, key)


@pytest.mark.parametrize("size", [1, 7, 8, SIZE])
def test_a_log_that_only_grew(log, trust, size):
    found = verify_continued(log.consistency(size).body, older(size), trust)
    assert (found.old.size, found.new.checkpoint) == (size, log.checkpoint)


def test_a_log_that_did_not_only_grow(log, trust):
    proof = log.consistency(7)
    with pytest.raises(LogFault, match="leads to another root") as caught:
        verify_continued(proof.body, older(7, [b"x"] * 7), trust)
    assert caught.value.kind == "tampered"
    for path in (proof.proof[:-1], (*proof.proof, bytes(32)), proof.proof[::-1], ()):
        with pytest.raises(LogFault):
            verify_continued(WitnessRequest(7, path, proof.note).body, older(7), trust)
    with pytest.raises(UsageError, match="the proof is from size 7, the older checkpoint is of size 8"):
        verify_continued(proof.body, older(8), trust)
    with pytest.raises(LogFault, match="the older checkpoint: signed by no key"):
        verify_continued(proof.body, older(7, key=SigningKey.from_seed(ORIGIN, b"T" * 32)), trust)
    with pytest.raises(LogFault, match="no key that was given") as caught:
        verify_continued(proof.body, older(7), Trust([], log.certificate))
    assert caught.value.kind == "undecided"


def test_a_receipt_is_small(log):
    data = log.inclusion(INDEX).data
    assert len(data) < 800
    assert base64.b64encode(entry(INDEX)) in data
