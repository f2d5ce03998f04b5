"""The page of coordination says what the code does."""

import re
from pathlib import Path

import pytest

from agoranomos.scenarios.coordination import unstable_point
from agoranomos.scenarios.coordination.measures import MEASURE_KINDS
from agoranomos.scenarios.measures import COMMON_KINDS
from agoranomos.workspace import find_workspace, list_names
from scenarios.coordination.cascades import RATIOS, cascade, spec_of

PAGE = (Path(__file__).parents[3] / "docs" / "scenarios" / "coordination.md").read_text()
HEAD = ["| t | " + " | ".join(f"k = {ratio:g}" for ratio in RATIOS) + " |", "|---" * 6 + "|"]
START = 0.56


def marked(mark):
    found = re.search(rf"<!-- {mark} -->\n(.*?)\n<!-- /{mark} -->", PAGE, re.DOTALL)
    assert found is not None
    return found.group(1).strip()


def table(cell):
    rows = [f"| {t} | {' | '.join(f'{cell(t, ratio)}' for ratio in RATIOS)} |" for t in (2, 4, 6, 8)]
    return "\n".join([*HEAD, *rows])


def test_the_unstable_points_are_those_of_the_page():
    assert marked("tipping") == table(lambda t, ratio: f"{unstable_point(8, t, ratio):.3f}")


def test_the_cascades_are_those_of_the_page():
    assert marked("cascade") == table(lambda t, ratio: f"{cascade(spec_of(ratio, threshold=t), START)[-1]:.2f}")


@pytest.mark.parametrize("measure", sorted(MEASURE_KINDS.keys() - COMMON_KINDS.keys()))
def test_every_measure_is_named(measure):
    assert f"`{measure.removesuffix('_e6')}`" in PAGE


def test_every_file_is_named():
    files = [one.name for one in list_names("scenarios", find_workspace(Path(__file__).parent))]
    assert [name for name in files if name.startswith("coordination") and f"`{name}`" not in PAGE] == []
