"""The style of figures: colours that anybody tells apart, and series that differ without them."""

from itertools import combinations, pairwise

import pytest

from agoranomos.analysis.style import (
    GREY,
    INK,
    MARKS,
    PAGE,
    PRINT,
    REGIME_COLOURS,
    SMALL,
    TIER_COLOURS,
    fitting,
    legend_columns,
    line_style,
    lowest,
    panel_grid,
)
from analysis.colour_vision import VISION, apart, contrast_to_white, seen


@pytest.mark.parametrize("vision", VISION)
def test_colours_of_series_are_told_apart_with_any_colour_vision(vision):
    assert min(apart(one, other, vision) for one, other in combinations(REGIME_COLOURS, 2)) > 15


def test_the_check_finds_colours_that_are_confused():
    assert apart("#d62728", "#2ca02c", "normal") > 15
    assert min(apart("#c0504d", "#8a7a2d", vision) for vision in VISION) < 15
    assert contrast_to_white("#000000") == pytest.approx(21)
    assert contrast_to_white("#ffffff") == pytest.approx(1)


def test_the_first_colours_stand_out_on_paper_as_graphics_must():
    # WCAG 2.2, success criterion 1.4.11: 3 to 1. The last two are lighter, and hardly ever needed.
    assert min(map(contrast_to_white, (*REGIME_COLOURS[:4], GREY))) > 3
    assert min(map(contrast_to_white, REGIME_COLOURS)) > 2.2
    assert contrast_to_white(INK) > 20.9


@pytest.mark.parametrize("vision", VISION)
def test_tiers_grow_darker_step_by_step(vision):
    lightness = [seen(colour, vision)[0] for colour in TIER_COLOURS]
    assert all(lighter > darker + 2 for lighter, darker in pairwise(lightness))
    assert min(apart(one, other, vision) for one, other in combinations(TIER_COLOURS, 2)) > 15


def test_series_differ_without_colour_and_never_look_the_same():
    looks = [line_style(index) for index in range(24)]
    without = [(str(look["linestyle"]), look["marker"], look["markerfacecolor"] == "none") for look in looks]
    assert len(set(without[:6])) == 6
    with_colour = [(look["color"], *one) for look, one in zip(looks, without, strict=True)]
    assert len(set(with_colour)) == 24


def test_markers_of_lines_that_lie_on_each_other_do_not():
    places = [set(line_style(index, 50)["markevery"]) for index in range(6)]
    assert all(len(one) == MARKS for one in places)
    assert all(not one & other for one, other in combinations(places, 2))
    assert "markevery" not in line_style(0, MARKS)


def test_letters_are_never_smaller_than_said():
    sizes = [value for name, value in PRINT.items() if name.endswith(("size", "fontsize")) and "font" in name]
    assert min(*sizes, PRINT["xtick.labelsize"], PRINT["ytick.labelsize"], PRINT["axes.titlesize"]) >= SMALL
    assert PRINT["pdf.fonttype"] == 42


def test_a_figure_takes_one_column_or_two_and_fits_on_a_page():
    assert panel_grid(1, 1.7)[0].get_size_inches().tolist() == [3.5, 2.5]
    figure, axes = panel_grid(16, 1.7)
    assert figure.get_figwidth() == 7.2
    assert figure.get_figheight() <= PAGE
    assert axes.shape == (6, 3)
    assert [place.axison for place in axes.flat] == [True] * 16 + [False] * 2
    assert lowest(axes, 16) == [axes[5, 0], axes[4, 1], axes[4, 2]]
    assert fitting(1.7, 40) == 1.0  # it cannot fit, and stays readable


def test_a_legend_has_as_many_columns_as_have_room():
    assert legend_columns(["a", "b"], 7.2) == 2
    assert legend_columns(["x" * 30] * 4, 7.2) == 3
    assert legend_columns(["x" * 200] * 4, 3.5) == 1
    assert legend_columns([], 3.5) == 1
