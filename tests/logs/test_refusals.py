"""What the parts of a verifier refuse: the class of each fault and its very words, and the edges of each limit."""

from __future__ import annotations

import base64

import pytest

from agoranomos.logs import Checkpoint, LogFault, SigningKey, Verifier
from agoranomos.logs.certificate import HEADER, read_certificate
from agoranomos.logs.checkpoint import check_origin, open_checkpoint, parse_checkpoint
from agoranomos.logs.cosignature import WitnessKey
from agoranomos.logs.faults import within
from agoranomos.logs.keys import ED25519, key_id, strict_base64
from agoranomos.logs.merkle import CompactRange, leaf_hashes, root_of
from agoranomos.logs.note import MAX_NOTE_BYTES, open_note, parse_note
from agoranomos.logs.proofs import MAX_SIZE, verify_consistency, verify_inclusion
from agoranomos.logs.signing import sign_note
from logs.building import ORIGIN, RUN, WORKSPACE

A, B = bytes(32), bytes([1]) * 32
LINE = b"\xe2\x80\x94 name AAAAAAA=\n"
WITNESS = WitnessKey("w", RUN.verifier.public)
OTHER = SigningKey.from_seed("other", b"O" * 32)


def vkey(name: str, data: bytes, kid: bytes | None = None) -> str:
    return f"{name}+{(kid or key_id(name, data[:1], data[1:])).hex()}+{base64.b64encode(data).decode()}"


def twins() -> tuple[Verifier, Verifier]:
    """Two verifiers of one name that have (so we say) one key id."""

    class Twin(Verifier):
        key_id = RUN.verifier.key_id

    return RUN.verifier, Twin(ORIGIN, OTHER.verifier.public)


