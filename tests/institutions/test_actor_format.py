"""Actors' signatures, verified by what docs/log-format.md says and nothing of this package: json, hashlib, Ed25519."""

from __future__ import annotations

import base64
import json
from hashlib import sha256
from typing import Any

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from institutions.test_actor_check import GOVERNED, KEYS, RUN, SECRET, signed_run

TYPE = b"application/vnd.agoranomos.record.v1+json"


def root(leaves: list[bytes]) -> bytes:
    """RFC 6962, section 2.1, as it is written there."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sha256(b"\x01" + root(leaves[:k]) + root(leaves[k:])).digest()


def canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def claims(entries: list[dict[str, Any]], leaves: list[bytes], opened: dict[str, Any]) -> list[tuple[str, Any]]:
    body, others = entries[0]["body"], [leaf.hex() for leaf in leaves[1:]]
    found: list[tuple[str, Any]] = []
    if entries[0]["kind"] == "opened":
        found.append(("publisher", {"leaf": leaves[0].hex(), "what": "publication"}))
    else:
        for name, action in zip(opened["facts"]["agents"], body["actions"], strict=True):
            accounts = [one for one in body.get("decisions", []) if one["agent"] == name]
            found.append((f"agent:{name}", {"accounts": accounts, "action": action, "what": "decision"}))
        parts = {name: body.get(name, []) for name in ("cases", "draws", "projected")}
        found.append(("oracle", {**parts, "measures": body["measures"], "what": "evidence"}))
    if opened["institution"] is not None:
        standings = body.get("standings", []) if entries[0]["kind"] == "round" else []
        found.append(("controller", {"leaves": others, "standings": standings, "what": "judgement"}))
    return found


def verify(lines: list[bytes], keys: dict[str, bytes]) -> int:
    leaves = [sha256(b"\x00" + line).digest() for line in lines]
    entries = [json.loads(line) for line in lines]
    opened, start, count = entries[0]["body"], 0, 0
    for index, entry in enumerate(entries):
        if entry["kind"] != "attested":
            continue
        seen = {"root": root(leaves[:start]).hex(), "size": start}
        assert entry["body"]["seen"] == seen
        expected = claims(entries[start:index], leaves[start:index], opened)
        assert [one["actor"] for one in entry["body"]["signatures"]] == [actor for actor, _ in expected]
        for given, (actor, claim) in zip(entry["body"]["signatures"], expected, strict=True):
            kid = sha256(keys[actor]).hexdigest()
            assert given["kid"] == kid
            number = entry["round"]
            statement = canonical(
                {"actor": actor, "claim": claim, "kid": kid, "round": number, "run": RUN, "seen": seen}
            )
            signed = b"DSSEv1 %d %b %d %b" % (len(TYPE), TYPE, len(statement), statement)
            Ed25519PublicKey.from_public_bytes(keys[actor]).verify(base64.b64decode(given["signature"]), signed)
            count += 1
        start = index + 1
    return count


def hkdf(secret: bytes, info: str) -> bytes:
    return HKDF(algorithm=SHA256(), length=32, salt=None, info=info.encode()).derive(secret)


@pytest.mark.parametrize("governed", [True, False])
def test_a_signed_run_verifies_by_the_page_alone(governed: bool) -> None:
    keys = {actor: key.public for actor, key in KEYS.items()}
    assert verify(GOVERNED if governed else signed_run(governed=False), keys) == (50 if governed else 37)
    changed = [line.replace(b'"reply":"reply 3"', b'"reply":"reply 4"') for line in GOVERNED]
    with pytest.raises((InvalidSignature, AssertionError)):
        verify(changed, keys)


def test_the_keys_are_derived_as_the_page_says() -> None:
    seed = hkdf(SECRET, f"agoranomos/actors-of-a-run/v1\0{RUN}")
    for actor, key in KEYS.items():
        private = Ed25519PrivateKey.from_private_bytes(hkdf(seed, f"agoranomos/actor/v1\0{actor}"))
        assert private.public_key().public_bytes_raw() == key.public
        assert key.name == f"{RUN}/{actor}"
