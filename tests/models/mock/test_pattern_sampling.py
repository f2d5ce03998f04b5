"""Texts drawn from a pattern match it, and all of them are drawn."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agoranomos.errors import UsageError
from agoranomos.markets.decimal_pattern import decimal_pattern
from agoranomos.models.mock.pattern_sampling import _texts, sample_text


@given(st.integers(-3000, 3000), st.integers(0, 3000), st.integers(1, 3), st.randoms(use_true_random=False))
def test_numbers_within_bounds_match_their_pattern(least, width, places, chance):
    low, high = least / 100, (least + width) / 100
    pattern = decimal_pattern(low, high, max(places, 2))
    text = sample_text(pattern, chance.randrange)
    assert re.fullmatch(pattern, text)
    assert low <= float(text) <= high


@pytest.mark.parametrize(
    ("pattern", "texts"),
    [
        ("^a(b|c)?$", {"a", "ab", "ac"}),
        (r"^[0-1]{1,2}\.$", {"0.", "1.", "00.", "01.", "10.", "11."}),
        (r"^[\]a-]x{2}$", {"]xx", "axx", "-xx"}),
        ("^(|z)$", {"", "z"}),
    ],
)
def test_every_text_is_one_number(pattern, texts):
    found = _texts(pattern)
    assert sorted(found.text(number) for number in range(found.size)) == sorted(texts)
    assert all(re.fullmatch(pattern, text) for text in texts)


@pytest.mark.parametrize(
    "pattern", ["^a*$", "^.+$", r"^\d$", "^[^a]$", "^(a$", "^a)$", "^a{x}$", "^[a$", "^a{1$", "^?$"]
)
def test_what_the_subset_lacks_is_refused(pattern):
    with pytest.raises(UsageError, match="no text that matches the pattern"):
        sample_text(pattern, lambda limit: 0)