NOT_A_NOTE = "not a signed note: a text, a blank line and signature lines were expected"
REFUSED = [
    (lambda: parse_note(b"x" * (MAX_NOTE_BYTES + 1)), "damaged",
     f"not a signed note: {MAX_NOTE_BYTES + 1} bytes; at most {MAX_NOTE_BYTES} are read"),
    (lambda: parse_note(b"\xff"), "damaged", "not a signed note: not UTF-8"),
    (lambda: parse_note(b"a\r\n\n" + LINE), "damaged", "not a signed note: it holds a control character"),
    (lambda: parse_note(b"text\n"), "damaged", NOT_A_NOTE),
    (lambda: parse_note(b"text\n\n"), "damaged", NOT_A_NOTE),
    (lambda: parse_note(b"text\n\n" + LINE[:-1]), "damaged", NOT_A_NOTE),
    (lambda: parse_note(b"text\n\n" + LINE * 101), "damaged",
     "not a signed note: 101 signatures; at most 100 are read"),
    (lambda: parse_note(b"text\n\n\xe2\x80\x94 name\n"), "damaged", "not a signed note: a signature line is malformed"),
    (lambda: parse_note(b"text\n\n\xe2\x80\x94 name AAAAAA==\n"), "damaged",
     "not a signed note: a signature is too short"),
    (lambda: open_note(b"text\n\n" + LINE * 2 + b"\xe2\x80\x94 b AQAAAAA=\n" + LINE, [RUN.verifier]), "undecided",
     "signed by no key that was given (signed by name+00000000, name+00000000, b+01000000)"),
    (lambda: open_note(sign_note("a\n", RUN), twins()), "undecided",
     f"two of the keys given are both {ORIGIN}+{RUN.verifier.key_id.hex()}"),
    (lambda: open_note(sign_note("a\n", RUN).replace(b"a\n", b"b\n", 1), [RUN.verifier]), "tampered",
     f"the signature of {ORIGIN} does not fit the text"),
    (lambda: strict_base64("AAA"), "damaged", "not canonical base64"),
    (lambda: strict_base64("AA AA"), "damaged", "not canonical base64"),
    (lambda: strict_base64("AA=="[:3] + "\n="), "damaged", "not canonical base64"),
    (lambda: strict_base64("AB=="), "damaged", "not canonical base64"),
    (lambda: strict_base64("\u00e4"), "damaged", "not canonical base64"),
    (lambda: Verifier.from_vkey("k" * 121), "damaged", f"'{'k' * 120}' is not a verifier key (`name+keyid+base64`)"),
    (lambda: Verifier.from_vkey(WITNESS.vkey), "damaged", "the key of 'w' is not of type 1 (Ed25519)"),
    (lambda: WitnessKey.from_vkey(RUN.vkey), "damaged",
     f"the key of {ORIGIN!r} is not that of a witness (type 4, cosignature/v1)"),
    (lambda: Verifier.from_vkey(vkey("k", ED25519 + RUN.verifier.public, b"abcd")), "tampered",
     "the key of 'k' does not have the key id it states"),
    (lambda: Verifier("k", bytes(33)), "damaged", "the public key of k has 33 bytes, not 32"),
    (lambda: Verifier("k", A), "tampered", "the public key of k is of small order or not canonical: refused"),
    (lambda: Verifier("k", (2**255 - 19).to_bytes(32, "little")), "tampered",
     "the public key of k is of small order or not canonical: refused"),
    (lambda: Verifier("a b", B), "damaged",
     "'a b' is not a key name: it must be printable, without spaces and without `+`"),
    (lambda: check_origin("\u00e4" * 81), "damaged",
     f"'{chr(0xE4) * 80}' is not an origin: it is ASCII, and no other signed text begins so"),
    (lambda: parse_checkpoint("a\n1\n"), "damaged",
     "not a checkpoint: exactly three lines (origin, size, root) were expected"),
    (lambda: parse_checkpoint(f"a\n1\n{base64.b64encode(A).decode()}\nx"), "damaged",
     "not a checkpoint: exactly three lines (origin, size, root) were expected"),
    (lambda: parse_checkpoint(f"a\n{'1' * 41}\nAAAA\n"), "damaged", f"not a checkpoint: '{'1' * 40}' is not a size"),
    (lambda: parse_checkpoint("a\n1\nAAAA\n"), "damaged", "not a checkpoint: the root has 3 bytes, not 32"),
    (lambda: open_checkpoint(sign_note("a\n", RUN), RUN.verifier), "damaged",
     "not a checkpoint: exactly three lines (origin, size, root) were expected"),
    (lambda: open_checkpoint(sign_note(Checkpoint(ORIGIN, 1, A).text, OTHER), RUN.verifier), "tampered",
     f"signed by no key that was given (signed by other+{OTHER.verifier.key_id.hex()})"),
    (lambda: open_checkpoint(sign_note(Checkpoint("a", 1, A).text, RUN), RUN.verifier), "tampered",
     f"it is of origin a, the key of {ORIGIN}"),
    (lambda: read_certificate(sign_note(f"{HEADER}\n", WORKSPACE)), "damaged",
     f"not a certificate: `{HEADER}`, an origin and a key were expected"),
    (lambda: read_certificate(sign_note(f"{HEADER}\nother\n{RUN.vkey}\n", WORKSPACE)), "tampered",
     f"it names origin other and a key of {ORIGIN}"),
    (lambda: WITNESS.verify("a\n", bytes(71)), "tampered", "the cosignature of w has 71 bytes"),
    (lambda: WITNESS.verify("a\n", b"\x80" + bytes(71)), "tampered", "the cosignature of w states no time"),
    (lambda: verify_inclusion(A, 0, MAX_SIZE, B, []), "tampered", "the proof is too short"),
    (lambda: verify_inclusion(A, 0, MAX_SIZE + 1, B, []), "tampered",
     f"index 0 is not in a tree of size {MAX_SIZE + 1}"),
    (lambda: verify_inclusion(A, 0, 1, B, []), "tampered", "the proof leads to another root"),
    (lambda: verify_inclusion(A, 0, 1, A, [B]), "tampered", "the proof is too long"),
    (lambda: verify_inclusion(A, 0, 2, A, [b""]), "tampered", "a hash is not 32 bytes long"),
    (lambda: verify_consistency(1, MAX_SIZE, A, B, [B]), "tampered", "the proof is too short"),
    (lambda: verify_consistency(1, MAX_SIZE + 1, A, B, []), "tampered",
     f"no consistency proof from size 1 to {MAX_SIZE + 1}"),
    (lambda: verify_consistency(3, 4, A, B, []), "tampered", "the proof is too short"),
    (lambda: verify_consistency(1, 2, A, B, [B]), "tampered", "the proof leads to another root"),
    (lambda: verify_consistency(1, 2, A, B, [b""]), "tampered", "a hash is not 32 bytes long"),
    (lambda: verify_consistency(2, 2, A, B, []), "tampered",
     "two trees of one size are consistent only if their roots are equal and the proof is empty"),
    (lambda: verify_consistency(2, 2, A, A, [B]), "tampered",
     "two trees of one size are consistent only if their roots are equal and the proof is empty"),
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(REFUSED)))
def test_a_refusal_has_a_class_and_says_why(number):
    act, kind, words = REFUSED[number]
    with pytest.raises(LogFault) as caught:
        act()
    assert (caught.value.kind, caught.value.message) == (kind, words)


