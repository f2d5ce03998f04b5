"""A report tells of every plan that was followed, and of those that were begun before."""

from __future__ import annotations

from pathlib import Path

from agoranomos.analysis.campaign import summarise
from agoranomos.analysis.deviations import Departures, departures_in_words
from agoranomos.analysis.export import as_json
from agoranomos.analysis.report import render
from agoranomos.campaigns import CampaignFolder, build_tables, deviating, find_plan
from analysis.synthetic import NASH, Arm, Run, noisy, write_campaign
from campaigns.laboratory import SCRIPTED, make_lab

PLANNED = SCRIPTED + "outcome: price\nhypotheses: {h1: {first: governed, second: free}}\n"


def test_a_deviation_is_told_with_its_reason_and_what_was_finished(tmp_path: Path) -> None:
    lab = make_lab(tmp_path)
    old = lab.plan(PLANNED)
    lab.run(old, after=("ab" * 32,))
    text = PLANNED.replace("second: free}", "second: free}, h2: {first: told, second: free}")
    new, earlier = find_plan(lab.plan(text, "seeds=3"), lab.logs, lab.keys.trusted())
    lab.run(deviating(new, earlier), deviation="two <seeds> were too few")
    folder = CampaignFolder(lab.logs / old.label)
    build_tables(folder, lab.keys.trusted())
    summary = summarise(folder.root)
    assert summary.departures.before == ("ab" * 32,)
    assert (summary.departures.late, summary.departures.withdrawn) == ({"h1", "h2"}, {"h1"})
    assert summary.findings is not None
    assert {answer.role for answer in summary.findings.inference.answers} == {"exploratory"}
    (told,) = summary.departures.deviations
    assert (told.number, told.opened, told.closed, told.claimed) == (1, 12, 12, "2023-11-14 22:13 UTC")
    before, after = departures_in_words(summary.departures)
    assert "another plan of this campaign had runs" in before
    assert "with 12 runs finished" in after
    assert "exploratory: h1, h2" in after
    page = render(summary)
    assert "Departures from the plan" in page
    assert "two &lt;seeds&gt; were too few" in page
    assert as_json(summary)["departures"]["deviations"][0]["late"] == ("h1", "h2")


def test_a_campaign_that_kept_to_its_plan_says_nothing(tmp_path: Path) -> None:
    summary = summarise(write_campaign(tmp_path / "c", [Arm("a", [Run(noisy(NASH, 5, 1))])]))
    assert summary.departures == Departures()
    assert departures_in_words(summary.departures) == []
    assert "Departures" not in render(summary)
