"""T4, T7, T8 and T9: what needs something from outside of the log, and keys that are used for what they are not for."""

from __future__ import annotations

from pathlib import Path

import pytest

from agoranomos.campaigns.attack.laying import lay_checkpoints, lay_log, notes_of
from agoranomos.errors import AgoraError
from agoranomos.logs import LogFault, SigningKey, Verifier, layout, verify_log
from agoranomos.logs.merkle import leaf_hash, leaf_hashes, root_of
from agoranomos.logs.note import open_note
from agoranomos.logs.proofs import inclusion_proof, verify_inclusion
from agoranomos.logs.signing import sign_note
from logs.building import ORIGIN, RUN, TRUSTED, WORKSPACE, entries, entry, make_log
from logs.tamper import t04_rollback
from logs.tamper.t04_rollback import WITNESSES


@pytest.mark.parametrize("forged", [t04_rollback.older_states, t04_rollback.rewritten])
def test_t4_t7_nothing_shows_inside_and_every_anchor_shows_it(tmp_path: Path, forged) -> None:
    tally, stopped = t04_rollback.play(tmp_path, forged)
    assert (tally.missed, stopped) == ([], [])
    assert tally.made >= 12


def refused(folder: Path, kind: str, trusted: tuple[Verifier, ...] = TRUSTED) -> None:
    with pytest.raises(LogFault) as caught:
        verify_log(folder, trusted)
    assert caught.value.kind == kind


def test_t8_another_key_under_the_same_name_is_not_trusted(tmp_path: Path) -> None:
    namesake = SigningKey.from_seed(WORKSPACE.name, b"N" * 32)
    lay_log(tmp_path / "log", entries(5), (5,), key=RUN, certifier=namesake)
    refused(tmp_path / "log", "undecided")
    verify_log(tmp_path / "log", (namesake.verifier,))


def test_t8_two_trusted_keys_of_one_name_and_id_are_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if somebody had searched 2**32 keys for one with the id of another."""
    namesake = SigningKey.from_seed(WORKSPACE.name, b"N" * 32)
    note = sign_note("text\n", WORKSPACE)
    monkeypatch.setattr(Verifier, "key_id", property(lambda key: b"same"))
    with pytest.raises(LogFault, match="two of the keys given are both") as caught:
        open_note(sign_note("text\n", WORKSPACE), (WORKSPACE.verifier, namesake.verifier))
    assert caught.value.kind == "undecided"
    with pytest.raises(LogFault, match="signed by no key"):
        open_note(note, (WORKSPACE.verifier,))


def test_t9_a_cosignature_is_no_signature_of_the_log(tmp_path: Path) -> None:
    make_log(tmp_path / "log", (5,))
    text = notes_of(entries(5), (5,), RUN)[0].decode().split("\n\n")[0] + "\n"
    for line in (WITNESSES[0].cosign(text, 1).decode(), SigningKey.from_seed(ORIGIN, b"w" * 32).sign(text)):
        lay_checkpoints(tmp_path / "log", [f"{text}\n{line}".encode()])
        refused(tmp_path / "log", "tampered")


def test_t9_a_signature_of_another_origin_is_refused(tmp_path: Path) -> None:
    other = SigningKey.from_seed("lab/plan/arm/2/1", b"R" * 32)  # even with the same private key
    make_log(tmp_path / "log", (5,))
    lay_checkpoints(tmp_path / "log", notes_of(entries(5), (5,), other))
    refused(tmp_path / "log", "tampered")
    lay_log(tmp_path / "other", entries(5), (5,), key=other, certifier=WORKSPACE)
    with pytest.raises(LogFault, match="not of lab/plan/arm/1/1"):
        verify_log(tmp_path / "other", TRUSTED, origin=ORIGIN)


def test_t9_an_entry_and_a_proof_of_another_run_at_the_same_index_are_refused(tmp_path: Path) -> None:
    ours, theirs = entries(9), [entry(index, "theirs") for index in range(9)]
    root = root_of(leaf_hashes(ours))
    for index in range(9):
        proof = inclusion_proof(leaf_hashes(theirs), index)
        verify_inclusion(leaf_hash(theirs[index]), index, 9, root_of(leaf_hashes(theirs)), proof)
        with pytest.raises(LogFault):
            verify_inclusion(leaf_hash(theirs[index]), index, 9, root, proof)
    make_log(tmp_path / "log", (9,))
    for index in range(9):
        lines = [*ours[:index], theirs[index], *ours[index + 1 :]]
        (tmp_path / "log" / layout.entries_file(0)).write_bytes(b"".join(line + b"\n" for line in lines))
        with pytest.raises(LogFault) as caught:
            verify_log(tmp_path / "log", TRUSTED)
        assert (caught.value.kind, caught.value.entry) == ("tampered", index)


def test_t9_a_certificate_is_no_checkpoint_and_the_other_way_round(tmp_path: Path) -> None:
    make_log(tmp_path / "log", (5,))
    certificate = (tmp_path / "log" / layout.CERTIFICATE).read_bytes()
    checkpoint = (tmp_path / "log" / layout.CHECKPOINT).read_bytes()
    (tmp_path / "log" / layout.CHECKPOINT).write_bytes(certificate)
    with pytest.raises(AgoraError):
        verify_log(tmp_path / "log", TRUSTED)
    (tmp_path / "log" / layout.CHECKPOINT).write_bytes(checkpoint)
    (tmp_path / "log" / layout.CERTIFICATE).write_bytes(checkpoint)
    refused(tmp_path / "log", "damaged")
