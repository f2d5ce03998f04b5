"""Proofs from kept hashes: against the recursive text of RFC 6962, and whatever of the files is missing."""

from __future__ import annotations

import random
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agoranomos.logs import LogFault
from agoranomos.logs.export import TileWriter
from agoranomos.logs.hashes import KeptHashes, TileHashes, TreeHashes
from agoranomos.logs.merkle import leaf_hashes, root_of
from agoranomos.logs.proofs import verify_consistency, verify_inclusion
from agoranomos.logs.tiles import tile_path
from logs.building import entries, make_log


def mth(d: list[bytes]) -> bytes:
    """MTH of RFC 6962, section 2.1; with PATH and SUBPROOF below, as the text reads."""
    if len(d) < 2:
        return sha256(b"\x00" + d[0]).digest() if d else sha256().digest()
    k = largest_power_of_two_below(len(d))
    return sha256(b"\x01" + mth(d[:k]) + mth(d[k:])).digest()


def path(m: int, d: list[bytes]) -> list[bytes]:
    if len(d) == 1:
        return []
    k = largest_power_of_two_below(len(d))
    return [*path(m, d[:k]), mth(d[k:])] if m < k else [*path(m - k, d[k:]), mth(d[:k])]


def subproof(m: int, d: list[bytes], b: bool) -> list[bytes]:
    if m == len(d):
        return [] if b else [mth(d)]
    k = largest_power_of_two_below(len(d))
    return [*subproof(m, d[:k], b), mth(d[k:])] if m <= k else [*subproof(m - k, d[k:], False), mth(d[:k])]


def largest_power_of_two_below(n: int) -> int:
    k = 1
    while 2 * k < n:
        k *= 2
    return k


class Leaves(TreeHashes):
    """A tree of which some levels are kept, in memory."""

    def __init__(self, given: list[bytes], levels: int) -> None:
        super().__init__(len(given))
        self.given, self.levels, self.asked = given, levels, 0

    def kept(self, level, number, width):
        self.asked += 1
        if level >= self.levels:
            return b""
        wide = 256**level
        first = number * 256
        roots = [root_of(leaf_hashes(self.given[at * wide : (at + 1) * wide])) for at in range(first, first + width)]
        return b"".join(roots)

    def leaves(self, number, width):
        return leaf_hashes(self.given[number * 256 : number * 256 + width])


def differ(size: int, choose: random.Random, levels: int) -> None:
    """One random log and its proofs, from kept hashes and from the text of the RFC."""
    given = [choose.randbytes(choose.randrange(6)) for _ in range(size)]
    tree = Leaves(given, levels)
    assert tree.root() == mth(given)
    index = choose.randrange(size)
    proof = tree.inclusion_proof(index)
    assert proof == path(index, given)
    verify_inclusion(leaf_hashes([given[index]])[0], index, size, mth(given), proof)
    old = choose.randrange(1, size + 1)
    consistency = tree.consistency_proof(old)
    assert consistency == subproof(old, given, True)
    verify_consistency(old, size, mth(given[:old]), mth(given), consistency)
    # The same from the larger tree's hashes, for the tree that it was.
    assert tree.root(0, old) == mth(given[:old])
    past = choose.randrange(old)
    assert tree.inclusion_proof(past, old) == path(past, given[:old])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(1, 700), st.randoms(use_true_random=False), st.integers(0, 3))
def test_t20_random_logs_and_proofs_are_those_of_the_text(size, choose, levels):
    differ(size, choose, levels)


@pytest.mark.long
def test_t20_ten_thousand_random_logs():
    choose = random.Random(20)
    for _ in range(10_000):
        differ(choose.randrange(1, 300), choose, choose.randrange(3))


