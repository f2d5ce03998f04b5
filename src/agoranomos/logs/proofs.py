"""Inclusion and consistency proofs: RFC 6962, sections 2.1.1 and 2.1.2; verified as RFC 9162, 2.1.3.2 and 2.1.4.2.

Verification raises `LogFault`; it returns nothing that a caller could forget to read. A size of 0 is refused as the
first size of a consistency proof (a witness that starts from nothing handles that case itself).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from agoranomos.logs.faults import LogFault
from agoranomos.logs.merkle import HASH_BYTES, node_hash, root_of

MAX_SIZE = 2**63 - 1


SubtreeRoot = Callable[[int, int], bytes]
"""The root of the tree over leaves `first` .. `end - 1`."""


def prove_inclusion(root_over: SubtreeRoot, index: int, size: int) -> list[bytes]:
    """The hashes that lead from leaf `index` to the root of a tree of `size`, bottom first (RFC 6962, 2.1.1)."""
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} is not in a tree of {size}")
    path: list[bytes] = []
    first, end = 0, size
    while end - first > 1:
        split = first + _split(end - first)
        if index < split:
            path.append(root_over(split, end))
            end = split
        else:
            path.append(root_over(first, split))
            first = split
    return path[::-1]


def prove_consistency(root_over: SubtreeRoot, old: int, size: int) -> list[bytes]:
    """The hashes that show that the tree of `old` leaves is a prefix of the tree of `size` (RFC 6962, 2.1.2)."""
    if not 0 < old <= size:
        raise ValueError(f"no consistency proof from size {old} to {size}")
    path: list[bytes] = []
    first, end = 0, size
    while end != old:
        split = first + _split(end - first)
        if old <= split:
            path.append(root_over(split, end))
            end = split
        else:
            path.append(root_over(first, split))
            first = split
    if first:  # otherwise it is the old tree itself, whose root is known
        path.append(root_over(first, end))
    return path[::-1]


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The inclusion proof of leaf `index`, from all the leaf hashes."""
    return prove_inclusion(lambda first, end: root_of(leaves[first:end]), index, len(leaves))


def consistency_proof(leaves: Sequence[bytes], old: int) -> list[bytes]:
    """The consistency proof from the first `old` leaves to all of them, from all the leaf hashes."""
    return prove_consistency(lambda first, end: root_of(leaves[first:end]), old, len(leaves))


def _split(size: int) -> int:
    """The largest power of two below `size`."""
    return 1 << (size - 1).bit_length() - 1


def verify_inclusion(leaf: bytes, index: int, size: int, root: bytes, proof: Sequence[bytes]) -> None:
    """Raises `LogFault` unless `proof` leads from the leaf hash at `index` to `root` in a tree of `size`."""
    if not 0 <= index < size <= MAX_SIZE:
        raise _refused(f"index {index} is not in a tree of size {size}")
    _check_hashes((leaf, root, *proof))
    computed = leaf
    for sibling, is_left in _climb(index, size - 1, proof):
        computed = node_hash(sibling, computed) if is_left else node_hash(computed, sibling)
    if computed != root:
        raise _refused("the proof leads to another root")


def _climb(node: int, last: int, proof: Sequence[bytes]) -> Iterator[tuple[bytes, bool]]:
    """Each hash of a proof and whether it stands to the left; raises `LogFault` when there are too many or too few."""
    for sibling in proof:
        if last == 0:
            raise _refused("the proof is too long")
        is_left = bool(node & 1) or node == last
        yield sibling, is_left
        while is_left and node and not node & 1:
            node, last = node >> 1, last >> 1
        node, last = node >> 1, last >> 1
    if last != 0:
        raise _refused("the proof is too short")


def verify_consistency(first: int, second: int, first_root: bytes, second_root: bytes, proof: Sequence[bytes]) -> None:
    """Raises `LogFault` unless `proof` shows that the tree of size `first` is a prefix of that of size `second`."""
    if not 0 < first <= second <= MAX_SIZE:
        raise _refused(f"no consistency proof from size {first} to {second}")
    if first == second:
        if proof or first_root != second_root:
            raise _refused("two trees of one size are consistent only if their roots are equal and the proof is empty")
        return
    _check_hashes((first_root, second_root, *proof))
    path = list(proof)
    if first & (first - 1) == 0:  # the old tree is complete: its root is the first node and is left out of the proof
        path.insert(0, first_root)
    if not path:
        raise _refused("the proof is too short")
    node, last = first - 1, second - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    old = new = path[0]
    for sibling, is_left in _climb(node, last, path[1:]):
        old = node_hash(sibling, old) if is_left else old
        new = node_hash(sibling, new) if is_left else node_hash(new, sibling)
    if old != first_root or new != second_root:
        raise _refused("the proof leads to another root")


def _check_hashes(hashes: Sequence[bytes]) -> None:
    if any(len(value) != HASH_BYTES for value in hashes):
        raise _refused("a hash is not 32 bytes long")


def _refused(message: str) -> LogFault:
    return LogFault("tampered", message)
