import base64

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agoranomos.logs import LogFault
from agoranomos.logs.merkle import leaf_hash, leaf_hashes, root_of
from agoranomos.logs.proofs import consistency_proof, inclusion_proof, verify_consistency, verify_inclusion
from logs.building import vectors

decode = base64.b64decode


def test_t11_all_published_proofs_are_here():
    assert [len(vectors(f"{name}.json")["cases"]) for name in ("inclusion", "consistency")] == [98, 98]


@pytest.mark.parametrize("case", vectors("inclusion.json")["cases"], ids=lambda case: case["_case"])
def test_published_inclusion_proofs(case):
    proof = [decode(value) for value in case["proof"] or ()]
    arguments = decode(case["leafHash"]), case["leafIdx"], case["treeSize"], decode(case["root"]), proof
    if case["wantErr"]:
        with pytest.raises(LogFault):
            verify_inclusion(*arguments)
    else:
        verify_inclusion(*arguments)


@pytest.mark.parametrize("case", vectors("consistency.json")["cases"], ids=lambda case: case["_case"])
def test_published_consistency_proofs(case):
    proof = [decode(value) for value in case["proof"] or ()]
    arguments = case["size1"], case["size2"], decode(case["root1"]), decode(case["root2"]), proof
    if case["wantErr"]:
        with pytest.raises(LogFault):
            verify_consistency(*arguments)
    else:
        verify_consistency(*arguments)


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_proofs_made_here_hold_and_every_change_to_them_fails(data):
    size = data.draw(st.integers(1, 70))
    leaves = leaf_hashes([b"%d" % index for index in range(size)])
    index, first = data.draw(st.integers(0, size - 1)), data.draw(st.integers(1, size))
    inclusion, consistency = inclusion_proof(leaves, index), consistency_proof(leaves, first)
    verify_inclusion(leaves[index], index, size, root_of(leaves), inclusion)
    verify_consistency(first, size, root_of(leaves[:first]), root_of(leaves), consistency)

    def changed(proof):
        yield [*proof, leaves[0]]
        for place in range(len(proof)):
            yield proof[:place] + proof[place + 1 :]
            yield [*proof[:place], leaf_hash(b"no"), *proof[place + 1 :]]
            yield [*proof[:place], proof[place][:31], *proof[place + 1 :]]
        for place in range(len(proof) - 1):
            yield [*proof[:place], proof[place + 1], proof[place], *proof[place + 2 :]]

    for proof in changed(inclusion):
        with pytest.raises(LogFault):
            verify_inclusion(leaves[index], index, size, root_of(leaves), proof)
    for proof in changed(consistency):
        with pytest.raises(LogFault):
            verify_consistency(first, size, root_of(leaves[:first]), root_of(leaves), proof)


@pytest.mark.parametrize("second", range(1, 18))
def test_a_tree_that_is_no_prefix_is_refused_whatever_its_size(second):
    """The proof leads to the true root of the larger tree, and still not to another root of the smaller one."""
    leaves = leaf_hashes([b"%d" % index for index in range(second)])
    root, other = root_of(leaves), leaf_hash(b"no")
    for first in range(1, second + 1):
        before, proof = root_of(leaves[:first]), consistency_proof(leaves, first)
        verify_consistency(first, second, before, root, proof)
        for bad in ((other, root), (before, other), (before[:31], root), (before, root[:31]), (before + b"\0", root)):
            with pytest.raises(LogFault) as caught:
                verify_consistency(first, second, *bad, proof)
            assert caught.value.kind == "tampered"


@pytest.mark.parametrize(("index", "size"), [(-1, 1), (1, 1), (0, 0), (0, 2**63), (2**63, 2**63 + 1)])
def test_an_index_outside_the_tree_is_refused(index, size):
    with pytest.raises(LogFault, match="is not in a tree"):
        verify_inclusion(leaf_hash(b""), index, size, leaf_hash(b""), [])


@pytest.mark.parametrize(("first", "second"), [(0, 0), (0, 1), (2, 1), (1, 2**63)])
def test_sizes_without_a_consistency_proof_are_refused(first, second):
    with pytest.raises(LogFault, match="no consistency proof"):
        verify_consistency(first, second, leaf_hash(b""), leaf_hash(b""), [])


def test_no_proof_is_made_for_what_is_not_in_the_tree():
    for index in (-1, 1):
        with pytest.raises(ValueError, match=f"leaf {index} is not in a tree of 1"):
            inclusion_proof(leaf_hashes([b"a"]), index)
    with pytest.raises(ValueError, match="from size 0"):
        consistency_proof(leaf_hashes([b"a"]), 0)


def test_a_million_hashes_are_refused_at_the_first_too_many():
    with pytest.raises(LogFault, match="too long"):
        verify_inclusion(leaf_hash(b""), 0, 1, leaf_hash(b""), [leaf_hash(b"")] * 1_000_000)
