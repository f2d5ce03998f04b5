"""What a witness decides: the official transcript, and every answer of the protocol."""

from __future__ import annotations

import base64
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agoranomos.logs.checkpoint import Checkpoint, parse_checkpoint
from agoranomos.logs.keys import Verifier
from agoranomos.logs.merkle import EMPTY_ROOT, leaf_hashes, root_of
from agoranomos.logs.note import parse_note
from agoranomos.logs.proofs import consistency_proof
from agoranomos.logs.signing import SigningKey, sign_note
from agoranomos.logs.witness import SIZE_TYPE, Accepted, Head, Refused, consider
from agoranomos.logs.witness_request import WitnessRequest
from logs.building import ORIGIN, RUN, entries, vectors

KEYS = {ORIGIN: (RUN.verifier,)}
LEAVES = leaf_hashes(entries(60))
OTHER = leaf_hashes([*entries(5), b"another", *entries(54, 6)])


def note(size: int, leaves: Sequence[bytes] = LEAVES, key: SigningKey = RUN) -> bytes:
    return sign_note(Checkpoint(ORIGIN, size, root_of(leaves[:size])).text, key)


def proof(old: int, new: int, leaves: Sequence[bytes] = LEAVES) -> tuple[bytes, ...]:
    return tuple(consistency_proof(leaves[:new], old)) if 0 < old <= new else ()


def ask(old: int, new: int, stored: int, leaves: Sequence[bytes] = LEAVES, **changed: object) -> Accepted | Refused:
    request = {"old": old, "proof": proof(old, new, leaves), "note": note(new, leaves), **changed}
    heads = {ORIGIN: Head(stored, root_of(LEAVES[:stored]))} if stored else {}
    return consider(WitnessRequest(**request).body, KEYS, heads)


def test_the_official_transcript_gets_its_statuses() -> None:
    transcript = vectors("witness_transcript.json")
    origin = transcript["log_origin"]
    keys = {origin: (Verifier(origin, bytes.fromhex(transcript["log_public_key_hex"])),)}
    heads: dict[str, Head] = {}
    for step in transcript["steps"]:
        answer = consider(step["body"].encode(), keys, heads)
        if "unknown log" in step["assert"]:
            assert answer == Refused(404, "unknown log")  # today's text says 404; the tool of that transcript said 403
        elif step["status"] == 200:
            assert isinstance(answer, Accepted)
            assert answer.text == parse_note(step["body"].split("\n\n", 1)[1].encode()).text
            heads[origin] = Head(answer.head.size, answer.head.root)
        else:
            assert isinstance(answer, Refused)
            assert answer.status == step["status"]
            said = step["assert"].split('"')[1].removesuffix("\\n")
            assert answer.reason == said if "body ==" in step["assert"] else said in answer.reason
    assert heads[origin].size == 5


@settings(max_examples=60)
@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 60))
def test_only_what_continues_the_stored_head_is_accepted(old: int, new: int, stored: int) -> None:
    answer = ask(old, new, stored)
    if old > new:
        assert isinstance(answer, Refused)
        assert answer.status == 400
    elif old != stored:
        assert answer == Refused(409, str(stored), SIZE_TYPE)
    else:
        assert isinstance(answer, Accepted)
        assert answer.head == Checkpoint(ORIGIN, new, root_of(LEAVES[:new]))


@settings(max_examples=60)
@given(st.integers(6, 60), st.integers(6, 60))
def test_another_history_is_never_accepted(stored: int, new: int) -> None:
    for old in {stored, new, 0, 5}:
        answer = ask(old, new, stored, OTHER)
        assert isinstance(answer, Refused)
        assert answer.status in {400, 409, 422}
        assert answer.fork == (old == new == stored)


def test_the_old_root_is_the_witnesss_own() -> None:
    """The proof is good between two trees of the other history: only the witness's own root shows the fork."""
    answer = ask(10, 20, 10, OTHER)
    assert isinstance(answer, Refused)
    assert (answer.status, answer.reason.split(":")[0]) == (422, "consistency proof")
    same_size = ask(10, 10, 10, OTHER)
    assert same_size == Refused(409, "10", SIZE_TYPE, fork=True)
    assert ask(1, 1, 1, leaf_hashes([b"another"])) == Refused(409, "1", SIZE_TYPE, fork=True)


