from __future__ import annotations

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agoranomos.errors import UsageError
from agoranomos.logs import LogFault
from agoranomos.logs.disclosure import COMMITMENT_DOMAIN, Opening, commit, derive, nonce_of

SECRET = bytes(range(32))


def test_a_commitment_is_the_hash_of_domain_nonce_and_content() -> None:
    opening = Opening(bytes(32), b"hello")
    assert COMMITMENT_DOMAIN == b"agoranomos/commitment/v1\0"
    assert opening.commitment == hashlib.sha256(b"agoranomos/commitment/v1\0" + bytes(32) + b"hello").digest()
    opening.check(opening.commitment)


def test_a_nonce_is_that_of_rfc_5869() -> None:
    """HKDF-SHA256 by hand: extract with a salt of zeros, one block of expand."""
    import hmac

    info = b"agoranomos/nonce/v1\0w/p/a/0\x005\0firm_1/0/prompt"
    pseudorandom_key = hmac.digest(bytes(32), SECRET, "sha256")
    assert nonce_of(SECRET, "w/p/a/0", 5, "firm_1/0/prompt") == hmac.digest(pseudorandom_key, info + b"\x01", "sha256")


def test_what_is_committed_to_once_is_committed_to_alike_again() -> None:
    """A promise to old logs: the owner can always make these bytes again."""
    opening = commit(SECRET, "w/p/a/0", 5, "firm_1/0/prompt", b"hello")
    assert opening.commitment.hex() == "9ce28802213e199fdc7b786687095566db0f6387220d2b8937d76b12113b9461"


places = st.tuples(
    st.binary(min_size=32, max_size=40), st.text(max_size=5), st.integers(0, 99), st.text(max_size=5), st.binary()
).filter(lambda place: "\0" not in place[1] + place[3])


@given(places, places)
@settings(max_examples=60, deadline=None)
def test_two_places_or_contents_or_secrets_never_give_one_commitment(one: tuple, other: tuple) -> None:
    assert (commit(*one).commitment == commit(*other).commitment) == (one == other)


@given(st.binary(max_size=50), st.integers(0, 255), st.data())
@settings(max_examples=60, deadline=None)
def test_whatever_is_changed_opens_nothing(content: bytes, bit: int, data: st.DataObject) -> None:
    opening = commit(SECRET, "w/p/a/0", 5, "f", content)
    flipped = bytearray(opening.nonce + content)
    at = data.draw(st.integers(0, len(flipped) - 1))
    flipped[at] ^= (bit or 1) & 0xFF
    with pytest.raises(LogFault, match=r"^nonce and content are not what was committed to$") as caught:
        Opening(bytes(flipped[:32]), bytes(flipped[32:])).check(opening.commitment)
    assert caught.value.kind == "tampered"


@pytest.mark.parametrize("length", [0, 31, 33, 37])
def test_bytes_cannot_pass_from_the_content_into_the_nonce(length: int) -> None:
    true = Opening(bytes(range(32)), b"hello")
    whole = true.nonce + true.content
    with pytest.raises(LogFault, match=rf"^a nonce has 32 bytes; this one has {length}$") as caught:
        Opening(whole[:length], whole[length:]).check(true.commitment)
    assert caught.value.kind == "tampered"


def test_weak_secrets_and_ambiguous_names_are_refused() -> None:
    with pytest.raises(UsageError, match="at least 32 bytes; this one has 31"):
        derive(SECRET[:31], b"d", "name")
    with pytest.raises(UsageError, match=r"^a name from which a key or nonce is derived holds no NUL$"):
        derive(SECRET, b"d", "a\0b")
