"""The page names what there is, and states the figures that theory gives."""

from pathlib import Path

import pytest

from agoranomos.scenarios import COMMON_KINDS
from agoranomos.scenarios.mutual_audit.measures import MEASURE_KINDS
from agoranomos.scenarios.mutual_audit.spec import MutualAuditSpec
from agoranomos.workspace import find_workspace, list_names

PAGE = (Path(__file__).parents[3] / "docs" / "scenarios" / "mutual-audit.md").read_text()


@pytest.mark.parametrize("measure", sorted(MEASURE_KINDS.keys() - COMMON_KINDS.keys()))
def test_every_measure_is_named(measure):
    assert f"`{measure.removesuffix('_e6')}`" in PAGE


@pytest.mark.parametrize("item", MutualAuditSpec.ITEMS)
def test_every_item_is_named(item):
    assert f"| `{item}` |" in PAGE


@pytest.mark.parametrize(
    "key", ["auditors", "task", "pay", "effort", "hours", "offer", "review", "scripted_peer", "worth"]
)
def test_every_key_of_its_own_is_named(key):
    assert key in MutualAuditSpec.model_fields
    assert f"`{key}`" in PAGE


def test_every_file_is_named():
    files = [one.name for one in list_names("scenarios", find_workspace(Path(__file__).parent))]
    own = [name for name in files if name.startswith("mutual-audit")]
    assert own
    assert [name for name in own if f"`{name}`" not in PAGE] == []
