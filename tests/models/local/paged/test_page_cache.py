from hypothesis import given, settings
from hypothesis import strategies as st

from agoranomos.models.local.paged.page_cache import PageCache
from agoranomos.models.local.paged.pages import SCRAP, Pages

SIZE = 3
prompts = st.lists(st.lists(st.integers(0, 1), max_size=14), min_size=1, max_size=30)


def test_the_scrap_page_is_never_handed_out():
    pages = Pages(8)
    taken = pages.take(7)
    assert sorted(taken) == [1, 2, 3, 4, 5, 6, 7]
    assert SCRAP not in taken
    assert pages.free == 0


def test_a_shared_page_is_free_when_the_last_holder_lets_go():
    pages = Pages(4)
    taken = pages.take(2)
    pages.share(taken)
    pages.release(taken)
    assert pages.free == 1
    pages.release(taken)
    assert pages.free == 3


def read(cache, pages, ids, contents):
    """What a row does: share what is known, take the rest, write, keep, let go."""
    known = cache.find(ids)
    pages.share(known)
    missing = -(-len(ids) // SIZE) - len(known)
    if pages.free < missing:
        cache.evict(missing - pages.free)
    if pages.free < missing:
        pages.release(known)
        return None
    row = [*known, *pages.take(missing)]
    for index in range(len(known), len(row)):
        contents[row[index]] = tuple(ids[index * SIZE : (index + 1) * SIZE])
    cache.keep(ids, row)
    return row


@settings(max_examples=200, deadline=None)
@given(prompts=prompts, count=st.integers(4, 20), limit=st.integers(0, 20), held=st.integers(0, 3))
def test_found_pages_hold_what_was_asked_for_and_none_is_lost(prompts, count, limit, held):
    pages = Pages(count)
    cache = PageCache(pages, SIZE, limit)
    contents, rows = {}, []
    for ids in prompts:
        found = cache.find(ids)
        assert [contents[page] for page in found] == [
            tuple(ids[start : start + SIZE]) for start in range(0, len(found) * SIZE, SIZE)
        ]
        row = read(cache, pages, ids, contents)
        if row is not None:
            rows.append(row)
        while len(rows) > held:
            pages.release(rows.pop(0))
        assert cache.count <= limit
        distinct = {page for row in rows for page in row}
        assert count - 1 - pages.free <= len(distinct) + cache.count
    for row in rows:
        pages.release(row)
    assert pages.free + cache.count == count - 1
    cache.evict(count)
    # What the last call used may stay; a call later nothing does.
    cache.find([])
    cache.evict(count)
    assert pages.free == count - 1


def test_the_least_recently_used_goes_first_and_what_rows_hold_stays():
    pages = Pages(10)
    cache = PageCache(pages, SIZE, 10)
    contents = {}
    held = read(cache, pages, [1] * 6, contents)
    for first in (2, 3):
        row = read(cache, pages, [first] * 6, contents)
        pages.release(row)
    cache.find([2] * 6)
    assert cache.evict(2) == 2
    assert (len(cache.find([1] * 6)), len(cache.find([2] * 6)), len(cache.find([3] * 6))) == (2, 2, 0)
    cache.find([])
    assert cache.evict(10) == 2
    assert cache.find([1] * 6) == held


def test_a_page_that_is_not_full_is_not_kept():
    pages = Pages(10)
    cache = PageCache(pages, SIZE, 10)
    cache.keep([1, 2, 3, 4, 5], pages.take(2))
    assert len(cache.find([1, 2, 3, 4, 5, 6])) == 1


def test_a_limit_of_zero_keeps_nothing():
    pages = Pages(10)
    cache = PageCache(pages, SIZE, 0)
    row = pages.take(2)
    cache.keep([1] * 6, row)
    pages.release(row)
    assert pages.free == 9