@pytest.mark.parametrize("size", [1, 255, 256, 257, 65_535, 65_536, 65_537])
def test_logs_whose_sizes_are_borders(size):
    given = [b"%d" % index for index in range(size)]
    tree = Leaves(given, 0)
    leaves = leaf_hashes(given)
    root = root_of(leaves)
    assert tree.root() == root
    for index in sorted({0, size // 2, size - 1}):
        verify_inclusion(leaves[index], index, size, root, tree.inclusion_proof(index))
    for old in sorted({1, (size + 1) // 2, max(1, size - 1), size}):
        verify_consistency(old, size, root_of(leaves[:old]), root, tree.consistency_proof(old))


def test_a_proof_reads_a_tile_of_each_level_and_those_at_the_edge():
    tree = Leaves([b"%d" % index for index in range(70_000)], 3)
    tree.inclusion_proof(1234)
    assert tree.asked <= 6
    tree.inclusion_proof(1235)  # its tiles are at hand
    assert tree.asked <= 6


def test_what_is_not_in_the_tree():
    tree = Leaves([b"a", b"b"], 1)
    for call in (lambda: tree.inclusion_proof(2), lambda: tree.inclusion_proof(-1), lambda: tree.inclusion_proof(1, 1)):
        with pytest.raises(ValueError, match="is not in a tree"):
            call()
    for size in (0, 3, -1):
        with pytest.raises(ValueError, match="no consistency proof"):
            tree.consistency_proof(size)
    for first, end in ((0, 3), (2, 1), (-1, 1)):
        with pytest.raises(ValueError, match="are not in a tree of 2"):
            tree.root(first, end)
    assert tree.root(1, 1) == sha256().digest()


def test_many_tiles_do_not_stay_in_memory():
    tree = Leaves([b"%d" % index for index in range(256 * 80)], 1)
    for number in range(80):
        tree.subtree(0, number * 256)
    assert len(tree._tiles) <= 64


KEPT = ("leaves/000000000000.sha256", "leaves/000000065536.sha256", "hashes/1.sha256", "hashes/2.sha256")


@pytest.fixture(scope="module")
def log(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("kept") / "log"
    make_log(folder, (65_536, 300))
    return folder


@pytest.mark.parametrize("gone", [(), *((name,) for name in KEPT), KEPT[:2], KEPT])
def test_files_that_are_missing_or_cut_are_made_up_for(log, gone):
    size = 65_836
    root = root_of(leaf_hashes(entries(size)))
    held = {name: (log / name).read_bytes() for name in gone if (log / name).exists()}
    try:
        for cut in (0, 32 * 7 + 5):
            for name, data in held.items():
                (log / name).write_bytes(data[:cut])
            tree = KeptHashes(log, size)
            assert tree.root() == root
            assert root_of([tree.subtree(16, 0), tree.root(65_536, size)]) == root
            verify_inclusion(leaf_hashes(entries(1, 65_800))[0], 65_800, size, root, tree.inclusion_proof(65_800))
        for name in held:
            (log / name).unlink()
        assert KeptHashes(log, size).root() == root
    finally:
        for name, data in held.items():
            (log / name).write_bytes(data)


def test_entries_that_are_missing_too(tmp_path):
    make_log(tmp_path / "log", (10,))
    (tmp_path / "log/leaves/000000000000.sha256").unlink()
    with pytest.raises(LogFault, match="entry 10 is missing") as caught:
        KeptHashes(tmp_path / "log", 11).root()
    assert (caught.value.kind, caught.value.entry) == ("damaged", 10)
    (tmp_path / "log/entries/000000000000.jsonl").unlink()
    with pytest.raises(LogFault, match="is missing"):
        KeptHashes(tmp_path / "log", 10).root()


def test_tiles_that_are_missing_are_made_up_for_from_bundles(tmp_path):
    given = [b"%d" % index for index in range(600)]
    writer = TileWriter(tmp_path)
    writer.append(given)
    root = writer.finish()
    assert TileHashes(tmp_path, 600).root() == root
    (tmp_path / tile_path(1, 0, 2)).unlink()
    (tmp_path / tile_path(0, 1)).unlink()
    (tmp_path / tile_path(0, 2, 88)).write_bytes(b"short")
    tree = TileHashes(tmp_path, 600)
    assert (tree.root(), tree.inclusion_proof(599)) == (root, path(599, given))
    (tmp_path / tile_path("entries", 1)).unlink()
    with pytest.raises(LogFault, match="tile/entries/001 is missing") as caught:
        TileHashes(tmp_path, 600).root()
    assert caught.value.entry == 256


def test_it_closes_what_it_opens(log):
    before = len(list(Path("/proc/self/fd").iterdir()))
    KeptHashes(log, 65_836).inclusion_proof(3)
    assert len(list(Path("/proc/self/fd").iterdir())) == before