@pytest.mark.parametrize("prefix", range(41))
def test_of_two_histories_with_an_equal_beginning_one_is_cosigned(prefix: int) -> None:
    """T6: whichever comes first, at equal size and at unequal size."""
    other = leaf_hashes([*entries(prefix), *(b"other %d" % index for index in range(60 - prefix))])
    for first, second in ((LEAVES, other), (other, LEAVES)):
        for stored, new in ((prefix + 1, prefix + 1), (prefix + 1, 50), (45, 45), (45, 50)):
            heads = {ORIGIN: Head(stored, root_of(first[:stored]))}
            body = WitnessRequest(stored, proof(stored, new, second), note(new, second)).body
            answer = consider(body, KEYS, heads)
            assert isinstance(answer, Refused)
            assert (answer.status, answer.fork) == ((409, True) if stored == new else (422, False))
            continued = WitnessRequest(stored, proof(stored, new, first), note(new, first)).body
            assert isinstance(consider(continued, KEYS, heads), Accepted)


@pytest.mark.parametrize(
    ("old", "new", "stored", "changed", "status"),
    [
        (0, 5, 0, {"proof": (bytes(32),)}, 422),
        (5, 9, 5, {"proof": ()}, 422),
        (5, 9, 5, {"proof": (*proof(5, 9), bytes(32))}, 422),
        (5, 9, 5, {"proof": proof(5, 9)[::-1]}, 422),
        (5, 5, 5, {"proof": (bytes(32),)}, 422),
        (6, 5, 6, {}, 400),
        (0, 0, 0, {"note": sign_note(Checkpoint(ORIGIN, 0, bytes(32)).text, RUN)}, 409),
        (0, 5, 0, {"note": note(5, key=SigningKey.from_seed(ORIGIN, b"x" * 32))}, 403),
        (0, 5, 0, {"note": note(5, key=SigningKey.from_seed("x", b"R" * 32))}, 403),
        (0, 5, 0, {"note": note(5).replace(b"\n5\n", b"\n6\n")}, 403),
        (0, 5, 0, {"note": note(5)[:-1]}, 403),
        (0, 5, 0, {"note": note(5) + b"and more\n"}, 403),
        (0, 5, 0, {"note": sign_note(Checkpoint("other", 5, bytes(32)).text, RUN)}, 404),
        (0, 5, 0, {"note": note(5).split(b"\n\n")[0] + b"\n"}, 400),
        (0, 5, 0, {"note": b""}, 400),
        (0, 5, 0, {"note": b"\xff" + note(5)}, 400),
        (0, 5, 0, {"note": b"\n\n" + note(5)}, 400),
        (0, 5, 0, {"note": note(5).replace(b"\n5\n", b"\n05\n")}, 400),
        (0, 5, 0, {"note": sign_note(f"{ORIGIN}\n5\n", RUN)}, 400),
        (0, 5, 0, {"note": sign_note(parse_note(note(5)).text + "\nafter an empty line\n", RUN)}, 400),
    ],
)
def test_each_refusal_has_its_status(old: int, new: int, stored: int, changed: dict[str, object], status: int) -> None:
    answer = ask(old, new, stored, **changed)
    assert isinstance(answer, Refused)
    assert answer.status == status
    assert not answer.fork


def test_what_is_no_request_is_a_bad_request() -> None:
    answer = consider(b"new 5\n", KEYS, {})
    assert isinstance(answer, Refused)
    assert answer.status == 400


def test_lines_of_other_keys_are_ignored_and_extension_lines_are_signed_as_they_are() -> None:
    text = Checkpoint(ORIGIN, 5, root_of(LEAVES[:5])).text + "an extension\n"
    answer = consider(WitnessRequest(0, (), sign_note(text, SigningKey.from_seed("x", b"x" * 32), RUN)).body, KEYS, {})
    assert isinstance(answer, Accepted)
    assert answer.text == text
    assert answer.head.size == 5


def test_a_line_separator_within_a_line_ends_no_line() -> None:
    text = Checkpoint(ORIGIN, 5, root_of(LEAVES[:5])).text
    strange = sign_note(text[:-1] + "\u2028" + text, RUN)
    answer = consider(WitnessRequest(0, (), strange).body, KEYS, {})
    assert isinstance(answer, Refused)
    assert answer.status == 400


def test_the_empty_log_may_be_witnessed() -> None:
    answer = ask(0, 0, 0)
    assert isinstance(answer, Accepted)
    assert answer.head == parse_checkpoint(f"{ORIGIN}\n0\n{base64.b64encode(EMPTY_ROOT).decode()}\n")
