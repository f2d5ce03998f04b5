"""A campaign with a stopping rule, run for real: when it stops, what the ledger says, and what a resume does."""

from __future__ import annotations

import csv
import json
from dataclasses import replace

import pytest

from agoranomos.analysis.campaign import summarise
from agoranomos.analysis.inference import measure_run
from agoranomos.analysis.report import render, write_report
from agoranomos.campaigns import (
    CampaignFolder,
    Outcome,
    Plan,
    Settings,
    build_tables,
    deviating,
    execute,
    find_plan,
)
from agoranomos.campaigns.ledger import read_ledger
from agoranomos.campaigns.ledger_entries import Stopped
from agoranomos.campaigns.stop_on_record import begun_against_the_rule
from agoranomos.campaigns.verification import verify_campaign
from agoranomos.errors import UsageError
from campaigns.laboratory import Died, DyingStorage, Lab

STOPPING = """
kind: campaign
version: 1
name: stopping
market: cournot-duopoly
rosters: [divider-noisy, nash-noisy]
regimes:
  free: {}
  governed: {institution: cournot-antitrust}
seeds: 10
rounds: 24
outcome: price
hypotheses:
  h1: {first: governed, second: free, expects: higher}
stopping: {hypothesis: h1}
"""


def _stopped(lab: Lab, made) -> Stopped | None:
    return read_ledger(lab.folder(made).ledger, lab.trusted())[0].stopped


def _said(met: Stopped) -> tuple[object, ...]:
    return tuple(getattr(met, name) for name in Stopped.__struct_fields__ if name != "claimed_unix_s")


def _run(lab: Lab, made, *storage, **settings):
    return lab.run(made, *storage, measure=measure_run, **settings)


def test_a_clear_effect_stops_the_campaign_and_every_arm_has_the_same_seeds(lab: Lab) -> None:
    made = lab.plan(STOPPING)
    outcome = _run(lab, made)
    met = _stopped(lab, made)
    assert met is not None
    assert outcome.met == met
    assert 4 <= met.pairs < 10
    assert met.seed == met.pairs - 1
    assert met.verdict == "higher"
    assert met.low_e6 is not None
    assert 0 < met.low_e6 < met.estimate_e6
    assert outcome.finished == 4 * met.pairs
    assert outcome.failures == ()
    status = json.loads(lab.folder(made).status_file.read_text())
    assert status["state"] == "finished"
    assert status["reason"].startswith(f"stopped by its rule after {met.pairs} seeds")
    assert verify_campaign(lab.folder(made), lab.trusted()).faults == ()


def test_the_decision_is_the_same_on_any_number_of_workers(lab: Lab, second_lab: Lab) -> None:
    one, many = lab.plan(STOPPING), second_lab.plan(STOPPING)
    _run(lab, one)
    _run(second_lab, many, workers=2)
    first, second = _stopped(lab, one), _stopped(second_lab, many)
    assert first is not None
    assert second is not None
    assert _said(first) == _said(second)
    few, more = lab.entries(one), second_lab.entries(many)
    assert few.keys() <= more.keys()
    assert {key: more[key] for key in few} == few


def test_the_same_command_again_begins_nothing(lab: Lab) -> None:
    made = lab.plan(STOPPING)
    first = _run(lab, made)
    again = _run(lab, made)
    assert (again.kept, again.finished) == (first.finished, 0)
    assert again.met == first.met


def test_what_the_rule_was_told_is_what_the_report_says(lab: Lab) -> None:
    made = lab.plan(STOPPING)
    _run(lab, made)
    folder = lab.folder(made)
    build_tables(folder, lab.trusted())
    values = {(arm.arm.name, r.seed): r.outcomes.price for arm in summarise(folder.root).arms for r in arm.results}
    history = read_ledger(folder.ledger, lab.trusted())[0]
    for run in made.runs():
        if run.key in values:
            closed = history.of(*run.key)[-1].closed
            assert closed is not None
            assert measure_run(made, run, folder.run(*run.key), closed.head).value == values[run.key]


@pytest.mark.parametrize("after", [60, 150, 260])
def test_a_session_that_died_goes_on_to_the_same_decision(lab: Lab, second_lab: Lab, after: int) -> None:
    whole, broken = lab.plan(STOPPING), second_lab.plan(STOPPING)
    _run(lab, whole)
    with pytest.raises(Died):
        _run(second_lab, broken, DyingStorage(after, Died))
    _run(second_lab, broken)
    one, other = _stopped(lab, whole), _stopped(second_lab, broken)
    assert one is not None
    assert other is not None
    assert _said(one) == _said(other)
    assert lab.entries(whole) == second_lab.entries(broken)


