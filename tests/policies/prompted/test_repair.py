import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agoranomos.policies.prompted.firm import Firm
from agoranomos.policies.prompted.memories import NoMemory, SummaryMemory, YokedMemory
from agoranomos.policies.prompted.memory import Notes
from agoranomos.policies.prompted.remembering import Remembering
from agoranomos.policies.prompted.repair import project, repaired_quantities
from agoranomos.policies.prompted.yoked import YokedRun
from policies.prompted.asking import observation

quantities = st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=6)
capacities = st.floats(1e-3, 1e9)


@given(quantities, capacities)
def test_a_projection_is_feasible(asked, capacity):
    made = project(asked, capacity)
    assert all(0 <= quantity < math.inf for quantity in made)
    assert math.fsum(made) <= capacity * (1 + 1e-9)


@given(quantities, capacities)
def test_projecting_twice_is_projecting_once(asked, capacity):
    once = project(asked, capacity)
    assert project(once, capacity) == pytest.approx(once, rel=1e-9)


@given(st.lists(st.floats(0, 1e6), min_size=2, max_size=6), capacities)
def test_shares_stay_when_it_scales(asked, capacity):
    made = project(asked, capacity)
    if math.fsum(asked) > capacity:
        assert math.fsum(made) == pytest.approx(capacity, rel=1e-9)
    for a, b in zip(asked[1:], made[1:], strict=True):
        assert a * made[0] == pytest.approx(b * asked[0], rel=1e-6, abs=1e-6 * capacity)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=6))
def test_what_is_feasible_stays_as_it_is(asked):
    assert project(asked, 6.5) == tuple(asked)


FIRM = Firm("firm_1", ("A", "B"), (40.0, 50.0), 100.0)
ANOTHER_RUN = Notes().after(observation(1, (9.0, 8.0)), None, 1).history[0]
YOKED = YokedRun("lab/plan/arm/0/1", "00", "firm_1", (ANOTHER_RUN,) * 3)


@pytest.mark.parametrize(
    "remembering",
    [
        Remembering("firm_1", NoMemory()),
        Remembering("firm_1", SummaryMemory()),
        Remembering("firm_1", YokedMemory(campaign="logs/other", arm="arm"), yoked=YOKED),
    ],
)
def test_the_last_own_move_is_made_again_whatever_is_remembered(remembering: Remembering) -> None:
    notes = remembering.after(Notes(), observation(1, (46.0, 27.0)), None).summed_up("all went well")
    assert repaired_quantities(None, notes, FIRM) == (46.0, 27.0)


def test_moves_of_another_run_are_never_made_again() -> None:
    remembering = Remembering("firm_1", YokedMemory(campaign="logs/other", arm="arm"), yoked=YOKED)
    first = remembering.after(Notes(), observation(1, (46.0, 27.0)), None)
    assert first.history[0].quantity == (9.0, 8.0)
    assert repaired_quantities(None, first, FIRM) == (46.0, 27.0)
    sat_out = remembering.after(first.sitting_out(observation(1)), observation(2, (0.0, 0.0)), None)
    assert repaired_quantities(None, sat_out, FIRM) == (25.0, 25.0)
