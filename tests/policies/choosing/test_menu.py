"""Menus: every option is feasible, says what is played, and there are as many as were asked for."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from agoranomos.errors import UsageError
from agoranomos.markets.action_shape import ActionPart, ActionShape
from agoranomos.policies.choosing.menu import MOST_OPTIONS, Option, listed_menu, menu_of, middle_option, nearest


def shape(*parts: ActionPart) -> ActionShape:
    return ActionShape(parts)


GOODS = shape(ActionPart("A", 0.0, 100.0), ActionPart("B", 0.0, 100.0))
DILEMMA = shape(ActionPart("action", 0.0, 1.0, whole=True, names=("cooperate", "defect")))


def test_two_goods_are_offered_in_all_divisions_that_the_capacity_allows() -> None:
    menu = menu_of(GOODS, 100.0, 5)
    assert len(menu) == math.comb(6, 2)  # as many as there are ways to put at most 4 quarters into 2 goods
    assert menu[1] == Option("A 0, B 25", (0.0, 25.0))
    assert Option("A 50, B 50", (50.0, 50.0)) in menu
    assert max(sum(option.action) for option in menu) == 100.0


def test_named_values_are_offered_by_name_and_all_of_them() -> None:
    assert menu_of(DILEMMA, math.inf, 5) == (Option("cooperate", (0.0,)), Option("defect", (1.0,)))
    grid = shape(ActionPart("price", 0.0, 14.0, whole=True, names=tuple(f"{k / 10}" for k in range(15))))
    assert [option.text for option in menu_of(grid, math.inf, 2)] == [f"{k / 10}" for k in range(15)]


def test_whole_numbers_stay_whole_and_short_ranges_are_offered_in_full() -> None:
    few, many = ActionPart("k", -1.0, 2.0, whole=True), ActionPart("k", 0.0, 10.0, whole=True)
    assert [option.action[0] for option in menu_of(shape(few), math.inf, 5)] == [-1, 0, 1, 2]
    assert [option.text for option in menu_of(shape(many), math.inf, 3)] == ["0", "5", "10"]


def test_a_narrow_range_has_as_many_decimals_as_it_takes() -> None:
    narrow = shape(ActionPart("price", 1.4277, 1.9702))
    texts = [option.text for option in menu_of(narrow, math.inf, 3)]
    assert texts == ["1.428", "1.699", "1.97"]


bounded = st.tuples(st.floats(-1e4, 1e4), st.floats(0.01, 1e4)).map(lambda pair: (pair[0], pair[0] + pair[1]))


@given(st.lists(bounded, min_size=1, max_size=2), st.integers(2, 9), st.floats(0.1, 2e4))
def test_every_option_is_feasible_and_its_text_is_what_is_played(bounds, levels: int, capacity: float) -> None:
    parts = [ActionPart(f"g{k}", low, high) for k, (low, high) in enumerate(bounds)]
    try:
        menu = menu_of(shape(*parts), capacity, levels)
    except UsageError as error:
        assume("fewer than two" not in error.message)
        raise
    assert len({option.text for option in menu}) == len(menu) <= levels ** len(parts)
    for option in menu:
        row, changed = shape(*parts).counted("x", list(option.action))
        assert not changed
        assert len(parts) == 1 or sum(option.action) <= capacity
        said = [Fraction(word.rsplit(" ", 1)[-1]) for word in option.text.split(", ")]
        assert [round(number * 1_000_000) for number in said] == list(row) == list(option.action_e6)


def test_menus_that_are_too_large_or_too_small_are_refused() -> None:
    with pytest.raises(UsageError, match="too many"):
        menu_of(shape(*(ActionPart(f"p{k}", 0.0, 9.0) for k in range(4))), math.inf, 5)
    with pytest.raises(UsageError, match="too many"):
        menu_of(shape(*(ActionPart(f"p{k}", 0.0, 9.0) for k in range(30))), math.inf, 100)
    with pytest.raises(UsageError, match="nothing to choose"):
        menu_of(shape(ActionPart("a", 1.0, 1.0)), math.inf, 5)
    assert len(menu_of(shape(ActionPart("a", 0.0, 1.0)), math.inf, MOST_OPTIONS)) <= MOST_OPTIONS


def test_listed_options_are_taken_as_they_stand_or_refused_with_the_bounds() -> None:
    assert [option.text for option in listed_menu(GOODS, 100.0, [(60, 0), (46.666667, 26.666667)])] == [
        "A 60, B 0",
        "A 46.666667, B 26.666667",
    ]
    for wrong in ([(60, 50), (0, 0)], [(60,), (0, 0)], [(-1, 0), (0, 0)]):
        with pytest.raises(UsageError, match="no action of this agent") as refused:
            listed_menu(GOODS, 100.0, wrong)
        assert "A from 0 to 100, B from 0 to 100], 100 in all" in refused.value.advice
    with pytest.raises(UsageError, match="no action"):
        listed_menu(DILEMMA, math.inf, [(0,), (0.5,)])
    with pytest.raises(UsageError, match="two options read 'cooperate'"):
        listed_menu(DILEMMA, math.inf, [(0,), (0,)])
    with pytest.raises(UsageError, match="nothing to choose"):
        listed_menu(DILEMMA, math.inf, [(0,)])


def test_the_nearest_option_counts_each_number_as_a_share_of_its_range() -> None:
    uneven = shape(ActionPart("tons", 0.0, 1000.0), ActionPart("price", 0.0, 1.0))
    menu = listed_menu(uneven, math.inf, [(400, 0.0), (500, 1.0)])
    assert nearest(menu, uneven, (480, 0.1)) == 0  # 80 tons are little, 0.9 of a price is much
    assert middle_option(menu_of(GOODS, 100.0, 5), GOODS) == menu_of(GOODS, 100.0, 5).index(
        Option("A 50, B 50", (50.0, 50.0))
    )