def test_differences_that_never_vary_decide_nothing_by_the_t_mixture(lab: Lab) -> None:
    """Scripted firms without noise differ by the same amount in every seed: no spread, no interval."""
    made = lab.plan(STOPPING.replace("[divider-noisy, nash-noisy]", "[divider]"))
    assert _run(lab, made).met is None
    bounded = STOPPING.replace("{hypothesis: h1}", "{hypothesis: h1, sequence: bounded, range: [68, 78]}")
    bounded = bounded.replace("seeds: 10", "seeds: 30").replace("[divider-noisy, nash-noisy]", "[divider]")
    with_range = lab.plan(bounded)
    met = _run(lab, with_range).met
    assert met is not None
    assert met.low_e6 is not None
    assert met.low_e6 > 0


def test_a_rule_that_is_not_met_lets_every_run_end(lab: Lab) -> None:
    made = lab.plan(STOPPING.replace("[divider-noisy, nash-noisy]", "[nash, divider]").replace("seeds: 10", "seeds: 6"))
    outcome = _run(lab, made)
    assert outcome.met is None
    assert outcome.finished == 24


def test_a_rule_without_a_measure_is_refused_before_anything_runs(lab: Lab) -> None:
    made = lab.plan(STOPPING)
    with pytest.raises(UsageError, match="nothing is given to measure its runs with"):
        lab.run(made)


def test_a_ledger_that_goes_on_after_its_rule_was_met_is_tampered_with(lab: Lab) -> None:
    made = lab.plan(STOPPING)
    _run(lab, made)
    history = read_ledger(lab.folder(made).ledger, lab.trusted())[0]
    assert list(begun_against_the_rule(made.document, history)) == []
    history.begun_since.append(("free.nash-noisy", 9))
    (fault,) = begun_against_the_rule(made.document, history)
    assert "begins free.nash-noisy/9 after the stopping rule was met" in fault.message
    other = replace(made, campaign=made.campaign.model_copy(update={"stopping": None}))
    (fault,) = begun_against_the_rule(other.document, history)
    assert "the plan has none" in fault.message


def test_the_report_is_complete_and_calls_everything_by_its_role(lab: Lab) -> None:
    more = "  more: {first: governed, second: free, outcome: welfare, role: exploratory}\nstopping:"
    made = lab.plan(STOPPING.replace("stopping:", more).replace("outcome: price", "outcome: price\nclusters: [roster]"))
    met = _run(lab, made).met
    assert met is not None
    folder = lab.folder(made)
    build_tables(folder, lab.trusted())
    summary = summarise(folder.root, case_cost=5.0)
    assert summary.complete
    assert summary.not_needed == summary.planned - summary.finished == 4 * (10 - met.pairs)
    found = summary.findings
    assert found is not None
    path = found.inference.path
    assert path is not None
    assert path.decided is not None
    look = path.decided.look
    assert (look.n, round(look.low * 1e6), round(look.high * 1e6)) == (met.pairs, met.low_e6, met.high_e6)
    page = render(summary)
    assert "This campaign is not complete" not in page
    assert (
        f"The stopping rule (t-mixture confidence sequence at 95% on h1, confirmatory) was met at {met.pairs} seeds"
        in page
    )
    for heading in (
        "h1 (confirmatory)",
        "more (exploratory)",
        "roster by roster: exploratory",
        "Over all rosters: expl",
    ):
        assert heading in page
    assert page.count("Errors, judged by prices") == 1
    assert "the same runs as under h1, above" in page
    assert 'id="sequence-' in page
    rows = list(csv.DictReader((write_report(summary).index.parent / "hypotheses.csv").open()))
    assert {(row["hypothesis"], row["role"]) for row in rows} == {("h1", "confirmatory"), ("more", "exploratory")}
    assert [row["name"] for row in rows if row["decides"] == "True"] == [path.method, "t over clusters"]


def test_a_deviation_makes_the_stop_void_and_its_own_rule_begins_from_the_start(lab: Lab) -> None:
    first = lab.plan(STOPPING)
    met = _run(lab, first).met
    assert met is not None
    folder = lab.folder(first)

    def deviated(text: str) -> Plan:
        return deviating(*find_plan(lab.plan(text), lab.logs, lab.keys.trusted()))

    same_rule = deviated(STOPPING.replace("outcome: price", "outcome: price\ntitle: x\nbatches: 2"))
    again = execute_as(lab, same_rule, folder)
    assert (again.finished, again.met is not None) == (0, True)
    assert _said(again.met) == _said(met)  # type: ignore[arg-type]
    without = deviated(STOPPING.replace("stopping: {hypothesis: h1}\n", ""))
    ended = execute_as(lab, without, folder)
    assert ended.met is None
    assert ended.kept + ended.finished == ended.planned == 40
    assert read_ledger(folder.ledger, lab.trusted())[0].stopped is None
    assert verify_campaign(folder, lab.trusted()).faults == ()


def execute_as(lab: Lab, made: Plan, folder: CampaignFolder) -> Outcome:
    """Go on in the folder under a plan that deviates from the one before."""
    settings = Settings(workers=1, clock=lambda: 1_700_000_000, deviation="because", measure=measure_run)
    return execute(made, folder, lab.keys, settings)
