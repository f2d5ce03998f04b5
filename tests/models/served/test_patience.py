"""How long is waited before a call is tried again."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agoranomos.models.served.patience import FIRST_WAIT, LONGEST_WAIT, asked_wait, backoff


@given(st.integers(0, 100_000), st.floats(min_value=0, max_value=1, exclude_max=True))
def test_waits_grow_within_their_bounds(attempt, jitter):
    wait = backoff(attempt, jitter)
    assert FIRST_WAIT / 2 <= wait <= LONGEST_WAIT
    assert backoff(attempt + 1, jitter) >= wait


def test_waits_double_and_jitter_halves_at_most():
    assert [backoff(attempt, 0.0) for attempt in range(3)] == [0.25, 0.5, 1.0]
    assert backoff(1, 0.5) == 0.75


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7.0),
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after-ms": "250", "retry-after": "7"}, 0.25),
        ({"retry-after": "Sun, 06 Nov 1994 08:49:37 GMT"}, 60.0),
        ({"retry-after": "Sun, 06 Nov 1994 08:00:00 GMT"}, 0.0),
        ({"retry-after": "Sun, 06 Nov 1994 08:49:37"}, 60.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-3"}, None),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "Sun, 99999999999999999999 Nov 1994 08:49:37 GMT"}, None),
        ({"retry-after": "Sun, 06 Nov 1994 08:49:37 +99999999999999"}, None),
    ],
)
def test_what_a_server_asks_for_is_read(headers, seconds):
    # RFC 9110, section 5.6.7, has this date; 784111777 in seconds since 1970.
    assert asked_wait(headers, 784111777.0 - 60.0) == seconds
