import base64

import pytest

from agoranomos.logs import LogFault, SigningKey, Verifier
from agoranomos.logs.checkpoint import open_checkpoint
from agoranomos.logs.merkle import leaf_hash
from agoranomos.logs.note import MAX_NOTE_BYTES, open_note, parse_note
from agoranomos.logs.proofs import verify_inclusion
from agoranomos.logs.signing import sign_note
from logs.building import vectors

NOTES = vectors("signed_notes.json")


def signing_key(skey: str) -> SigningKey:
    """Go's form of a private key: PRIVATE+KEY+name+id+base64(type || seed)."""
    _, _, name, _, data = skey.split("+", 4)
    return SigningKey.from_seed(name, base64.b64decode(data)[1:])


@pytest.mark.parametrize("case", NOTES["cases"], ids=lambda case: case["name"])
def test_published_notes(case):
    data = bytes.fromhex(case["note_hex"])
    verifiers = [Verifier.from_vkey(vkey) for vkey in case["vkeys"]]
    if not case["ok"]:
        with pytest.raises(LogFault):
            open_note(data, verifiers)
        return
    opened = open_note(data, verifiers)
    assert opened.text == case["text"]
    assert len(opened.verified) == case.get("verified", 1)
    assert len(opened.unknown) == case.get("unknown", len(opened.unknown))


def test_signing_gives_the_published_bytes():
    key = signing_key(NOTES["keys"]["PeterNeumann"]["skey_test_only"])
    assert key.vkey == NOTES["keys"]["PeterNeumann"]["vkey"]
    case = next(case for case in NOTES["cases"] if case["name"].endswith("one verified, one unknown"))
    line = key.sign(case["text"])
    assert line.encode() in bytes.fromhex(case["note_hex"])


@pytest.mark.parametrize("case", vectors("rekor_v2.json")["cases"], ids=lambda case: case["name"])
def test_entry_to_inclusion_to_checkpoint_to_key(case):
    verifier = Verifier.from_vkey(vectors("rekor_v2.json")["vkey"])

    def check():
        checkpoint = open_checkpoint(case["checkpoint"].encode(), verifier)
        proof = [base64.b64decode(value) for value in case["proof_b64"]]
        leaf = leaf_hash(base64.b64decode(case["entry_b64"]))
        verify_inclusion(leaf, case["index"], checkpoint.size, checkpoint.root, proof)

    if case["valid"]:
        check()
    else:
        with pytest.raises(LogFault):
            check()


def test_a_note_is_measured_before_it_is_parsed():
    with pytest.raises(LogFault, match="bytes; at most"):
        parse_note(b"x" * (MAX_NOTE_BYTES + 1))


@pytest.mark.parametrize(
    "line",
    ["— name AAAA", "- name AAAAAAAA", "— name  AAAAAAAA", "— a+b AAAAAAAA", "— name AAAAAAAB==", "—"],
)
def test_malformed_signature_lines_are_refused(line):
    with pytest.raises(LogFault) as caught:
        parse_note(f"text\n\n{line}\n".encode())
    assert caught.value.kind == "damaged"


@pytest.mark.parametrize("text", ["\x1b[31mred", "tab\there", "bell\x7f", "carriage\r"])
def test_a_note_holds_no_control_character(text):
    key = SigningKey.from_seed("name", b"k" * 32)
    with pytest.raises(LogFault, match="control character"):
        sign_note(text + "\n", key)


def test_the_text_ends_at_the_last_blank_line():
    key = SigningKey.from_seed("name", b"k" * 32)
    text = "one\n\n— name AAAAAAAA\n"
    assert open_note(sign_note(text, key), [key.verifier]).text == text
