import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agoranomos.models.local.prefix_cache import PrefixCache, common_length

torch = pytest.importorskip("torch")

BYTES = 2 * 4  # of one token: one layer, keys and values, one head, one number, float32


def states_of(ids):
    """Keys and values that name their own token and the ones before it, so that a wrong copy shows."""
    running, numbers = 0, []
    for token in ids:
        running = (running * 31 + token + 1) % 9973
        numbers.append(float(running))
    return torch.tensor(numbers).reshape(1, 1, 1, -1, 1).expand(1, 2, 1, -1, 1).clone()


prompts = st.lists(st.lists(st.integers(0, 2), min_size=1, max_size=12), min_size=1, max_size=12)


@settings(max_examples=200, deadline=None)
@given(prompts=prompts, asked=st.lists(st.integers(0, 2), max_size=14))
def test_the_longest_known_prefix_is_found_and_copied(prompts, asked):
    cache = PrefixCache(1 << 20)
    for ids in prompts:
        cache.insert(ids, states_of(ids))
    expected = max(common_length(ids, asked) for ids in prompts)
    assert cache.match(asked) == expected
    target = torch.zeros((1, 2, 1, max(len(asked), 1), 1))
    assert cache.copy_into(target, asked) == expected
    assert torch.equal(target[..., :expected, :], states_of(asked)[..., :expected, :])


@settings(max_examples=200, deadline=None)
@given(prompts=prompts, limit=st.integers(1, 40))
def test_it_keeps_within_its_limit_and_counts_what_it_holds(prompts, limit):
    cache = PrefixCache(limit * BYTES)
    for ids in prompts:
        cache.insert(ids, states_of(ids))
        assert cache.size <= limit * BYTES
        found = cache.match(ids)
        target = torch.zeros((1, 2, 1, len(ids), 1))
        assert cache.copy_into(target, ids) == found
        assert torch.equal(target[..., :found, :], states_of(ids)[..., :found, :])


def test_the_least_recently_used_goes_first():
    cache = PrefixCache(4 * BYTES)
    cache.insert([1, 1], states_of([1, 1]))
    cache.insert([2, 2], states_of([2, 2]))
    cache.copy_into(torch.zeros((1, 2, 1, 2, 1)), [1, 1])
    cache.insert([3, 3], states_of([3, 3]))
    assert [cache.match([n, n]) for n in (1, 2, 3)] == [2, 0, 2]


def test_what_is_shared_is_held_once():
    cache = PrefixCache(1 << 20)
    cache.insert([1, 2, 3, 4], states_of([1, 2, 3, 4]))
    cache.insert([1, 2, 3, 5], states_of([1, 2, 3, 5]))
    cache.insert([1, 2], states_of([1, 2]))
    assert cache.size == 5 * BYTES


def test_without_room_nothing_is_kept():
    cache = PrefixCache(0)
    cache.insert([1, 2], states_of([1, 2]))
    assert (cache.match([1, 2]), cache.size) == (0, 0)


def test_a_history_of_thousands_of_rounds_can_be_forgotten():
    cache, ids = PrefixCache(1100 * BYTES), []
    for token in range(1200):
        ids.append(token % 7)
        cache.insert(ids, torch.zeros((1, 2, 1, len(ids), 1)))
    assert cache.size <= 1100 * BYTES
