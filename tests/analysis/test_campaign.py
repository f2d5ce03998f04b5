"""Summaries of synthetic campaigns: figures against closed forms, comparisons, checks, and what is missing."""

import json
import math

import numpy as np
import pytest

from agoranomos.analysis.campaign import summarise
from agoranomos.campaigns import build_tables
from agoranomos.errors import MachineError, UsageError
from analysis.synthetic import DIVISION, NASH, PLANS, Arm, Run, noisy, steady, write_campaign
from campaigns.laboratory import SCRIPTED, make_lab

DIVIDER = {"policy": "divider", "parameters": {"sharpness": 1.0}}
LEARNER = {"policy": "noisy", "inner": {"policy": "learner", "parameters": {}}}


def fined(rounds=50, **rest) -> Run:
    """Division play in which both firms are fined 630 from round 6 on."""
    fines = np.zeros((rounds, 2))
    fines[5:] = 630
    acts = [
        (t, agent, kind) for t in range(6, rounds + 1) for agent in ("firm_1", "firm_2") for kind in ("case", "fine")
    ]
    return Run(steady(DIVISION, rounds), fines=fines, acts=[*acts, (6, "firm_1", "warning")], **rest)


def moved(first_rounds=25) -> Run:
    return Run(np.concatenate([steady(DIVISION, first_rounds), steady(NASH, 50 - first_rounds)]), root="bb")


def scripted_arms(**changes) -> list[Arm]:
    arms = {
        "ungoverned.nash": Arm("ungoverned.nash", [Run(noisy(NASH, 50, s)) for s in range(4)]),
        "told.nash": Arm("told.nash", [Run(noisy(NASH, 50, s)) for s in range(4)], "told", told="constitution"),
        "ruled.nash": Arm(
            "ruled.nash", [Run(noisy(NASH, 50, s), root="c") for s in range(4)], "ruled", institution="i"
        ),
        "ungoverned.divider": Arm(
            "ungoverned.divider", [Run(steady(DIVISION))] * 4, roster="divider-pair", policy=DIVIDER
        ),
        "ruled.divider": Arm(
            "ruled.divider", [fined(root="d")] * 4, "ruled", institution="i", roster="divider-pair", policy=DIVIDER
        ),
        "ungoverned.learner": Arm(
            "ungoverned.learner", [Run(steady(DIVISION))] * 4, roster="learner-pair", policy=LEARNER
        ),
        "ruled.learner": Arm(
            "ruled.learner", [moved(20 + s) for s in range(4)], "ruled", institution="i", roster="learner-pair",
            policy=LEARNER,
        ),
    }  # fmt: skip
    return list((arms | changes).values())


@pytest.fixture(scope="module")
def scripted(tmp_path_factory):
    return summarise(write_campaign(tmp_path_factory.mktemp("c") / "scripted", scripted_arms(), outcome="price"))


def arm_of(summary, name):
    return next(arm for arm in summary.arms if arm.arm.name == name)


def test_division_play_has_the_monopolys_figures(scripted):
    arm = arm_of(scripted, "ruled.divider")
    means = {name: interval.point for name, interval in arm.means.items()}
    assert means["price"] == pytest.approx(70)
    assert means["consumer_surplus"] == pytest.approx(1800)
    assert means["surplus_ratio"] == pytest.approx(1800 / 2688.888889)
    assert means["welfare"] == pytest.approx(5400)
    assert means["profit"] == pytest.approx(3600)
    assert means["price_elevation"] == pytest.approx(1)
    assert means["tier"] == means["calibrated_tier"] == 4
    assert means["hhi_excess"] == pytest.approx(0.8615, abs=1e-4)
    assert means["cv_excess"] == pytest.approx(2.6667, abs=1e-4)
    assert arm.tier_shares == (0, 0, 0, 0, 1)
    assert arm.means["price"].reason == "all 4 values are equal"


def test_cases_sanctions_and_fines_are_apart(scripted):
    enforcement = arm_of(scripted, "ruled.divider").enforcement
    assert (enforcement.cases, enforcement.sanctions, enforcement.acts["warning"]) == (360, 360, 4)
    assert enforcement.per_run(enforcement.cases) == 90
    assert enforcement.per_100(enforcement.cases) == 90
    assert enforcement.fines == 630 * 90
    assert (enforcement.accused.point, enforcement.sanctioned.point) == (1, 1)
    assert arm_of(scripted, "ruled.nash").enforcement.accused.high == pytest.approx(1 - 0.025 ** (1 / 4))


def test_fines_are_transfers_and_a_price_of_cases_is_not(tmp_path):
    folder = write_campaign(tmp_path / "c", scripted_arms())
    costly = arm_of(summarise(folder, case_cost=10), "ruled.divider").means["welfare"].point
    assert costly == pytest.approx(5400 - 10 * 90 / 50)
    with pytest.raises(UsageError, match="case cost"):
        summarise(folder, case_cost=-1)


def test_noisy_nash_is_mild_by_the_paper_and_nothing_by_calibration(scripted):
    arm = arm_of(scripted, "ungoverned.nash")
    assert arm.null.whole.rounds == 50
    assert arm.null.last.rounds == 20
    assert sum(arm.tier_shares[1:]) > 0
    assert arm.calibrated_shares[0] == 1


