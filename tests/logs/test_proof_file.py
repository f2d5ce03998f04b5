"""The format of c2sp.org/tlog-proof."""

from __future__ import annotations

import base64
import time

import pytest

from agoranomos.logs import LogFault
from agoranomos.logs.proof_file import MAX_PROOF_BYTES, ProofFile, parse_proof_file
from logs.building import vectors

CASES = vectors("tlog_proof.json")


@pytest.mark.parametrize("case", CASES["marshal"], ids=lambda case: str(case["index"]))
def test_published_proofs_are_written_and_read(case):
    proof = ProofFile(
        case["index"],
        tuple(base64.b64decode(one) for one in case["hashes_b64"]),
        case["checkpoint"].encode(),
        case["extra"].encode() if "extra" in case else None,
    )
    assert proof.data == case["want"].encode()
    assert parse_proof_file(proof.data) == proof


@pytest.mark.parametrize("text", CASES["bad"])
def test_what_is_published_as_bad_is_refused(text):
    with pytest.raises(LogFault) as caught:
        parse_proof_file(text.encode())
    assert caught.value.kind == "damaged"


HASH = base64.b64encode(bytes(32)).decode()


def file(*lines: str, note: str = "checkpoint\n") -> bytes:
    return "\n".join(["c2sp.org/tlog-proof@v1", *lines, "", note]).encode()


def test_an_empty_extra_is_not_none():
    assert parse_proof_file(file("extra ", "index 0")).extra == b""
    assert parse_proof_file(file("index 0")).extra is None
    assert ProofFile(0, (), b"checkpoint\n", b"").data == file("extra ", "index 0")


def test_the_note_is_all_that_follows_the_first_empty_line():
    assert parse_proof_file(file("index 7", HASH, note="a\n\n— b\n")).note == b"a\n\n\xe2\x80\x94 b\n"


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"c2sp.org/tlog-proof@v1",
        b"c2sp.org/tlog-proof@v1\nindex 0",
        b"c2sp.org/tlog-proof@v1\nindex 0\n",
        b"c2sp.org/tlog-proof@v2\nindex 0\n\nnote\n",
        b" " + file("index 0"),
        file("extra YQ=="),
        file("extra YQ==", "extra YQ==", "index 0"),
        file("index 0", "extra YQ=="),
        file("extra YR==", "index 0"),
        file("Index 0"),
        file("index 00"),
        file("index +1"),
        file("index 1_0"),
        file("index 1 "),
        file(f"index {2**63 - 1}"),
        file("index 10000000000000000000"),
        file("index ١"),
        file("index 0", HASH[:-4]),
        file("index 0", HASH + "\r"),
        file("index 0", " " + HASH),
        file("index 0", HASH).replace(HASH[:1].encode(), b"\xff", 1),
        file("index 0", base64.b64encode(bytes(31)).decode()),
        file("index 0", base64.b64encode(bytes(33)).decode()),
        file("index 0", *[HASH] * 64),
    ],
)
def test_anything_else_is_refused(data):
    with pytest.raises(LogFault) as caught:
        parse_proof_file(data)
    assert caught.value.kind == "damaged"


def test_the_largest_proof_is_read_and_a_larger_one_is_not():
    proof = parse_proof_file(file(f"index {2**63 - 2}", *[HASH] * 63))
    assert (proof.index, len(proof.path)) == (2**63 - 2, 63)
    full = file("extra " + base64.b64encode(b"e" * 65_535).decode(), "index 0", *[HASH] * 63, note="n" * (1 << 20))
    assert parse_proof_file(full).extra == b"e" * 65_535
    assert MAX_PROOF_BYTES == (1 << 20) + 2 * 65_535 + 4096
    longest = file("index 0").ljust(MAX_PROOF_BYTES, b"x")
    assert len(parse_proof_file(longest).note) > 1 << 20  # the note is read, and refused, by its own reader
    with pytest.raises(LogFault, match=f"{MAX_PROOF_BYTES + 1} bytes; at most {MAX_PROOF_BYTES}") as caught:
        parse_proof_file(longest + b"x")
    assert caught.value.kind == "damaged"


def test_t19_a_million_hashes_are_refused_at_once():
    data = file("index 0", *[HASH] * 1_000_000)
    begun = time.process_time()
    with pytest.raises(LogFault, match="at most"):
        parse_proof_file(data)
    with pytest.raises(LogFault, match="30000 hashes"):
        parse_proof_file(file("index 0", *[HASH] * 26_000, *["x"] * 4_000))
    assert time.process_time() - begun < 1
