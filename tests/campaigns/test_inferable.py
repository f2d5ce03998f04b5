"""Hypotheses and rules that nothing could answer are refused, with their place, before anything runs."""

from __future__ import annotations

import pytest

from agoranomos.campaigns.forking import plan_of
from agoranomos.errors import DocumentError
from campaigns.laboratory import Lab

PLAN = """
kind: campaign
version: 1
name: planned
market: cournot-duopoly
rosters: [nash-noisy, divider]
regimes:
  free: {}
  governed: {institution: cournot-antitrust}
seeds: 6
rounds: 3
outcome: price
clusters: [roster]
hypotheses:
  h1: {first: governed, second: free}
stopping: {hypothesis: h1}
"""


def test_a_plan_that_can_be_answered_is_taken(lab: Lab) -> None:
    assert lab.plan(PLAN).campaign.stopping is not None


@pytest.mark.parametrize(
    ("old", "new", "says", "line"),
    [
        ("free}\n", "free, outcome: pric}\n", "'pric' is no measure of market cournot-duopoly", 15),
        ("[nash-noisy, divider]", "[divider]", "its runs are of one roster, and one cluster has no spread", 13),
        ("clusters: [roster]", "clusters: [batch]", "its runs are of one batch, and one cluster has no spread", 13),
        ("{hypothesis: h1}", "{hypothesis: h1, least: 7}", "after 7 pairs, and there are 6 seeds", 16),
    ],
)
def test_what_cannot_be_answered_is_refused_with_its_place(lab: Lab, old: str, new: str, says: str, line: int) -> None:
    with pytest.raises(DocumentError, match=says) as refused:
        lab.plan(PLAN.replace(old, new))
    assert f"small.yaml:{line}:" in str(refused.value)


def test_exploratory_hypotheses_may_look_at_one_cluster(lab: Lab) -> None:
    text = PLAN.replace("free}\n", "free, role: exploratory}\n").replace("[nash-noisy, divider]", "[divider]")
    assert lab.plan(text).campaign.hypotheses["h1"].role == "exploratory"


SCENARIOS = """
kind: campaign
version: 1
name: scenarios
market: role-play
rosters: [null-iid]
regimes:
  free: {}
factors:
  reminder: {never: {}, often: {market: {remind_every: 1}}}
seeds: 20
rounds: 2
outcome: share_violated
hypotheses:
  h1: {first: free.never, second: free.often}
"""


def test_runs_of_one_setting_are_a_cluster_where_none_are_named(lab: Lab) -> None:
    made = lab.plan(SCENARIOS)
    assert made.campaign.clusters == ("setting",)
    assert made.document["campaign"]["clusters"] == ["setting"], "the plan says so before anything runs"
    named = lab.plan(SCENARIOS.replace("outcome:", "clusters: [setting]\noutcome:"))
    assert named.digest == made.digest


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("outcome:", "clusters: []\noutcome:"),
        ("market: role-play", "market: tool-use-simulated"),
        ("seeds: 20", "seeds: 1"),
        ("{never: {}", "{never: {market: {settings: [taxi]}}"),
    ],
)
def test_pairs_are_the_units_where_it_is_said_or_there_are_no_two_settings(lab: Lab, old: str, new: str) -> None:
    made = lab.plan(SCENARIOS.replace(old, new))
    assert made.campaign.clusters == ()
    assert "clusters" not in made.document["campaign"]


def test_clusters_that_are_set_are_those_that_count(lab: Lab) -> None:
    assert lab.plan(SCENARIOS, "clusters=[]").campaign.clusters == ()
    assert lab.plan(SCENARIOS, "seeds=12").campaign.clusters == ("setting",)


@pytest.mark.parametrize("override", [(), ("clusters=[]",)])
def test_a_recorded_plan_is_found_again_whatever_it_says_of_clusters(lab: Lab, override: tuple[str, ...]) -> None:
    made = lab.plan(SCENARIOS.replace("seeds: 20", "seeds: 3"), *override)
    lab.run(made)
    assert plan_of(lab.folder(made), lab.workspace).digest == made.digest


def test_clusters_of_settings_are_refused_where_there_are_none(lab: Lab) -> None:
    with pytest.raises(DocumentError, match="clusters of one setting, and its runs have none") as refused:
        lab.plan(PLAN.replace("clusters: [roster]", "clusters: [setting]"))
    assert "small.yaml:13:" in str(refused.value)