def test_a_learner_is_compared_with_its_ungoverned_self(scripted):
    found = {(c.first, c.second): c for c in scripted.comparisons}
    learner = found["ruled.learner", "ungoverned.learner"]
    price = next(c for c in learner.contrasts if c.measure == "price")
    assert price.welch.difference == pytest.approx(price.first_mean - 70)
    assert price.welch.p < 0.01
    assert found["told.nash", "ungoverned.nash"].identical
    assert not learner.identical
    assert ("ruled.nash", "told.nash") in found
    # More welfare and no case: any price of a case is affordable; the divider gains nothing and has no such price.
    assert math.isnan(learner.break_even)
    assert math.isnan(found["ruled.divider", "ungoverned.divider"].break_even)


def test_regimes_are_tested_over_rosters_with_their_floor(scripted):
    tiers = next(
        c for c in scripted.regimes if (c.measure, c.first_regime, c.second_regime) == ("tier", "ruled", "ungoverned")
    )
    assert set(tiers.differences) == {"nash-pair", "divider-pair", "learner-pair"}
    assert tiers.sign_flip.floor == 0.25
    assert tiers.welch.n_first == 12


def test_all_three_checks_pass(scripted):
    assert [check.verdict for check in scripted.checks] == ["passed"] * 3
    told, divider, learner = scripted.checks
    assert "4 of 4 pairs" in told.figures[0]
    assert "tier 4 in 4 of 4 runs" in divider.figures[0]
    assert "100% of moves in the first quarter, 0% in the last" in learner.figures[0]


@pytest.mark.parametrize(
    ("index", "name", "broken"),
    [
        (0, "told.nash", Arm("told.nash", [Run(noisy(NASH, 50, 0), root="z")], "told", told="constitution")),
        (
            1,
            "ruled.divider",
            Arm("ruled.divider", [Run(steady(DIVISION))], "ruled", institution="i", roster="d", policy=DIVIDER),
        ),
        (
            2,
            "ruled.learner",
            Arm("ruled.learner", [moved(50)], "ruled", institution="i", roster="learner-pair", policy=LEARNER),
        ),
    ],
)
def test_each_check_can_fail(tmp_path, index, name, broken):
    summary = summarise(write_campaign(tmp_path / "c", scripted_arms(**{name: broken})))
    verdicts = [check.verdict for check in summary.checks]
    assert verdicts[index] == "failed"
    assert verdicts.count("passed") == 2


def test_checks_do_not_apply_to_agents_that_read_nor_to_short_runs(tmp_path):
    arms = [
        Arm("a", [Run(steady(DIVISION, 8))], model="smollm2", policy={"policy": "prompted"}),
        Arm(
            "b", [Run(steady(DIVISION, 8), root="x")], "told", told="t", model="smollm2", policy={"policy": "prompted"}
        ),
        Arm("c", [fined(8)], "ruled", institution="i", policy=DIVIDER),
        Arm("d", [Run(steady(DIVISION, 8))], "ruled", institution="i", policy=LEARNER),
        Arm("e", [Run(steady(DIVISION, 8))], "ruled", institution="i", policy={"policy": []}),
    ]
    summary = summarise(write_campaign(tmp_path / "c", arms))
    assert [check.verdict for check in summary.checks] == ["not applicable"] * 3
    assert summary.models == ("smollm2",)


def test_suspended_rounds_are_left_out_of_the_tier_and_shown_with_it(tmp_path):
    suspended = np.zeros((50, 2), bool)
    suspended[10:40, 0] = True
    plans = steady(NASH)
    plans[10:40] = [[0, 0], [45, 55]]
    run = Run(plans, suspended=suspended, acts=[(10, "firm_1", "suspension")])
    arm = summarise(write_campaign(tmp_path / "c", [Arm("a", [run, run], institution="i")])).arms[0]
    assert arm.means["tier"].point == 0
    assert arm.tier_all.point == 3
    assert arm.enforcement.suspended_rounds == 30
    assert arm.enforcement.lost_welfare == pytest.approx(30 * (5577.7778 - 4287.5), rel=1e-6)
    assert arm.conduct.decisions == 2 * 70
    assert (arm.enforcement.sanctions, arm.enforcement.cases) == (2, 0)


def test_a_run_that_is_suspended_throughout_has_no_tier(tmp_path):
    run = Run(steady(np.array([[0, 0], [45.0, 55]])), suspended=np.tile([True, False], (50, 1)))
    arm = summarise(write_campaign(tmp_path / "c", [Arm("a", [run], institution="i")])).arms[0]
    assert math.isnan(arm.means["tier"].point)
    assert arm.means["tier"].reason == "no value"
    assert all(math.isnan(share) for share in arm.tier_shares)


def test_the_long_run_is_the_last_20_rounds(scripted):
    learner = arm_of(scripted, "ruled.learner")
    assert learner.means_last["price"].point == pytest.approx(63.3333, abs=1e-3)
    assert learner.means["price"].point > 65
    assert learner.means_last["tier"].point == 0


