from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agoranomos.logs.checkpoint import parse_checkpoint
from agoranomos.logs.merkle import EMPTY_ROOT, CompactRange, leaf_hash, leaf_hashes, node_hash, root_of
from agoranomos.logs.note import parse_note
from logs.building import VECTORS, vectors

REFERENCE = vectors("reference_tree.json")
INPUTS = [bytes.fromhex(text) for text in REFERENCE["leaf_inputs_hex"]]


def textbook_root(entries):
    """MTH of RFC 6962, section 2.1, as its text reads."""
    n = len(entries)
    if n == 0:
        return sha256().digest()
    if n == 1:
        return sha256(b"\x00" + entries[0]).digest()
    k = 1
    while 2 * k < n:
        k *= 2
    return sha256(b"\x01" + textbook_root(entries[:k]) + textbook_root(entries[k:])).digest()


def test_the_reference_tree():
    level = leaf_hashes(INPUTS)
    for expected in REFERENCE["node_hashes_hex_by_level"]:
        assert [value.hex() for value in level[: len(expected)]] == expected
        level = [node_hash(left, right) for left, right in zip(level[::2], level[1::2], strict=False)]
    for size, expected in enumerate(REFERENCE["root_hashes_hex_by_size"]):
        assert root_of(leaf_hashes(INPUTS[:size])).hex() == expected


@settings(max_examples=60, deadline=None)
@given(st.lists(st.binary(max_size=5), max_size=80), st.lists(st.integers(0, 80), max_size=6))
def test_any_cut_of_any_list_gives_the_root_of_the_rfc(entries, cuts):
    tree = CompactRange()
    leaves = leaf_hashes(entries)
    for cut in [*sorted(cuts), len(entries)]:
        tree.extend(leaves[tree.size : cut])
        assert tree.root() == textbook_root(entries[: tree.size])
    assert tree.size == len(entries)


def test_an_entry_cannot_pass_for_a_node():
    left, right = leaf_hash(b"l"), leaf_hash(b"r")
    assert leaf_hash(left + right) != node_hash(left, right)
    assert leaf_hash(b"") != EMPTY_ROOT


@pytest.mark.parametrize("size", [3, 8, 15])
def test_the_hash_tiles_of_another_log(size):
    entries = [text.encode() for text in vectors("tessera_15/meta.json")["entries"]]
    assert b"".join(leaf_hashes(entries[:size])) == (VECTORS / f"tessera_15/leaves/{size}").read_bytes()


def test_the_root_of_a_mirrored_log():
    tiles = b"".join((VECTORS / "sunlight_300/tile" / name).read_bytes() for name in ("000", "001.44"))
    checkpoint = parse_checkpoint(parse_note((VECTORS / "sunlight_300/checkpoint").read_bytes()).text)
    assert checkpoint.size == 300
    assert root_of([tiles[at : at + 32] for at in range(0, len(tiles), 32)]) == checkpoint.root


def test_the_hash_of_one_leaf_is_the_one_that_it_has_among_many():
    for entry in INPUTS:
        assert [leaf_hash(entry)] == leaf_hashes([entry])
