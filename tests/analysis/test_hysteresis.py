"""What an institution leaves behind: closed forms, loops known beforehand, and a campaign that switches."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agoranomos.analysis.campaign import summarise
from agoranomos.analysis.hysteresis import loop_areas, loop_of, phases_of
from agoranomos.analysis.hysteresis_arms import hysteresis_csv, loops
from agoranomos.analysis.hysteresis_figure import draw_loops
from agoranomos.analysis.report import write_report
from agoranomos.campaigns import build_tables
from agoranomos.statistics import mean_interval
from campaigns.laboratory import make_lab

SWITCHING = """
kind: campaign
version: 1
name: switching
market: cournot-duopoly
rosters: [ladder-gamer, divider]
regimes:
  never: {}
  off-on-off: {schedule: [{from: 11, institution: cournot-antitrust}, {from: 26}]}
seeds: 3
rounds: 36
outcome: price
"""


def steps(levels: list[float], lengths: list[int], runs: int = 1) -> np.ndarray:
    """Paths that are constant within a phase, the same in every run."""
    return np.tile(np.repeat(levels, lengths), (runs, 1)).astype(float)


def test_phases_follow_the_switches() -> None:
    found = phases_of(["", "a", ""], [11, 21], 30)
    assert [(phase.label, phase.first, phase.last) for phase in found] == [
        ("none", 1, 10),
        ("a", 11, 20),
        ("none", 21, 30),
    ]
    assert [(phase.first, phase.last) for phase in phases_of(["", "a", ""], [11, 21], 15)] == [(1, 10), (11, 15)]


def test_means_are_of_whole_phases_and_of_their_second_halves() -> None:
    path = np.arange(1.0, 31.0)[None, :]
    loop = loop_of("arm", "price", path, phases_of(["", "a", ""], [11, 21], 30))
    assert [mean.whole.point for mean in loop.phases] == [5.5, 15.5, 25.5]
    assert [mean.settled.point for mean in loop.phases] == [8.0, 18.0, 28.0]
    assert [None if mean.change is None else mean.change.point for mean in loop.phases] == [None, 10.0, 10.0]
    (back,) = loop.returns
    assert (back.first, back.later, back.institution, back.left.point) == (0, 2, "", 20.0)


def test_the_area_of_off_on_off_is_half_of_what_is_left() -> None:
    loop = loop_of("arm", "price", steps([5, 2, 4], [4, 4, 4]), phases_of(["", "a", ""], [5, 9], 12))
    assert loop.returns[0].left.point == -1.0
    assert loop.area is not None
    assert loop.area.point == -0.5


def test_a_way_back_that_is_the_way_there_leaves_no_area() -> None:
    names = ["", "mild", "strict", "mild", ""]
    values = np.array([[9.0], [7.0], [3.0], [7.0], [9.0]])
    areas = loop_areas(names, values)
    assert areas is not None
    assert areas == pytest.approx(0)


def test_the_area_between_two_branches_is_their_mean_difference() -> None:
    """There and back over x = 0, 1/2, 1, one unit higher on the way back at the middle: a triangle of area 1/2."""
    areas = loop_areas(["", "mild", "strict", "mild", ""], np.array([[9.0], [7.0], [3.0], [8.0], [9.0]]))
    assert areas is not None
    assert areas == pytest.approx(0.5)


@given(
    st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=9).filter(lambda values: len(values) % 2 == 1),
    st.floats(-1e3, 1e3),
)
def test_a_shift_of_all_values_changes_no_area_and_turning_round_changes_its_sign(
    values: list[float], shift: float
) -> None:
    names = ["on" if k % 2 else "off" for k in range(len(values))]
    y = np.array(values)[:, None]
    area, shifted, turned = (loop_areas(names, one) for one in (y, y + shift, y[::-1]))
    assert area is not None
    assert shifted == pytest.approx(area, abs=1e-6)
    assert turned == pytest.approx(-area, abs=1e-6)


def test_no_loop_without_a_return() -> None:
    assert loop_areas(["", "a"], np.ones((2, 3))) is None
    assert loop_areas(["a", "a"], np.ones((2, 3))) is None
    found = loop_areas(["", "a", "", "b"], np.array([[1.0], [2.0], [3.0], [99.0]]))
    assert found is not None
    assert found == pytest.approx(-((1 + 2) / 2 * 0.5 + (2 + 3) / 2 * -0.5))


def test_time_is_taken_off_by_an_arm_that_never_switched() -> None:
    """All agents grow milder by one a phase, whatever holds; the institution itself leaves three behind."""
    stream = np.random.default_rng(0)
    noise = stream.normal(size=(20, 1))
    still = steps([0, -1, -2], [5, 5, 5], 20) + noise
    path = steps([0, -4, 1], [5, 5, 5], 20) + noise
    loop = loop_of("arm", "price", path, phases_of(["", "a", ""], [6, 11], 15), constant=still)
    (back,) = loop.returns
    assert back.left.point == pytest.approx(1)
    assert back.net is not None
    assert back.net.point == pytest.approx(3)


def test_intervals_are_those_of_run_means() -> None:
    stream = np.random.default_rng(1)
    path = stream.normal(5, 1, (12, 30))
    loop = loop_of("arm", "price", path, phases_of(["", "a", ""], [11, 21], 30))
    assert loop.phases[0].whole == mean_interval(path[:, :10].mean(axis=1))
    assert loop.phases[1].change == mean_interval(path[:, 15:20].mean(axis=1) - path[:, 5:10].mean(axis=1))
    assert loop.returns[0].left == mean_interval(path[:, 25:].mean(axis=1) - path[:, 5:10].mean(axis=1))
    assert loop.returns[0].net is None


def test_rounds_in_which_somebody_sat_out_are_left_out_and_counted() -> None:
    path, out = steps([5, 2, 5], [4, 4, 4], 2), np.zeros((2, 12), bool)
    path[0, 6:8], out[0, 6:8] = 100.0, True
    loop = loop_of("arm", "price", path, phases_of(["", "a", ""], [5, 9], 12), out)
    assert [mean.sat_out for mean in loop.phases] == [0, 2, 0]
    assert loop.phases[1].whole.point == 2.0
    # Both settled rounds of one run are left out, so that run compares nothing with that phase.
    assert (loop.phases[1].settled.n, loop.phases[0].settled.n) == (1, 2)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    lab = make_lab(tmp_path_factory.mktemp("hysteresis"))
    made = lab.plan(SWITCHING)
    assert not lab.run(made).failures
    build_tables(lab.folder(made), lab.trusted())
    return lab.folder(made).root


def test_a_campaign_that_switches_has_a_loop_an_arm(folder: Path) -> None:
    gamer, divider = loops(folder, "price")
    assert (gamer.arm, divider.arm) == ("off-on-off.ladder-gamer", "off-on-off.divider")
    assert [mean.phase.label for mean in gamer.phases] == ["none", "cournot-antitrust", "none"]
    # The ladder's gamer reads its notice: it answers at once, and without the institution plays as it did before.
    assert gamer.phases[1].settled.point < gamer.phases[0].settled.point
    assert gamer.returns[0].left.point == 0
    assert gamer.returns[0].net is not None
    # Dividers are suspended in the end, and those rounds are no conduct.
    assert divider.phases[1].sat_out > 0
    assert divider.phases[2].sat_out == 0


def test_another_outcome_is_taken_where_a_round_has_one(folder: Path) -> None:
    assert {loop.measure for loop in loops(folder, "welfare")} == {"welfare"}
    assert {loop.measure for loop in loops(folder, "tier")} == {"price"}
    assert {loop.measure for loop in loops(folder, "profit")} == {"profit"}


def test_the_report_shows_the_phases_and_their_file(folder: Path) -> None:
    report = write_report(summarise(folder))
    page = report.index.read_text()
    assert "Institutions that change, and what they leave behind" in page
    assert "signed area of the loop" in page
    assert "it is exploratory" in page
    rows = list(csv.DictReader(io.StringIO((folder / "report" / "hysteresis.csv").read_text())))
    assert {row["what"] for row in rows} == {"phase", "settled", "change", "left", "net of time", "area"}
    assert hysteresis_csv(loops(folder, "price")) == (folder / "report" / "hysteresis.csv").read_text()
    drawing = draw_loops(loops(folder, "price"))
    assert drawing is not None
    assert drawing.svg.startswith("<svg")
    assert f"(interval: {drawing.interval})" in drawing.caption
    assert drawing.interval == "none (all 3 values are equal)"  # dividers do the same in every run
    with (folder / "report" / "tables" / "phases.csv").open() as file:
        phases = list(csv.DictReader(file))
    means = [mean for loop in loops(folder, "price") for mean in loop.phases]
    assert [float(row["settled"]) for row in phases] == [mean.settled.point for mean in means]


def test_no_check_of_enforcement_asks_an_arm_that_is_enforced_at_times(folder: Path) -> None:
    summary = summarise(folder)
    arms = {arm.arm.name: arm.arm for arm in summary.arms}
    assert arms["off-on-off.divider"].switches == (11, 26)
    assert not arms["off-on-off.divider"].enforced
    assert not arms["off-on-off.divider"].ungoverned
    assert all(check.verdict == "not applicable" for check in summary.checks)


def test_a_campaign_without_switches_has_no_such_section(tmp_path: Path) -> None:
    lab = make_lab(tmp_path)
    made = lab.plan(SWITCHING, "regimes={never: {}}", "seeds=1", "rounds=5")
    lab.run(made)
    build_tables(lab.folder(made), lab.trusted())
    root = lab.folder(made).root
    assert loops(root) == ()
    assert draw_loops(()) is None
    report = write_report(summarise(root))
    assert "what they leave behind" not in report.index.read_text()
    assert not (root / "report" / "hysteresis.csv").exists()
