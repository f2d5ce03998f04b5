"""Numbers that are drawn by each run, in any specification."""

import pytest

from agoranomos.markets.drawn import draw, lifted, middle, replaced, require_middles

RANGE = {"from": 30, "to": 60}


def test_a_range_gives_way_to_its_middle_and_is_remembered():
    found = lifted(
        {"cost": [[RANGE, 50], [40, {"from": "1.5", "to": "2.5"}]], "alpha": [RANGE], "name": "x"}, ("cost",)
    )
    assert found["cost"] == [[45, 50], [40, 2]]
    assert found["alpha"] == [RANGE], "only under the keys that may be drawn"
    assert found["ranges"] == {"cost.0.0": (30, 60), "cost.1.1": (1.5, 2.5)}
    assert lifted({"cost": 3}, ("cost",)) == {"cost": 3}
    assert lifted({"cost": RANGE}, ("cost",)) == {"cost": 45, "ranges": {"cost": (30, 60)}}


@pytest.mark.parametrize(
    "written",
    [
        {"from": 60, "to": 30},
        {"from": 5, "to": 5},
        {"from": 1},
        {"to": 1},
        {"from": "low", "to": "high"},
        {"from": float("nan"), "to": 1},
        {"from": 0, "to": float("inf")},
        {"from": 1, "to": 2, "by": 0.5},
        {"from": None, "to": 2},
        {"from": 1, "to": 10**400},
    ],
)
def test_what_is_no_range_is_refused_with_its_place(written):
    with pytest.raises(ValueError, match=r"cost\.0: a number is drawn from a range"):
        lifted({"cost": [written]}, ("cost",))


def test_a_range_too_narrow_for_two_decimals_is_refused_with_its_place():
    with pytest.raises(ValueError, match=r"cost\.0: from 1\.001 to 1\.004: numbers are drawn with 2 decimals"):
        lifted({"cost": [{"from": 1.001, "to": 1.004}]}, ("cost",))
    assert lifted({"cost": {"from": 1.0, "to": 1.01}}, ("cost",))["ranges"] == {"cost": (1.0, 1.01)}


def test_draws_are_uniform_have_two_decimals_and_depend_on_the_seed_alone():
    ranges = {"cost.0": (30.0, 60.0), "cost.1": (30.0, 60.0)}
    drawn = [draw(ranges, seed) for seed in range(2000)]
    assert drawn[:3] == [draw(ranges, seed) for seed in range(3)]
    first = [numbers["cost.0"] for numbers in drawn]
    assert all(30 <= x <= 60 and round(x, 2) == x for x in first)
    # Standard deviation 30 / sqrt(12) = 8.66, of the mean 0.194: five of them.
    assert abs(sum(first) / 2000 - 45) < 0.97
    assert abs(sum(x < 37.5 for x in first) / 2000 - 0.25) < 0.05
    assert all(numbers["cost.0"] != numbers["cost.1"] for numbers in drawn[:50])


def test_rounding_never_leaves_the_range():
    assert draw({"cost": (30.001, 30.004)}, 1)["cost"] == 30.001
    assert draw({"cost": (29.996, 29.999)}, 1)["cost"] == 29.999


def test_parts_are_put_in_their_places():
    values = {"cost": ((1, 2), (3, 4)), "alpha": 5, "name": "x"}
    assert replaced(values, {"cost.0.1": 9, "alpha": 8}) == {"cost": [[1, 9], (3, 4)], "alpha": 8, "name": "x"}
    assert values["cost"] == ((1, 2), (3, 4))


def test_a_number_that_is_not_the_middle_of_its_range_is_a_contradiction():
    require_middles({"cost": ((45.0,),)}, {"cost.0.0": (30.0, 60.0)})
    for held in ({"cost": ((44.0,),)}, {"cost": ((),)}, {"cost": 45.0}, {}):
        with pytest.raises(ValueError, match="another middle"):
            require_middles(held, {"cost.0.0": (30.0, 60.0)})
    with pytest.raises(ValueError, match="in the place of its number"):
        lifted({"cost": RANGE, "ranges": {"cost": (30, 60)}}, ("cost",))


def test_the_middle_of_a_wide_range_is_a_number():
    assert middle(-1e308, 1e308) == 0 or middle(0.0, 1e308) == 5e307