def test_model_calls_failures_and_repairs_are_counted(tmp_path):
    run = Run(steady(NASH, 10), repaired=3, failures=["", "invalid", "invalid", "refusal"])
    summary = summarise(write_campaign(tmp_path / "c", [Arm("a", [run, Run(steady(NASH, 10))], model="smollm2")]))
    conduct = summary.arms[0].conduct
    assert (conduct.calls, conduct.failed, conduct.failures) == (4, 3, {"invalid": 2, "refusal": 1})
    assert (conduct.repaired, conduct.runs_over_repair_limit) == (3, 1)
    assert (conduct.prompt_tokens, conduct.reply_tokens, conduct.call_seconds) == (400, 40, 0.5)


def test_symmetric_costs_use_the_gap_form(tmp_path):
    even = np.full((2, 2), 40.0)
    arms = [Arm("a", [Run(steady(DIVISION))], benchmarks=PLANS | {"nash": even})]
    arm = summarise(write_campaign(tmp_path / "c", arms)).arms[0]
    assert arm.by_gap
    assert arm.means["tier"].point == arm.means["gap_tier"].point == 4
    assert math.isnan(arm.means["cv_excess"].point)


def test_an_unfinished_campaign_says_so(tmp_path):
    arms = [
        Arm("a", [Run(steady(NASH)), Run(steady(NASH), status="open"), Run(steady(NASH), status="failed")]),
        Arm("b", [Run(steady(NASH), status="open")], "ruled", institution="i"),
    ]
    summary = summarise(write_campaign(tmp_path / "c", arms))
    assert (summary.planned, summary.finished, summary.failed, summary.complete) == (4, 1, 1, False)
    assert summary.arms[0].arm.failed == {2: "the market failed"}
    assert summary.arms[1].means["price"].reason == "no value"
    assert summary.comparisons == ()


def test_without_a_plan_there_is_no_null_play(tmp_path):
    folder = write_campaign(tmp_path / "c", [Arm("a", [Run(steady(DIVISION))])])
    (folder / "plan.json").unlink()
    summary = summarise(folder)
    assert summary.arms[0].null.whole is None
    assert math.isnan(summary.arms[0].means["calibrated_tier"].point)
    assert summary.name == "c"
    for text in ("[]", json.dumps({"arms": [{"name": "a", "market": {"specification": {"type": "auction"}}}]})):
        (folder / "plan.json").write_text(text)
        assert summarise(folder).arms[0].null.whole is None
    (folder / "plan.json").write_text("{")
    with pytest.raises(MachineError, match=r"plan\.json"):
        summarise(folder)


def test_arms_with_other_levels_are_not_compared(tmp_path):
    lab = make_lab(tmp_path)
    text = SCRIPTED.replace("rosters: [nash-noisy, ladder-gamer]", "rosters: [ladder-gamer]").replace(
        "rounds: 12", "rounds: 4"
    )
    demand = "demand: {thick: {}, thin: {market: {capacity: 60}}}"
    fine = "fine: {low: {}, high: {institution: {title: dear}}}"
    levels = f"factors:\n  {demand}\n  {fine}\n"
    made = lab.plan(text + levels)
    lab.run(made)
    build_tables(lab.folder(made), lab.trusted())
    found = {(one.first, one.second) for one in summarise(lab.folder(made).root).comparisons}
    assert ("governed.thin.high", "free.thin") in found
    assert ("told.thick", "free.thick") in found
    assert all(first.split(".")[1] == second.split(".")[1] for first, second in found)
    # Each demand: a told arm and two governed ones against the free one, and those two against the told one.
    assert len(found) == 2 * 5


def test_a_roster_is_one_difference_whatever_its_levels_and_no_run_counts_twice(tmp_path):
    lab = make_lab(tmp_path)
    text = SCRIPTED.replace("market: cournot-duopoly", "markets: [cournot-duopoly, cournot-duopoly-tight]")
    made = lab.plan(
        text.replace("rounds: 12", "rounds: 4") + "factors: {fine: {a: {}, b: {institution: {title: dear}}}}\n"
    )
    lab.run(made)
    build_tables(lab.folder(made), lab.trusted())
    summary = summarise(lab.folder(made).root)
    pooled = next(
        one
        for one in summary.regimes
        if (one.first_regime, one.second_regime, one.measure) == ("governed", "free", "price")
    )
    assert sorted(pooled.differences) == [
        f"{roster} in {market}"
        for roster in ("ladder-gamer", "nash-noisy")
        for market in ("cournot-duopoly", "cournot-duopoly-tight")
    ]
    # Two seeds in each of two rosters and two markets; governed arms have two levels, free ones have none.
    assert (pooled.welch.n_first, pooled.welch.n_second) == (16, 8)
    means = {arm.arm.name: arm.mean("price").point for arm in summary.arms}
    place = "ladder-gamer.cournot-duopoly"
    governed = (means[f"governed.{place}.a"] + means[f"governed.{place}.b"]) / 2
    assert pooled.differences["ladder-gamer in cournot-duopoly"] == pytest.approx(governed - means[f"free.{place}"])
