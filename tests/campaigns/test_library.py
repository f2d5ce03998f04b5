"""The library as shipped: every institution has a market and a campaign, every type of market a file and a page."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from agoranomos.campaigns.plan import Plan
from agoranomos.campaigns.planning import plan
from agoranomos.documents import read_text
from agoranomos.markets import find_market_type, load_market, market_types
from agoranomos.workspace import find_workspace, list_names

ROOT = Path(__file__).resolve().parents[2]
WORKSPACE = find_workspace(Path(__file__).parent)


def names(kind: str) -> list[str]:
    return [located.name for located in list_names(kind, WORKSPACE)]


@cache
def planned(campaign: str) -> Plan:
    return plan(read_text(ROOT / "campaigns" / f"{campaign}.yaml"), WORKSPACE)


@pytest.mark.parametrize("campaign", names("campaigns"))
def test_every_campaign_can_be_planned_and_compares_something(campaign: str) -> None:
    made = planned(campaign)
    assert made.campaign.name == campaign
    assert made.campaign.title
    assert len({(arm.regime, arm.roster_name) for arm in made.arms}) > 1


@pytest.mark.parametrize("institution", names("institutions"))
def test_every_institution_has_a_campaign_in_a_market_it_can_govern(institution: str) -> None:
    arms = [arm for campaign in names("campaigns") for arm in planned(campaign).arms]
    governed = [arm for arm in arms if arm.institution_name == institution]
    assert governed
    ungoverned = {(arm.roster_name, arm.market_name) for arm in arms if arm.institution is None}
    assert any((arm.roster_name, arm.market_name) in ungoverned for arm in governed)


@pytest.mark.parametrize("kind", market_types())
def test_every_type_of_market_has_a_file_a_page_and_a_sentence(kind: str) -> None:
    found = find_market_type(kind)
    assert found.summary.endswith(".")
    folder = f"{found.kind}s"
    assert (ROOT / "docs" / folder / f"{kind}.md").is_file()
    assert any(load_market(name, WORKSPACE).spec.type == kind for name in names(folder))


@pytest.mark.parametrize("market", [*names("markets"), *names("scenarios")])
def test_every_market_loads_under_its_own_name_and_describes_itself(market: str) -> None:
    made = load_market(market, WORKSPACE)
    assert made.spec.name == market
    again = find_market_type(made.spec.type).spec.model_validate(made.describe())
    assert again.described() == made.describe()


def test_every_roster_is_seated_by_some_campaign_or_fits_some_market() -> None:
    used = {arm.roster_name for campaign in names("campaigns") for arm in planned(campaign).arms}
    unused = [roster for roster in names("agents") if roster not in used]
    text = "".join(page.read_text() for page in (ROOT / "docs").rglob("*.md"))
    assert [roster for roster in unused if roster not in text] == []
