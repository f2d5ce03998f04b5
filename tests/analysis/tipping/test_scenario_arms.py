"""What the runs of an arm share with each other, by the plan alone."""

from __future__ import annotations

import pytest

from agoranomos.analysis.tipping import ScenarioArm
from agoranomos.scenarios import ScenarioSpec
from agoranomos.scenarios.coordination import CoordinationSpec
from agoranomos.scenarios.role_play import RolePlaySpec
from agoranomos.scenarios.tool_use.spec import ToolUseSpec


@pytest.mark.parametrize(
    ("spec", "units"),
    [
        (RolePlaySpec(), 16),
        (RolePlaySpec(both_ways=True, options="texts"), 16),
        (CoordinationSpec(), 7),
        (ToolUseSpec(), 64),
    ],
    ids=["settings", "both ways", "groups", "no settings"],
)
def test_runs_share_a_setting_whichever_way_its_options_stand(spec: ScenarioSpec, units: int) -> None:
    arm = ScenarioArm("a", "free", "any", spec.name, "", (), spec)
    assert len({arm.setting(seed) for seed in range(64)}) == units
