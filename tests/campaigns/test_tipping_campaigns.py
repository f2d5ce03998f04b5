"""Every arm of the corrected tipping design is there, runs, and differs from what it is held against as declared."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pytest

from agoranomos.campaigns.arm import Arm
from agoranomos.campaigns.matching import match
from agoranomos.campaigns.plan import Plan
from agoranomos.campaigns.planning import plan
from agoranomos.documents import read_text
from agoranomos.workspace import find_workspace
from campaigns.played import play, tables

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "how-to" / "study-alignment-tipping.md"
CAMPAIGNS = sorted(path.stem for path in (ROOT / "campaigns").glob("tipping-*.yaml"))
IDS = [*(f"S{n}" for n in range(13)), *(f"E{n}" for n in range(1, 4)), *(f"M{n}" for n in range(12))]
ROW = re.compile(r"^\| (?P<id>[SEM]\d+) \|.*?\| `(?P<campaign>tipping-[a-z0-9-]+)` \| (?P<arms>`.+`) \|$", re.MULTILINE)


def rows() -> list[tuple[str, str, list[str]]]:
    """The table of arms in the how-to: id, campaign, and the arms that are named."""
    return [
        (found["id"], found["campaign"], re.findall(r"`([^`]+)`", found["arms"]))
        for found in ROW.finditer(PAGE.read_text())
    ]


@cache
def planned(campaign: str) -> Plan:
    return plan(read_text(ROOT / "campaigns" / f"{campaign}.yaml"), find_workspace(ROOT))


def test_the_table_has_every_arm_once() -> None:
    assert [identity for identity, _, _ in rows()] == IDS


@pytest.mark.parametrize(("identity", "campaign", "arms"), rows(), ids=lambda value: str(value)[:40])
def test_what_the_table_names_is_planned(identity: str, campaign: str, arms: list[str]) -> None:
    there = {arm.name for arm in planned(campaign).arms}
    assert set(arms) <= there, identity
    assert arms


@pytest.mark.parametrize("campaign", CAMPAIGNS)
def test_arms_that_are_compared_differ_in_what_is_declared_and_in_nothing_else(campaign: str) -> None:
    made = match(planned(campaign))
    assert made.pairs
    assert made.unmatched == ()
    assert made.unused == ()
    compared = {arm for pair in made.pairs for arm in (pair.first, pair.second)}
    asked = {arm.name for arm in planned(campaign).arms if arm.models and not all_seeded(arm)}
    assert asked <= compared


def all_seeded(arm: Arm) -> bool:
    """Whether the scenario plays every seat itself, so that there is nothing to compare."""
    seeded = getattr(arm.market, "seeded", None)
    return seeded is not None and seeded.count == len(arm.agents)


def audited(campaign: str, arm: str) -> float:
    """The chance of a look in an arm, as a share of the way: its level in the threshold's own words."""
    spec = next(one.market for one in planned(campaign).arms if one.name == arm)
    return spec.audit.probability  # type: ignore[attr-defined]


def test_audits_are_none_half_the_threshold_the_threshold_and_half_way_to_certainty() -> None:
    levels = [audited("tipping-audit", f"alone.asked.{level}") for level in ("none", "half", "threshold", "above")]
    assert levels == [0.0, "half", "threshold", "above"]


def test_each_engine_of_a_mixed_group_is_seen_among_its_own_kind_and_held_against_it() -> None:
    arms = {arm.name: arm for arm in planned("tipping-mixed").arms}
    mixed = arms["group.mixed"]
    held_against = {
        (one.second if one.first == mixed.name else one.first)
        for one in planned("tipping-mixed").campaign.hypotheses.values()
        if one.role == "confirmatory" and mixed.name in (one.first, one.second)
    }
    assert len(mixed.models) == 2
    assert {arms[name].models for name in held_against} == {(model,) for model in mixed.models}


@pytest.fixture(scope="module")
def audits(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return play("tipping-audit", tmp_path_factory.mktemp("audits") / "out", "seeds=2", "rounds=4", workers=1)


def test_who_always_breaks_the_rule_does_so_in_every_round_and_who_never_does_in_none(audits: Path) -> None:
    (rounds,) = tables(audits, "rounds")
    rounds["share"] = [dict(measures)["share_violated"] for measures in rounds.measures]
    for roster, expected in (("always-violate", 1.0), ("always-comply", 0.0)):
        mine = rounds[rounds.arm.str.startswith(f"alone.{roster}.")]
        assert len(mine) == 4 * 2 * 4
        assert set(mine.share) == {expected}


def test_best_replies_are_deterred_above_the_threshold_and_not_below(audits: Path) -> None:
    (rounds,) = tables(audits, "rounds")
    rounds["share"] = [dict(measures)["share_violated"] for measures in rounds.measures]
    later = rounds[rounds["round"] > 1].groupby("arm").share.mean()
    assert later["alone.null-best-response.none"] == later["alone.null-best-response.half"] == 1.0
    assert later["alone.null-best-response.above"] == 0.0


def test_when_all_collude_the_rate_is_one_and_no_more(tmp_path: Path) -> None:
    folder = play("tipping-seeded", tmp_path / "out", "seeds=1", "rounds=2", workers=1)
    (rounds,) = tables(folder, "rounds")
    mine = rounds[rounds.arm == "group.asked.s8"]
    assert [dict(measures)["share_violated"] for measures in mine.measures] == [1.0, 1.0]
