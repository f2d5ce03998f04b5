import pytest

from agoranomos.markets.facts import to_e6


def test_millionths_round_half_to_even():
    assert [to_e6(v) for v in (1.0, 0.0000005, 0.0000015, -0.25)] == [1_000_000, 0, 2, -250_000]


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_what_is_no_number_has_no_millionths(value):
    with pytest.raises((ValueError, OverflowError)):
        to_e6(value)
