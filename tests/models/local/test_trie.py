import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agoranomos.errors import UsageError
from agoranomos.models.local.trie import END, OptionTrie

SEQUENCES = st.sets(st.lists(st.integers(0, 3), min_size=1, max_size=4).map(tuple), min_size=1, max_size=12).map(sorted)


def test_a_text_that_another_continues_parts_from_it_where_it_ends():
    trie = OptionTrie([(7, 1), (7, 1, 2), (7, 3)])
    assert [(branch.path, branch.following) for branch in trie.branches] == [((7,), (1, 3)), ((7, 1), (END, 2))]
    assert trie.common == (7,)


def test_log_probabilities_are_sums_along_the_way():
    trie = OptionTrie([(7, 1), (7, 1, 2), (7, 3)])
    half, third, rest = math.log(0.5), math.log(1 / 3), math.log(2 / 3)
    assert trie.log_probabilities([[half, half], [third, rest]]) == (half + third, half + rest, half)


def test_a_single_text_needs_no_model():
    trie = OptionTrie([(1, 2, 3)])
    assert trie.branches == ()
    assert trie.common == (1, 2, 3)
    assert trie.log_probabilities([]) == (0.0,)


@pytest.mark.parametrize("sequences", [[], [()], [(1,), ()], [(1, 2), (1, 2)]])
def test_texts_that_a_model_cannot_tell_apart_are_refused(sequences):
    with pytest.raises(UsageError):
        OptionTrie(sequences)


@given(SEQUENCES, st.data())
def test_whatever_the_conditionals_are_the_probabilities_sum_to_one(sequences, data):
    trie = OptionTrie(sequences)
    conditionals = []
    for branch in trie.branches:
        weights = data.draw(
            st.lists(st.floats(0.01, 1), min_size=len(branch.following), max_size=len(branch.following))
        )
        conditionals.append([math.log(weight / math.fsum(weights)) for weight in weights])
    assert math.isclose(math.fsum(math.exp(log) for log in trie.log_probabilities(conditionals)), 1)


@given(SEQUENCES)
def test_a_branch_is_asked_for_only_where_texts_part(sequences):
    trie = OptionTrie(sequences)
    for branch in trie.branches:
        assert len(branch.following) > 1
        assert any(sequence[: len(branch.path)] == branch.path for sequence in sequences)
    assert sum(len(branch.following) - 1 for branch in trie.branches) == len(sequences) - 1
