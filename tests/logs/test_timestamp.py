"""RFC 3161: T14, with the vectors of another implementation's authority and with one of our own making."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import Encoding

from agoranomos.campaigns.attack.authority import ThrowAwayAuthority
from agoranomos.errors import MachineError, UsageError
from agoranomos.logs import Checkpoint, LogFault
from agoranomos.logs.timestamp import (
    MAX_TOKEN_BYTES,
    attach_token,
    check_token,
    check_tokens,
    read_authority,
    read_response,
    signed_states,
    stamp_request,
    token_file,
)
from logs.building import ORIGIN, RUN, VECTORS, make_log

SAVED = VECTORS / "rfc3161"
NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
OURS = ThrowAwayAuthority.make("ours")
THEIRS = ThrowAwayAuthority.make("ours")  # the same name: a name is nothing


def refused(kind: str, *arguments) -> str:
    with pytest.raises(LogFault) as caught:
        check_token(*arguments)
    assert caught.value.kind == kind
    return caught.value.message


def saved(name: str) -> bytes:
    return (SAVED / name).read_bytes()


def pem(path: Path, *certificates) -> Path:
    path.write_bytes(b"".join(one.public_bytes(Encoding.PEM) for one in certificates))
    return path


def test_the_saved_tokens_get_the_published_verdicts():
    authority = read_authority(SAVED / "ts_chain.pem")
    time, by = check_token(saved("response.tsr"), b"hello", (authority,))
    assert time == datetime(2024, 10, 8, 15, 40, 32, tzinfo=UTC)
    assert by is authority
    assert "Mismatch" in refused("tampered", saved("response.tsr"), b"other", (authority,))
    assert "2 certificates" in refused("tampered", saved("response-injected-certs.tsr"), b"hello", (authority,))
    refused("undecided", saved("other_response.tsr"), b"hello", (authority,))
    refused("damaged", saved("request.der"), b"hello", (authority,))


def test_no_changed_byte_of_a_token_changes_what_it_says():
    """Refused, or a header of CMS that nobody signs (two version numbers, the name of the signature's algorithm)."""
    message, good = b"origin\n3\nroot\n", OURS.stamp(b"origin\n3\nroot\n", NOON)
    passed = []
    for place in range(len(good)):
        changed = good[:place] + bytes([good[place] ^ 1 << place % 8]) + good[place + 1 :]
        try:
            found = check_token(changed, message, (OURS.authority,))
        except LogFault:
            continue
        assert found == (NOON, OURS.authority)
        passed.append(place)
    assert len(passed) <= 10


def test_a_namesake_an_expired_chain_and_a_foreign_certificate_are_refused():
    message = b"text\n"
    refused("undecided", THEIRS.stamp(message, NOON), message, (OURS.authority,))
    early = OURS.stamp(message, datetime(2019, 12, 31, tzinfo=UTC))
    assert "certificates" in refused("tampered", early, message, (OURS.authority,))
    late = OURS.stamp(message, datetime(2031, 1, 1, tzinfo=UTC))
    refused("tampered", late, message, (OURS.authority,))
    carrying = OURS.stamp(message, NOON, extra=(THEIRS.authority.certificate,))
    refused("tampered", carrying, message, (OURS.authority,))
    # Given both, each is believed for its own tokens.
    both = (OURS.authority, THEIRS.authority)
    assert check_token(THEIRS.stamp(message, NOON), message, both)[1] is THEIRS.authority


def test_a_token_has_one_signer():
    for signers in (0, 2):
        refused("damaged", OURS.stamp(b"text\n", NOON, signers=signers), b"text\n", (OURS.authority,))


def test_a_token_is_of_bounded_length():
    refused("damaged", b"\x30" * (MAX_TOKEN_BYTES + 1), b"", (OURS.authority,))
    refused("damaged", b"", b"", (OURS.authority,))


@pytest.fixture
def log(tmp_path) -> Path:
    make_log(tmp_path / "log")
    return tmp_path / "log"


def test_a_log_is_stamped_from_end_to_end(log):
    states = signed_states(log)
    assert [state.size for state in states] == [3, 5, 6]
    with pytest.raises(LogFault, match="no time stamp"):
        check_tokens(log, states, (OURS.authority,))
    for state, hour in ((states[-1], 2), (states[0], 1)):
        kept = attach_token(log, states, OURS.stamp(state.text.encode(), NOON.replace(hour=hour)), OURS.authority)
        assert (kept.size, kept.time.hour) == (state.size, hour)
    assert [(stamp.size, stamp.time.hour) for stamp in check_tokens(log, states, (OURS.authority,))] == [(3, 1), (6, 2)]


def test_a_token_of_another_state_or_log_is_not_kept(log):
    states = signed_states(log)
    other = Checkpoint(ORIGIN, 6, b"\1" * 32)
    with pytest.raises(LogFault, match="no checkpoint of this log"):
        attach_token(log, states, OURS.stamp(other.text.encode(), NOON), OURS.authority)
    with pytest.raises(LogFault, match="not a time stamp"):
        attach_token(log, states, b"junk", OURS.authority)
    with pytest.raises(LogFault, match="no authority"):
        attach_token(log, states, THEIRS.stamp(states[0].text.encode(), NOON), OURS.authority)
    assert not (log / "tsr").exists()


def test_a_token_put_beside_another_size_is_found(log):
    states = signed_states(log)
    attach_token(log, states, OURS.stamp(states[0].text.encode(), NOON), OURS.authority)
    (log / token_file(3)).rename(log / token_file(5))
    with pytest.raises(LogFault, match=r"tsr/5.tsr: the time stamp does not verify"):
        check_tokens(log, states, (OURS.authority,))
    (log / token_file(5)).rename(log / token_file(4))
    with pytest.raises(LogFault, match=r"tsr/4.tsr: no checkpoint of this size"):
        check_tokens(log, states, (OURS.authority,))


def test_only_a_signed_journal_can_be_stamped(log):
    journal = log / "checkpoints/000.notes"
    kept = journal.read_bytes()
    journal.write_bytes(kept[:-1])
    with pytest.raises(LogFault, match="ends within a note"):
        signed_states(log)
    journal.write_bytes(b"")
    with pytest.raises(LogFault, match="nothing was signed"):
        signed_states(log)
    journal.unlink()
    with pytest.raises(LogFault, match="cannot be read"):
        signed_states(log)


def test_a_request_is_the_same_for_the_same_text():
    assert stamp_request("a\n") == stamp_request("a\n") != stamp_request("b\n")


def test_a_file_of_certificates_that_cannot_be_used_says_so(tmp_path):
    with pytest.raises(UsageError, match="no such file"):
        read_authority(tmp_path / "none.pem")
    (tmp_path / "junk.pem").write_text("junk")
    with pytest.raises(UsageError, match="holds no certificates"):
        read_authority(tmp_path / "junk.pem")
    with pytest.raises(MachineError, match="cannot read"):
        read_authority(tmp_path)
    root = OURS.authority.chain[0]
    with pytest.raises(UsageError, match="not one for time stamping"):
        read_authority(pem(tmp_path / "root.pem", root, OURS.authority.certificate))
    read = read_authority(pem(tmp_path / "good.pem", OURS.authority.certificate, root))
    assert (read, read.name) == (OURS.authority, "CN=ours")


def test_what_cannot_be_read_or_written_is_named(tmp_path, log):
    with pytest.raises(UsageError, match="no such file"):
        read_response(tmp_path / "none.tsr")
    states = signed_states(log)
    (log / "tsr").write_text("in the way")
    with pytest.raises(MachineError, match="cannot write"):
        attach_token(log, states, OURS.stamp(states[0].text.encode(), NOON), OURS.authority)
    (log / "tsr").unlink()
    (log / "tsr/3.tsr").mkdir(parents=True)
    with pytest.raises(LogFault, match=r"3\.tsr is a folder, and no file"):
        check_tokens(log, states, (OURS.authority,))
    with pytest.raises(LogFault, match="is a folder, and no file"):
        read_response(tmp_path)
    (tmp_path / "empty.tsr").write_bytes(b"")
    assert read_response(tmp_path / "empty.tsr") == b""


def test_without_the_package_the_message_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "rfc3161_client", None)
    with pytest.raises(MachineError, match="rfc3161-client") as caught:
        stamp_request("a\n")
    assert "agoranomos[time]" in caught.value.advice


def test_the_key_of_a_log_is_no_time_stamp(log):
    # A signature line of the run's own key, put where a token belongs.
    (log / "tsr").mkdir()
    (log / token_file(6)).write_text(RUN.sign(signed_states(log)[-1].text))
    with pytest.raises(LogFault, match="not a time stamp"):
        check_tokens(log, signed_states(log), (OURS.authority,))
