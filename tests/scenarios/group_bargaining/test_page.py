"""The page of group bargaining names what there is."""

from pathlib import Path

import pytest

from agoranomos.scenarios.group_bargaining.measures import MEASURE_KINDS
from agoranomos.scenarios.group_bargaining.sentiment import FRIENDLY, UNFRIENDLY
from agoranomos.scenarios.measures import COMMON_KINDS
from agoranomos.workspace import find_workspace, list_names

PAGE = (Path(__file__).parents[3] / "docs" / "scenarios" / "group-bargaining.md").read_text()


@pytest.mark.parametrize("measure", sorted(MEASURE_KINDS.keys() - COMMON_KINDS.keys()))
def test_every_measure_is_named(measure):
    assert f"`{measure.removesuffix('_e6')}`" in PAGE


def test_every_file_is_named():
    files = [one.name for one in list_names("scenarios", find_workspace(Path(__file__).parent))]
    assert [name for name in files if name.startswith("group-bargaining") and f"`{name}`" not in PAGE] == []


def test_the_list_of_words_is_as_long_as_it_says():
    assert "some sixty words" in PAGE
    assert 60 <= len(FRIENDLY) + len(UNFRIENDLY) < 70
    assert not FRIENDLY & UNFRIENDLY
