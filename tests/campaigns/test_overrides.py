from __future__ import annotations

import pytest

from agoranomos.errors import UsageError
from campaigns.laboratory import MOCK, Lab


def test_values_are_typed_as_yaml(lab: Lab) -> None:
    made = lab.plan(MOCK, "rounds=7", "seeds=[3, 5]", "regimes.governed.institution=cournot-antitrust-hardened")
    assert made.campaign.rounds == 7
    assert made.campaign.all_seeds == (3, 5)
    assert made.arm("governed").institution_name == "cournot-antitrust-hardened"
    assert lab.plan(MOCK, "rosters.0=divider").arms[0].roster_name == "divider"
    assert lab.plan(MOCK, "limits.runs=4").campaign.limits.runs == 4


@pytest.mark.parametrize(
    ("setting", "message", "advice"),
    [
        ("rounds", "`path=value` was expected", "--set rounds=10"),
        ("=3", "`path=value` was expected", ""),
        ("ruonds=3", "unknown key 'ruonds'", "rounds"),
        ("regimes.goverend.told=x", "unknown key 'regimes.goverend'", "governed"),
        ("regimes.governed.tolld=x", "unknown key 'regimes.governed.tolld'", "told"),
        ("rosters.4=divider", "unknown key 'rosters.4'", "0"),
        ("name.first=x", "nothing below 'name'", ""),
        ("kind=market", "cannot be changed", ""),
        ("rounds=[", "not valid YAML", ""),
        ("rounds=ten", "rounds", ""),
        ("seeds=two", "seeds: a whole number was expected", ""),
        ("seeds=[1, 1]", "1 stands twice", ""),
    ],
)
def test_a_setting_that_cannot_be_is_refused_by_its_own_words(
    lab: Lab, setting: str, message: str, advice: str
) -> None:
    with pytest.raises(UsageError) as refused:
        lab.plan(MOCK, setting)
    assert refused.value.message.startswith(f"--set {setting}:")
    assert message in refused.value.message
    assert advice in refused.value.advice
