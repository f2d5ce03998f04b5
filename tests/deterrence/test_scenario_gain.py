"""What is reckoned of a scenario where nobody changes what it does: against its own payoffs."""

from __future__ import annotations

from pathlib import Path

import pytest

from agoranomos.deterrence.scenario_gain import scenario_gain
from agoranomos.errors import UsageError
from agoranomos.markets import load_market
from agoranomos.workspace import find_workspace


def test_reckoning_needs_a_scenario_in_which_breaking_the_rule_pays() -> None:
    workspace = find_workspace(Path(__file__).parent)
    duty = load_market("coordination-duty", workspace).spec
    with pytest.raises(UsageError, match="earns no more than keeping it"):
        scenario_gain(None, duty, 8, seeds=range(1), rounds=2)


def test_without_an_institution_breaking_the_rule_keeps_the_whole_gap() -> None:
    workspace = find_workspace(Path(__file__).parent)
    for name in ("role-play-ring", "coordination"):
        found = scenario_gain(None, load_market(name, workspace).spec, 8, seeds=range(4), rounds=5)
        assert found.kept == pytest.approx(1.0, abs=1e-6)
        assert (found.fined, found.watched) == (0.0, 0.0)


def test_a_group_below_the_threshold_loses_what_it_put_in() -> None:
    spec = load_market("coordination", find_workspace(Path(__file__).parent)).spec
    found = scenario_gain(None, spec, 2, seeds=range(2), rounds=5)
    assert found.kept == pytest.approx(-1.0)
    assert found.fined_others == 0.0
