from __future__ import annotations

import base64
import json
import pickle
from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import given
from hypothesis import strategies as st

from agoranomos.logs import LogFault, SigningKey, Verifier
from agoranomos.logs.actor_keys import ActorKey, run_secret
from agoranomos.logs.actors import RECORD_TYPE, check_one_role_each, key_digest, signed_bytes, verify_record
from agoranomos.logs.dsse import pre_authentication_encoding
from agoranomos.logs.signing import sign_note

VECTORS = Path(__file__).parent / "vectors"
SECRET = bytes(range(32))
RUN = "w/p/a/0"


def key(actor: str = "oracle", run: str = RUN) -> ActorKey:
    return ActorKey(run_secret(SECRET, run), run, actor)


def test_the_encoding_is_that_of_the_protocol_s_example_whose_signature_fits() -> None:
    vector = json.loads((VECTORS / "dsse_protocol_vector.json").read_text())
    encoded = pre_authentication_encoding(vector["payloadType"], vector["payload"].encode())
    assert encoded == vector["pae"].encode()
    numbers = ec.EllipticCurvePublicNumbers(int(vector["ecdsa_p256_x"]), int(vector["ecdsa_p256_y"]), ec.SECP256R1())
    raw = base64.b64decode(vector["sig_b64_r_concat_s"])
    signature = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    numbers.public_key().verify(signature, encoded, ec.ECDSA(SHA256()))


@given(st.text(max_size=9), st.binary(max_size=9), st.text(max_size=9), st.binary(max_size=9))
def test_no_two_payloads_are_encoded_alike(kind: str, payload: bytes, other_kind: str, other: bytes) -> None:
    same = pre_authentication_encoding(kind, payload) == pre_authentication_encoding(other_kind, other)
    assert same == ((kind, payload) == (other_kind, other))


def test_a_signature_fits_its_record_and_no_other() -> None:
    oracle = key()
    signature = oracle.sign(b"{}")
    verify_record(oracle.verifier, b"{}", signature)
    assert oracle.sign(b"{}") == signature
    for payload, signed, by in (
        (b"{ }", signature, oracle),
        (b"{}", signature[:-1] + bytes([signature[-1] ^ 1]), oracle),
        (b"{}", signature, key("controller")),
        (b"{}", b"", oracle),
    ):
        with pytest.raises(LogFault, match=f"the signature of {by.verifier.name} does not fit") as caught:
            verify_record(by.verifier, payload, signed)
        assert caught.value.kind == "tampered"


def test_a_signature_over_bare_bytes_or_another_type_or_a_note_is_none_over_a_record() -> None:
    """T9: signatures of one kind never pass for another."""
    oracle = key()
    private = oracle._private
    for signed in (b"{}", pre_authentication_encoding("application/json", b"{}"), RECORD_TYPE.encode() + b"{}"):
        with pytest.raises(LogFault):
            verify_record(oracle.verifier, b"{}", private.sign(signed))
    signer = SigningKey("w/p/a/0", private)
    note = sign_note("w/p/a/0\n1\nAAAA\n", signer)
    signature = base64.b64decode(note.rsplit(b" ", 1)[1])[4:]
    with pytest.raises(LogFault):
        verify_record(oracle.verifier, b"w/p/a/0\n1\nAAAA\n", signature)
    assert signed_bytes(b"{}").startswith(b"DSSEv1 ")


def test_every_actor_of_every_run_has_a_key_of_its_own() -> None:
    keys = {key(actor, run).verifier.public for run in (RUN, "w/p/a/1", "w/p/b/0", "v/p/a/0") for actor in "xyz"}
    assert len(keys) == 12
    assert key().verifier == key().verifier
    assert key().verifier.name == "w/p/a/0/oracle"
    assert run_secret(SECRET, "a") != run_secret(SECRET, "b")


def test_a_key_digest_is_over_the_raw_public_key() -> None:
    verifier = key().verifier
    assert key_digest(verifier) == sha256(verifier.public).hexdigest()
    assert len(verifier.public) == 32


def test_one_key_under_two_names_is_refused() -> None:
    oracle = key().verifier
    check_one_role_each({"oracle": oracle, "controller": key("controller").verifier})
    with pytest.raises(
        LogFault, match=r"^oracle and controller have one and the same key; a key has one holder$"
    ) as caught:
        check_one_role_each({"oracle": oracle, "controller": Verifier("w/p/a/0/controller", oracle.public)})
    assert caught.value.kind == "tampered"


def test_an_actor_s_key_shows_nothing_and_is_not_copied() -> None:
    oracle = key()
    assert repr(oracle) == f"ActorKey({oracle.verifier.vkey})"
    with pytest.raises(TypeError, match="not copied"):
        pickle.dumps(oracle)