def test_a_fault_keeps_its_entry_and_advice_under_a_file_s_name():
    assert (LogFault("damaged", "m").entry, LogFault("damaged", "m").advice) == (None, "")
    with pytest.raises(LogFault) as caught, within("file"):
        raise LogFault("tampered", "bad", entry=7, advice="do")
    fault = caught.value
    assert (fault.kind, fault.message, fault.entry, fault.advice) == ("tampered", "file: bad", 7, "do")


def test_the_largest_notes_are_read():
    assert len(parse_note(b"text\n\n" + LINE * 100).signatures) == 100
    text = b"t" * (MAX_NOTE_BYTES - 2 - len(LINE)) + b"\n\n" + LINE
    assert len(text) == MAX_NOTE_BYTES
    assert len(parse_note(text).text) == MAX_NOTE_BYTES - 1 - len(LINE)
    assert parse_note(b"\n\n" + LINE).text == "\n"


def test_the_lines_of_unknown_keys_are_kept_apart():
    note = sign_note("a\n", RUN, OTHER)
    opened = open_note(note, [RUN.verifier])
    assert opened.verified == (RUN.verifier,)
    assert opened.unknown == (parse_note(note).signatures[1],)
    assert parse_note(b"a\n\n" + LINE).signatures[0].signature == b"\0"


@pytest.mark.parametrize("size", range(20))
def test_a_tree_is_taken_up_again_from_its_subtrees(size):
    leaves = leaf_hashes([b"%d" % index for index in range(40)])
    whole = CompactRange()
    whole.extend(leaves[:size])
    again = CompactRange(size, whole.subtrees)
    assert (again.size, again.subtrees, again.root()) == (size, whole.subtrees, root_of(leaves[:size]))
    again.extend(leaves[size:])
    assert again.root() == root_of(leaves)


def test_a_tail_stands_to_the_right():
    leaves = leaf_hashes([b"%d" % index for index in range(11)])
    whole = CompactRange()
    whole.extend(leaves[:8])
    assert whole.root(root_of(leaves[8:])) == root_of(leaves)
    assert CompactRange().root(A) == A


def test_subtrees_that_do_not_fit_the_size():
    with pytest.raises(ValueError, match="3 leaves are covered by 2 subtrees, not by 1"):
        CompactRange(3, [A])


def test_the_limits_are_those_of_the_format():
    """docs/log-format.md states them; they may not move with the code that states them a second time."""
    assert (MAX_NOTE_BYTES, MAX_SIZE) == (1_048_576, 9_223_372_036_854_775_807)


def test_a_line_counts_only_when_name_and_key_id_are_known():
    namesake = SigningKey.from_seed(ORIGIN, b"O" * 32)
    signed = sign_note("a\n", RUN)
    renamed = signed.replace(f"— {ORIGIN} ".encode(), "— other ".encode())
    assert renamed != signed
    for note in (sign_note("a\n", namesake), renamed):
        with pytest.raises(LogFault, match="signed by no key that was given") as caught:
            open_note(note, [RUN.verifier])
        assert caught.value.kind == "undecided"


@pytest.mark.parametrize("junk", [" ", "!", " more", "\u00a0", "A!"])
def test_nothing_stands_after_a_signature(junk):
    with pytest.raises(LogFault, match="a signature line is malformed"):
        parse_note(b"text\n\n" + LINE[:-1] + junk.encode() + b"\n")
