"""What a verification makes of witnesses and time stamps, and what then stays open."""

from datetime import UTC, datetime

import pytest

from agoranomos.campaigns.attack.authority import ThrowAwayAuthority
from agoranomos.logs import LogFault, SigningKey, verify_log
from agoranomos.logs.attached import cosignatures_file
from agoranomos.logs.checkpoint import Checkpoint
from agoranomos.logs.cosigner import Cosigner
from agoranomos.logs.merkle import leaf_hashes, root_of
from agoranomos.logs.policy import Policy
from agoranomos.logs.timestamp import attach_token, signed_states, token_file
from agoranomos.logs.verification import iso
from logs.building import ORIGIN, RUN, TRUSTED, WORKSPACE, entries, entry, make_log, open_log, put_lines

W1, W2, W3 = (Cosigner.from_seed(f"w.example/{n}", bytes([n]) * 32) for n in (1, 2, 3))
NEW_YEAR = 1_767_225_600
WITNESSES = "\n".join(f"witness w{n} {w.key.vkey}" for n, w in enumerate((W1, W2, W3), 1))


def policy(quorum: str = "group g 2 w1 w2 w3\nquorum g\n", logs: str = "") -> Policy:
    return Policy.parse(f"{logs}{WITNESSES}\n{quorum}")


def text_of(size: int) -> str:
    return Checkpoint(ORIGIN, size, root_of(leaf_hashes(entries(size)))).text


def cosign(folder, size: int, *signed: tuple[Cosigner, int]) -> None:
    path = folder / cosignatures_file(size)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"".join(witness.cosign(text_of(size), time) for witness, time in signed))


@pytest.fixture
def log(tmp_path):
    make_log(tmp_path / "log")
    return tmp_path / "log"


def fault_of(folder, trusted=TRUSTED, **options) -> LogFault:
    with pytest.raises(LogFault) as caught:
        verify_log(folder, trusted, **options)
    return caught.value


def test_a_quorum_excludes_what_its_witnesses_would_have_seen(log):
    cosign(log, 6, (W1, NEW_YEAR), (W3, NEW_YEAR + 60))
    found = verify_log(log, TRUSTED, policy=policy())
    witnesses = found.witnesses
    assert [(name, one.time) for name, one in witnesses.cosigned] == [("w1", NEW_YEAR), ("w3", NEW_YEAR + 60)]
    assert (witnesses.satisfied, witnesses.missing, witnesses.as_of) == (True, ("w2",), NEW_YEAR)
    assert found.not_excluded[:2] == (
        "rollback of what was added after 2026-01-01T00:00:00Z: the witnesses vouch for the log as it was then",
        "a second history, where enough witnesses of the quorum 'g' deceive together",
    )
    assert not any("replacement" in line or "a false time" in line for line in found.not_excluded)
    without = verify_log(log, TRUSTED)
    assert any("replacement" in line for line in without.not_excluded)
    assert any("a false time" in line for line in without.not_excluded)
    assert without.noted == ("cosignatures/ holds cosignatures; none was checked (no policy was given)",)


def test_without_a_quorum_it_is_undecided(log):
    for signed in ((), ((W1, 1),)):
        cosign(log, 6, *signed)
        fault = fault_of(log, policy=policy())
        assert fault.kind == "undecided"
        assert fault.message.startswith("the checkpoint of size 6: the quorum 'g' of the policy is not reached")
        assert "agora log cosign" in fault.advice
    (log / cosignatures_file(6)).unlink()
    cosign(log, 5, (W1, 1), (W2, 1))
    cosign(log, 3, (W1, 1), (W2, 1))
    (log / "cosignatures/notes.txt").write_bytes(b"")
    assert fault_of(log, policy=policy()).message.endswith("; cosignatures/ holds some of size 5")
    assert verify_log(log, TRUSTED).noted[0].startswith("cosignatures/ holds cosignatures")


