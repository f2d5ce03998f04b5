"""An exported log, by all that a reader holds: the key, a policy of witnesses, what was seen before."""

from dataclasses import replace

import pytest

from agoranomos.errors import MachineError
from agoranomos.logs import LogFault, SigningKey, verify_log
from agoranomos.logs.cosigner import Cosigner
from agoranomos.logs.export import export_log
from agoranomos.logs.policy import Policy
from agoranomos.logs.remembered import HistoryFault, RememberedCheckpoints
from agoranomos.logs.verified_tree import verify_exported
from logs.building import ORIGIN, RUN, TRUSTED, WORKSPACE, entries, entry

WITNESS = Cosigner.from_seed("w.example/1", b"1" * 32)


def made(folder, lines, key=RUN):
    from agoranomos.logs import LogWriter

    log = LogWriter.create(folder, ORIGIN, key=key, certifier=WORKSPACE, durable="close")
    log.append(lines)
    log.close()
    return folder


@pytest.fixture
def log(tmp_path):
    return made(tmp_path / "log", entries(300))


@pytest.fixture
def tree(log, tmp_path):
    export_log(log, tmp_path / "tree")
    return tmp_path / "tree"


def test_an_exported_log_gives_what_the_log_gives(log, tree):
    found, whole = verify_exported(tree, TRUSTED), verify_log(log, TRUSTED)
    for name in ("origin", "size", "root", "signer", "trusted_by", "subtrees", "level"):
        assert getattr(found, name) == getattr(whole, name), name
    assert (found.closed, found.witnesses.satisfied, found.remembered) == (None, False, None)
    assert any("replacement" in line for line in found.not_excluded)
    copy, unsigned = found.noted
    assert copy == "an exported copy: the log itself may have gone on since"
    assert unsigned.startswith("verify.py, README.md and policy, where they are there, are signed by nobody")


def test_trust_and_bytes(tree):
    with pytest.raises(LogFault) as caught:
        verify_exported(tree, ())
    assert caught.value.kind == "undecided"
    assert verify_exported(tree, (), policy=Policy.parse(f"log {WORKSPACE.vkey}\nquorum none\n")).size == 300
    bundle = tree / "tile/entries/000"
    bundle.write_bytes(bundle.read_bytes().replace(b'"a', b'"b', 1))
    with pytest.raises(LogFault, match="do not lead to the signed root"):
        verify_exported(tree, TRUSTED)


def test_witnesses_of_a_policy(tree):
    policy = Policy.parse(f"witness one {WITNESS.key.vkey}\nquorum one\n")
    with pytest.raises(LogFault, match="quorum 'one' of the policy is not reached"):
        verify_exported(tree, TRUSTED, policy=policy)
    note = (tree / "checkpoint").read_bytes()
    text = note[: note.rindex(b"\n\n") + 1].decode()
    (tree / "checkpoint").write_bytes(note + WITNESS.cosign(text, 5))
    found = verify_exported(tree, TRUSTED, policy=policy)
    assert (found.witnesses.satisfied, found.witnesses.as_of) == (True, 5)


def test_what_was_seen_of_the_log_is_held_against_its_export(log, tree, tmp_path):
    store = RememberedCheckpoints(tmp_path / "remembered")
    shorter = verify_log(made(tmp_path / "shorter", entries(257)), TRUSTED)
    store.remember(shorter.seen(1))
    found = verify_exported(tree, TRUSTED, remembered=store)
    assert found.remembered.checkpoint.size == 257
    store.remember(found.seen(2))
    assert verify_log(log, TRUSTED, remembered=store).remembered.verified_unix_s == 2
    for name, lines, key, words in (
        ("rolled", entries(299), RUN, "rollback"),
        ("other", [entry(0, "other"), *entries(301)[1:]], RUN, "the first 300 entries are not those"),
        ("key", entries(301), SigningKey.from_seed(ORIGIN, b"K" * 32), "another history: the log is signed by"),
    ):
        export_log(made(tmp_path / name, lines, key), tmp_path / f"{name} tree")
        with pytest.raises(HistoryFault, match=words):
            verify_exported(tmp_path / f"{name} tree", TRUSTED, remembered=store)


def test_a_tree_that_changes_or_cannot_be_read(tree, monkeypatch):
    from agoranomos.logs import verified_tree

    def swapped(folder, trusted):
        found = verified_tree_of(folder, trusted)
        return replace(found, checkpoint=replace(found.checkpoint, size=299))

    verified_tree_of = verified_tree.verify_tree
    monkeypatch.setattr(verified_tree, "verify_tree", swapped)
    with pytest.raises(LogFault, match="changed while they were read"):
        verify_exported(tree, TRUSTED)

    def failing(folder, trusted):
        raise PermissionError(13, "Permission denied", str(folder))

    monkeypatch.setattr(verified_tree, "verify_tree", failing)
    with pytest.raises(MachineError, match="cannot read"):
        verify_exported(tree, TRUSTED)
