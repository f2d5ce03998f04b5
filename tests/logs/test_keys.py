import pickle

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from agoranomos.logs import LogFault, SigningKey, Verifier
from logs.building import vectors

WYCHEPROOF = [
    (bytes.fromhex(group["publicKey"]["pk"]), case)
    for group in vectors("wycheproof_ed25519_test.json")["testGroups"]
    for case in group["tests"]
]


@pytest.mark.parametrize("case", vectors("rfc8032_vectors.json")["cases"], ids=lambda case: case["name"])
def test_signatures_of_the_rfc(case):
    key = SigningKey.from_seed("k", bytes.fromhex(case["seed_hex_test_only"]))
    message, signature = bytes.fromhex(case["message_hex"]), bytes.fromhex(case["signature_hex"])
    assert key.verifier.public.hex() == case["public_hex"]
    key.verifier.verify(message, signature)
    assert key._private.sign(message) == signature


def test_wycheproof():
    verdicts = set()
    for public, case in WYCHEPROOF:
        try:
            Verifier("k", public).verify(bytes.fromhex(case["msg"]), bytes.fromhex(case["sig"]))
            verdict = "valid"
        except LogFault:
            verdict = "invalid"
        assert verdict == case["result"], case
        verdicts.add(verdict)
    assert verdicts == {"valid", "invalid"}


def test_the_library_accepts_the_same_edge_cases_as_gos():
    found = ""
    for case in vectors("speccheck_cases.json"):
        message, public, signature = (bytes.fromhex(case[name]) for name in ("message", "pub_key", "signature"))
        try:
            Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
            found += "V"
        except InvalidSignature:
            found += "x"
    assert found == "VVVVxxxxxxxV"


def test_keys_of_small_order_are_refused_although_the_library_takes_them():
    listed = vectors("small_order_public_keys.json")
    forgery = listed["universal_forgery"]
    public, signature = bytes.fromhex(forgery["public_hex"]), bytes.fromhex(forgery["signature_hex"])
    Ed25519PublicKey.from_public_bytes(public).verify(signature, b"any message")
    for encoding in listed["reject_as_public_key_hex"]:
        with pytest.raises(LogFault, match="refused"):
            Verifier("k", bytes.fromhex(encoding))


@pytest.mark.parametrize("above", [0, 3, 18])
def test_a_key_that_is_not_canonical_is_refused(above):
    with pytest.raises(LogFault, match="not canonical"):
        Verifier("k", (2**255 - 19 + above).to_bytes(32, "little"))


def test_a_vkey_survives_the_round_trip_and_no_change_to_it():
    vkey = vectors("signed_notes.json")["keys"]["PeterNeumann"]["vkey"]
    assert Verifier.from_vkey(vkey).vkey == vkey
    broken = {vkey[:at] + vkey[at + 1 :] for at in range(len(vkey))}
    broken |= {vkey[:at] + chr(ord(vkey[at]) ^ 1) + vkey[at + 1 :] for at in range(len(vkey))}
    broken |= set(vectors("signed_notes.json")["bad_vkeys"]) | {"", "+", "a+b", vkey + "\n", " " + vkey}
    for text in broken:
        with pytest.raises(LogFault):
            Verifier.from_vkey(text)


@pytest.mark.parametrize("name", ["", "a b", "a+b", "a\u00a0b", "a\nb", "\x1b[0m"])
def test_a_name_that_is_no_key_name_is_refused(name):
    with pytest.raises(LogFault, match="key name"):
        SigningKey.generate(name)


def test_a_key_of_the_wrong_length_is_refused():
    with pytest.raises(LogFault, match="31 bytes"):
        Verifier("k", bytes(31))


def test_a_private_key_is_not_shown_and_does_not_travel():
    key = SigningKey.generate("k")
    assert key._private.private_bytes_raw().hex() not in repr(key)
    assert repr(key) == f"SigningKey({key.vkey})"
    with pytest.raises(TypeError, match="not copied"):
        pickle.dumps(key)
