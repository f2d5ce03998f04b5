"""How what agents submit is counted, and what is refused."""

from __future__ import annotations

import numpy as np
import pytest

from agoranomos.errors import UsageError
from agoranomos.markets.action_shape import ActionPart, ActionShape

ONE = ActionShape((ActionPart("price", 0.0, 10.0),))
TWO = ActionShape((ActionPart("price", 0.0, 10.0), ActionPart("invest", 0.0, 1.0, whole=True)))


@pytest.mark.parametrize(
    "action", [10**400, [10**400], 10**5000, np.array([10**400], dtype=object)], ids=["one", "row", "long", "array"]
)
def test_a_number_beyond_all_floats_is_refused_with_the_reason(action) -> None:
    with pytest.raises(UsageError, match="the action of firm_1 has a number that is too large to be counted"):
        ONE.counted("firm_1", action)


@pytest.mark.parametrize(
    "action", ["1", ["1"], b"1", {}, object(), 1 + 2j, np.array([1 + 2j]), [[1], [2, 3]], "x" * 5000]
)
def test_texts_and_complex_numbers_are_no_actions(action) -> None:
    with pytest.raises(UsageError, match="the action of firm_1 is no array of numbers") as refused:
        ONE.counted("firm_1", action)
    assert len(str(refused.value)) < 300


@pytest.mark.parametrize("action", [float("nan"), [float("inf")], np.array([-np.inf]), np.array([1e305])])
def test_what_is_not_finite_in_millionths_is_refused(action) -> None:
    with pytest.raises(UsageError, match="every number must be finite"):
        ONE.counted("firm_1", action)


def test_numbers_of_any_kind_count_alike() -> None:
    for action in (3, 3.0, np.int8(3), np.float32(3), [3], (3,), np.array(3), np.array([3], dtype=np.uint16)):
        assert ONE.counted("firm_1", action) == ((3_000_000,), False)
    assert TWO.counted("firm_1", [11, 0.6]) == ((10_000_000, 1_000_000), True)
    assert TWO.counted("firm_1", None) == ((), False)
    with pytest.raises(UsageError, match=r"has 1 numbers; 2 were expected \(price, invest\)"):
        TWO.counted("firm_1", [1.0])
