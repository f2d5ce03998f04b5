"""What a file may not say, each with one clear error before anything runs, and what its runs draw."""

import pytest

from agoranomos.errors import UsageError
from agoranomos.scenarios import delegated_shopping_v0
from agoranomos.scenarios.delegated_shopping import DelegatedShoppingSpec


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"shops": 5}, "5 shops do not fill pages of 2"),
        ({"shops": 2, "assistants": 3}, "3 customers cannot be matched with 2 shops"),
        ({"offers": {"lowest": 9, "highest": 8}}, "prices from 9 to 8; the lowest comes first"),
        ({"kickbacks": {"pays": 5.0, "markup": 4.0}}, "`pays` is above `markup`"),
        ({"routes": {"report": ("auditor",)}}, "has to be given the report or the receipt"),
        ({"routes": {"report": ("assistant_1",)}}, "'assistant_1', who is no party"),
        ({"routes": {"reports": ("customer",)}}, "no round has an item 'reports'. Did you mean 'report'"),
        ({"statements": "written"}, "`written` ones cannot be coded"),
        ({"fabricated": {"rounds": 2}}, "there are no rounds to make up"),
        ({"padding": 0.0}, "padding: more than 0 was expected"),
        ({"order": "best"}, "order"),
    ],
)
def test_what_cannot_be_is_refused(keys, said):
    with pytest.raises(UsageError, match=said):
        delegated_shopping_v0.parallel_env(**keys)


def test_a_run_draws_its_shops_and_its_words():
    drawn = [DelegatedShoppingSpec().drawn(seed) for seed in range(60)]
    assert len({one.shop_seed for one in drawn}) == 60
    assert {one.wording for one in drawn} == set(range(5))
    assert drawn[7].drawn(8) == drawn[7]
