"""Trees that begin inside a log: at a size that was verified before, or at the border of a segment."""

from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agoranomos.logs.merkle import EMPTY_ROOT, CompactRange, root_of
from agoranomos.logs.segment_tree import TILE_ENTRIES, SegmentTree

LEAVES = [sha256(b"%d" % index).digest() for index in range(1200)]


@given(size=st.integers(0, 600), more=st.integers(0, 80))
@settings(max_examples=40)
def test_a_range_goes_on_from_its_subtrees(size, more):
    whole = CompactRange()
    whole.extend(LEAVES[:size])
    assert len(whole.subtrees) == size.bit_count()
    again = CompactRange(size, whole.subtrees)
    assert (again.size, again.root()) == (size, whole.root())
    for tree in (whole, again):
        tree.extend(LEAVES[size : size + more])
    assert again.root() == whole.root() == root_of(LEAVES[: size + more])
    assert again.subtrees == whole.subtrees


@pytest.mark.parametrize("subtrees", [(), (bytes(32),) * 3])
def test_a_range_has_as_many_subtrees_as_its_size_has_ones(subtrees):
    with pytest.raises(ValueError, match="5 leaves are covered by 2 subtrees"):
        CompactRange(5, subtrees)


@given(segments=st.integers(0, 9), tail=st.integers(1, 64))
@settings(max_examples=40)
def test_roots_of_whole_segments_and_a_tail_make_the_root_of_all(segments, tail):
    prefix = CompactRange()
    prefix.extend([root_of(LEAVES[at * 64 : at * 64 + 64]) for at in range(segments)])
    size = segments * 64 + tail
    assert prefix.root(root_of(LEAVES[segments * 64 : size])) == root_of(LEAVES[:size])
    assert prefix.root() == (root_of(LEAVES[: segments * 64]) if segments else EMPTY_ROOT)


@given(
    start=st.integers(0, 1000),
    dues=st.lists(st.integers(1, 1100), unique=True, max_size=8).map(sorted),
    cuts=st.lists(st.integers(1, 300), min_size=1, max_size=12),
)
@settings(max_examples=60)
def test_the_root_is_told_at_every_size_that_is_asked_for(start, dues, cuts):
    covered = CompactRange()
    covered.extend(LEAVES[:start])
    dues = [due for due in dues if due > start]
    tree = SegmentTree(dues, start, covered.subtrees)
    assert (tree.size, tree.root()) == (start, root_of(LEAVES[:start]))
    at = start
    for cut in cuts:
        tree.extend(LEAVES[at : at + cut])
        at = min(at + cut, len(LEAVES))
    assert tree.size == at
    assert tree.root() == root_of(LEAVES[:at])
    assert tree.asked == [root_of(LEAVES[:due]) for due in dues if due <= at]
    whole = CompactRange()
    whole.extend(LEAVES[:at])
    assert tree.subtrees == whole.subtrees
    first, end = start // TILE_ENTRIES, at // TILE_ENTRIES
    tiles = [root_of(LEAVES[n * TILE_ENTRIES : (n + 1) * TILE_ENTRIES]) for n in range(first, end)]
    assert tree.tile_roots == tiles