def test_cosignatures_of_another_checkpoint_are_refused(log):
    cosign(log, 5, (W1, 1), (W2, 1))
    (log / cosignatures_file(5)).rename(log / cosignatures_file(6))
    fault = fault_of(log, policy=policy())
    assert (fault.kind, fault.message.startswith("cosignatures/6: ")) == ("tampered", True)
    for content in (b"no line\n", b"\n", "— x AAAA\n".encode()):
        (log / cosignatures_file(6)).write_bytes(content)
        assert fault_of(log, policy=policy()).kind == "damaged"


def test_a_policy_that_asks_for_nobody_adds_nothing(log):
    cosign(log, 6, (W1, 1))
    found = verify_log(log, TRUSTED, policy=policy("quorum none\n"))
    assert (found.witnesses.satisfied, found.witnesses.cosigned) == (False, ())
    assert any("replacement" in line for line in found.not_excluded)


def test_trust_may_come_from_the_policys_logs(log):
    cosign(log, 6, (W1, NEW_YEAR), (W2, NEW_YEAR))
    for key in (RUN, WORKSPACE):
        assert verify_log(log, (), policy=policy(logs=f"log {key.vkey}\n")).trusted_by == key.vkey
    assert fault_of(log, (), policy=policy()).kind == "undecided"
    stranger = SigningKey.from_seed("lab/other", b"o" * 32)
    assert fault_of(log, (), policy=policy(logs=f"log {stranger.vkey}\n")).kind == "undecided"


def test_bytes_come_before_witnesses(log):
    cosign(log, 6, (W1, 1))
    put_lines(log, [*entries(5), entry(5, "b")])
    assert fault_of(log, policy=policy()).entry == 5


def test_the_head_of_an_open_log_must_be_cosigned(tmp_path):
    log = open_log(tmp_path / "log")
    log.append(entries(3))
    cosign(tmp_path / "log", 3, (W1, 1), (W2, 2))
    assert verify_log(tmp_path / "log", TRUSTED, still_open=True, policy=policy()).witnesses.as_of == 1
    log.append(entries(2, 3))
    fault = fault_of(tmp_path / "log", still_open=True, policy=policy())
    assert fault.message.startswith("the checkpoint of size 5: ")
    log.abandon()


def test_time_stamps_count_under_the_authority_that_is_given(log):
    ours, theirs = ThrowAwayAuthority.make("ours"), ThrowAwayAuthority.make("theirs")
    noon = datetime(2026, 11, 21, 12, tzinfo=UTC)
    fault = fault_of(log, authorities=(ours.authority,))
    assert (fault.kind, "holds no time stamp" in fault.message) == ("undecided", True)
    attach_token(log, signed_states(log), ours.stamp(text_of(5).encode(), noon), ours.authority)
    assert (log / token_file(5)).exists()
    found = verify_log(log, TRUSTED, authorities=(ours.authority,))
    assert [(stamp.size, stamp.time) for stamp in found.stamps] == [(5, noon)]
    assert not any("a false time" in line for line in found.not_excluded)
    assert any("replacement" in line for line in found.not_excluded)
    assert found.noted == ()
    assert fault_of(log, authorities=(theirs.authority,)).kind == "undecided"
    without = verify_log(log, TRUSTED)
    assert (without.stamps, without.noted) == (
        (),
        ("tsr/ holds time stamps; none was checked (no authority was given)",),
    )


def test_times_are_shown_in_utc():
    assert iso(0) == "1970-01-01T00:00:00Z"
    assert iso(NEW_YEAR) == "2026-01-01T00:00:00Z"
    assert iso(2**62) == f"{2**62} s after 1970"


def test_witnesses_that_share_a_host_are_noted(log):
    cosign(log, 6, (W1, NEW_YEAR), (W2, NEW_YEAR))
    lines = "".join(f"witness w{n} {w.key.vkey} http://127.0.0.1:864{n}\n" for n, w in enumerate((W1, W2), 1))
    found = verify_log(log, TRUSTED, policy=Policy.parse(f"{lines}group g all w1 w2\nquorum g\n"))
    assert "same host: the witnesses w1, w2 are all at 127.0.0.1, and prove no more than one" in found.noted
