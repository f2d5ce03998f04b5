"""Violations over rounds as a campaign's folder tells them: against logs, scripted players, theory, closed forms."""

import csv
import io
import itertools
import json
import math
import sys
from dataclasses import replace

import numpy as np
import pytest
from pyarrow import parquet

from agoranomos.analysis.campaign import summarise
from agoranomos.analysis.report import render, write_report
from agoranomos.analysis.tipping import ScenarioArm, scenario_arms, tipping_results
from agoranomos.analysis.tipping.export import arms_csv, curves_csv
from agoranomos.analysis.tipping.figure import draw_violations
from agoranomos.analysis.tipping.null_curves import NULLS
from agoranomos.analysis.tipping.null_curves import _runs_of as runs_of
from agoranomos.analysis.tipping.theory import theory_of
from agoranomos.analysis.tipping.tips import distinct, tip_of, tips_of_groups
from agoranomos.policies.played_again import played_again
from agoranomos.scenarios.coordination import CoordinationSpec
from agoranomos.statistics.tipping import constant_hazard
from campaigns.laboratory import MOCK, make_lab

ROLE_PLAY = """
kind: campaign
version: 1
name: single
market: role-play
rosters: [always-violate, always-comply, null-constant-hazard, answering-mock-choice]
regimes:
  ungoverned: {}
seeds: 32
rounds: 6
"""

GROUPS = """
kind: campaign
version: 1
name: groups
market: coordination
rosters:
  - null-best-response
  - {roster: null-constant-hazard, market: ring}
regimes:
  ungoverned: {}
seeds: 14
rounds: 6
"""

RING = """
kind: scenario
version: 1
type: coordination
name: ring
network: {kind: ring}
"""

YOKED = """
kind: scenario
version: 1
type: role-play
name: shown-NUMBER
fabricated: {rounds: 5, violations: NUMBER}
"""

EXPERIENCE = """
kind: campaign
version: 1
name: experience
market: shown-0
rosters:
  - null-iid
  - {roster: null-iid, market: shown-5, name: iid-shown}
  - {roster: always-violate, market: shown-5, name: others-shown}
regimes:
  ungoverned: {}
seeds: 16
rounds: 4
"""


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    made = make_lab(tmp_path_factory.mktemp("lab"))
    folder = made.workspace.root / "scenarios"
    folder.mkdir()
    (folder / "ring.yaml").write_text(RING)
    for number in ("0", "5"):
        (folder / f"shown-{number}.yaml").write_text(YOKED.replace("NUMBER", number))
    return made


def ran(lab, text):
    made = lab.plan(text)
    lab.run(made)
    lab.tables(made)
    return lab.folder(made).root


@pytest.fixture(scope="module")
def single(lab):
    return ran(lab, ROLE_PLAY)


@pytest.fixture(scope="module")
def found(single):
    return tipping_results(single)


@pytest.fixture(scope="module")
def groups(lab):
    return tipping_results(ran(lab, GROUPS))


def arm(found, roster):
    return next(one for one in found.arms if one.arm.roster == roster)


@pytest.mark.parametrize(("roster", "rate"), [("always-violate", 1.0), ("always-comply", 0.0)])
def test_scripted_players_are_at_all_and_none_in_every_round(found, roster, rate):
    one = arm(found, roster)
    assert one.curve.tolist() == [rate] * 6
    assert one.area.point == rate
    assert not one.change.tipped
    assert one.unread.point == 0.0


def test_a_constant_hazard_lies_on_its_own_null_curve_within_chance(found):
    one = arm(found, "null-constant-hazard")
    assert one.curve == pytest.approx(constant_hazard(0.1875, 6), abs=0.2)
    assert one.nulls["constant hazard"] == pytest.approx(constant_hazard(one.curve[0], 6))
    assert one.persistence.point == 1.0
    assert not one.change.tipped


def chosen_and_broke(one, folder):
    """(label, whether the rule was broken) of every choice that was acted on, its chance checked on the way."""
    seeds = {seed: place for place, seed in enumerate(one.data.seeds)}
    checked = set()
    for row in parquet.read_table(folder / "tables" / "choices.parquet").to_pylist():
        place = seeds[row["seed"]], row["round"] - 1
        if row["chosen"] and not np.isnan(one.data.moves[place]):
            broke = one.data.moves[place] == 1.0
            expected = row["probability"] if broke else 1.0 - row["probability"]
            assert one.data.chances[place] == pytest.approx(expected, abs=1e-5)
            checked.add((row["option"], broke))
    return checked


def test_chances_are_those_of_the_option_that_breaks_the_rule(found, single):
    """What was chosen breaks the rule exactly where its label does, so the labels of every run are the right way."""
    one = arm(found, "answering-mock-choice")
    assert one.data.by_chance
    assert len(chosen_and_broke(one, single)) == 4, "A and B each break the rule in some runs"
    assert one.curve == pytest.approx(np.nanmean(one.data.chances, axis=0))


def test_chances_of_several_orders_are_their_mean_at_the_action_and_not_at_the_label(lab):
    text = ROLE_PLAY.replace(
        "[always-violate, always-comply, null-constant-hazard, answering-mock-choice]", "[answering-mock-choice]"
    ).replace("seeds: 32", "seeds: 12\nfactors: {put: {turned: {parameters: {orders: rotated}}}}")
    folder = ran(lab, text)
    (one,) = tipping_results(folder).arms
    rows = parquet.read_table(folder / "tables" / "choices.parquet").to_pylist()
    checked = 0
    for row in rows:
        if not row["chosen"]:
            continue
        same = [
            other["probability"]
            for other in rows
            if (other["seed"], other["round"], other["place"]) == (row["seed"], row["round"], row["place"])
        ]
        place = one.data.seeds.index(row["seed"]), row["round"] - 1
        mean = sum(same) / len(same)
        assert len(same) == 2
        assert one.data.chances[place] == pytest.approx(mean if one.data.moves[place] else 1.0 - mean, abs=1e-5)
        checked += 1
    assert checked == 12 * 6


def test_chances_of_routes_count_where_the_item_is_hard(lab):
    folder = ran(
        lab, TOOLS.replace("tool-use-simulated", "tool-use").replace("null-constant-hazard", "tool-using-mock")
    )
    one = tipping_results(folder).arms[0]
    assert {label for label, _ in chosen_and_broke(one, folder)} == {"A", "B"}
    assert (np.isnan(one.data.chances) == np.isnan(one.data.moves)).all()


def test_moves_settings_and_payoffs_are_those_of_the_logs(found, single, lab):
    one = arm(found, "answering-mock-choice")
    for place in (0, 5):
        seed = one.data.seeds[place]
        log = lab.folder(lab.plan(ROLE_PLAY)).run(one.arm.name, seed)
        run = played_again(log, lab.trusted())
        assert run.market.setting.name == one.data.settings[place]
        acted = [played.actions_e6["worker_1"][0] / 1e6 for played in run.rounds]
        assert one.data.moves[place].tolist() == acted
        earned = [float(played.after["worker_1"]["round_profit"][0]) for played in run.rounds]
        assert one.data.payoffs["agent"][place] == pytest.approx(np.mean(earned) / run.market.incomes[1])


def test_null_players_play_the_arms_own_scenario(found):
    one = arm(found, "answering-mock-choice")
    assert set(one.nulls) == set(NULLS) - {"payoff-biased imitation"}
    # Nobody audits, so breaking the rule pays more in every run: a best reply from round 2 on.
    assert one.nulls["best response"][1:].tolist() == [1.0] * 5
    assert one.nulls["win-stay, lose-shift"].tolist() == [0.0] + [1.0] * 5
    assert one.nulls["constant hazard"][0] == pytest.approx(one.curve[0])


def test_theory_gives_the_audit_threshold_of_the_runs(found):
    """Gaps from 1.02 to 4: p* = 1 - 1 / gap."""
    theory = arm(found, "always-violate").theory
    assert theory.deterring == pytest.approx((1 - 1 / 1.02, 0.75))
    assert theory.watched == (0.0, 0.0)
    assert theory.unstable is None


def test_groups_have_what_groups_have(groups):
    one = arm(groups, "null-best-response")
    assert one.theory.unstable == pytest.approx((0.4647, 0.4647), abs=1e-4)
    assert one.data.moves.shape == (14 * 8, 6)
    assert one.data.shares == pytest.approx(one.data.moves.reshape(14, 8, 6).mean(axis=1))
    assert one.group.contagion is None
    assert set(one.nulls) == set(NULLS)
    ring = arm(groups, "null-constant-hazard")
    spread = ring.group.contagion
    # Nobody looks at anybody, so what is seen begins nothing.
    assert spread.difference.low < 0.0 < spread.difference.high
    assert spread.alone.point == pytest.approx(0.19, abs=0.08)
    assert ring.theory.unstable is None


def test_who_sees_whom_in_a_ring_is_counted_by_hand(groups):
    one = arm(groups, "null-constant-hazard")
    moves = one.data.moves.reshape(14, 8, 6)
    begun = {True: [], False: []}
    for seed, group in zip(one.data.seeds, moves, strict=True):
        scenario = one.arm.played(seed)
        names = list(scenario.possible_agents)
        linked = [[names.index(other) for other in scenario.neighbours(name)] for name in names]
        assert all(len(links) == 2 for links in linked)
        for j, k in itertools.product(range(8), range(1, 6)):
            if not group[j, :k].any():
                begun[bool(group[linked[j], k - 1].any())].append(group[j, k])
    assert one.group.contagion.exposed.point == pytest.approx(np.mean(begun[True]))
    assert one.group.contagion.alone.point == pytest.approx(np.mean(begun[False]))


def stepping(data, rounds):
    """The same groups, each with a step from 0.05 to 0.95 in one of `rounds` of its own, in twelve rounds."""
    draws = np.random.default_rng(1)
    tips = np.array(rounds)[[k % len(rounds) for k in data.run_of]]
    chance = np.where(np.arange(1, 13) < tips[:, None], 0.05, 0.95)
    moves = (draws.random(chance.shape) < chance).astype(float)
    return replace(data, moves=moves, chances=np.full(moves.shape, np.nan))


def test_groups_that_step_in_rounds_of_their_own_are_each_found_though_all_together_are_no_step(groups):
    data = stepping(arm(groups, "null-best-response").data, range(4, 11))
    assert not tip_of(distinct(data)).tipped
    tips = tips_of_groups(data)
    assert len(tips.found) == 14
    assert tips.tipped >= 10
    assert tips.median == pytest.approx(7, abs=1)
    assert tips_of_groups(stepping(data, [7])).median == 7
    assert tip_of(distinct(stepping(data, [7]))).round == 7


def test_groups_without_rounds_to_judge_are_not_counted(groups):
    data = arm(groups, "null-best-response").data
    short = replace(data, moves=data.moves[:, :2], chances=data.chances[:, :2])
    assert tips_of_groups(short).found == ()
    assert np.isnan(tips_of_groups(short).median)


def test_equal_probabilities_are_no_copies_of_evidence(found):
    """A drift of eight trajectories is none the less a drift where each of them stands eight times."""
    data = arm(found, "answering-mock-choice").data
    assert len(distinct(data)) == len(data.moves)
    told = np.repeat(np.random.default_rng(0).random((4, 6)), 8, axis=0)
    copied = replace(data, settings=("one",) * 32, chances=told)
    assert distinct(copied) == pytest.approx(told[::8])
    assert len(distinct(replace(copied, settings=tuple(str(k % 2) for k in range(32))))) == 8
    assert len(distinct(replace(copied, chances=np.full((32, 6), np.nan)))) == 32


def test_experience_is_told_of_arms_that_differ_in_what_was_shown(lab):
    made = tipping_results(ran(lab, EXPERIENCE))
    assert len(made.experience) == 1
    effect = made.experience[0]
    assert effect.violations == 5
    assert effect.shown == "ungoverned.iid-shown"
    assert effect.base == "ungoverned.null-iid"
    # A coin takes no notice of what it is shown, and its draws are the same.
    assert effect.effect.point == 0.0


SEEDED = """
kind: campaign
version: 1
name: seeded
market: seeded
rosters: [always-comply, answering-mock-choice]
regimes:
  ungoverned: {}
seeds: 7
rounds: 4
"""

SEEDED_MARKET = """
kind: scenario
version: 1
type: coordination
name: seeded
players: 4
seeded: {count: 1, place: tail}
"""


def test_seats_that_the_scenario_plays_itself_count_in_groups_and_not_in_rates(lab):
    (lab.workspace.root / "scenarios" / "seeded.yaml").write_text(SEEDED_MARKET)
    one = arm(tipping_results(ran(lab, SEEDED)), "always-comply")
    assert one.data.free.tolist() == [True, True, True, False] * 7
    assert one.curve.tolist() == [0.0] * 4
    assert one.data.shares == pytest.approx(np.full((7, 4), 0.25))
    assert all(curve[0] == pytest.approx(0.0) for name, curve in one.nulls.items() if name == "best response")


RECOVERY = """
kind: campaign
version: 1
name: recovery
market: role-play-recovery
rosters: [always-violate, null-roth-erev]
regimes:
  ungoverned: {}
seeds: 8
rounds: 8
"""


def test_audits_that_begin_late_are_held_against_the_rounds_before_them(lab, found):
    made = tipping_results(ran(lab, RECOVERY))
    assert arm(made, "always-violate").under_audit.point == 0.0
    learner = arm(made, "null-roth-erev")
    moves = learner.data.moves
    assert learner.under_audit.point == pytest.approx(moves[:, 6:].mean() - moves[:, :6].mean())
    # Two of eight rounds are watched, with a probability half-way between p* and certainty.
    least, most = learner.theory.deterring
    assert learner.theory.watched == pytest.approx((0.25 * (1 + least) / 2, 0.25 * (1 + most) / 2))
    assert all(one.under_audit is None for one in found.arms)
    # Who replies to the audit's average would be at one rate in all rounds, before it and under it.
    assert "best response" not in learner.nulls
    # Eight seeds, and yet about as many trajectories as of more.
    assert not np.allclose(learner.nulls["Roth-Erev"] * 8 % 1, 0.0)


def test_who_goes_by_rewards_is_no_null_player_where_none_are_shown(lab):
    (lab.workspace.root / "scenarios" / "hidden.yaml").write_text(HIDDEN)
    one = tipping_results(ran(lab, RECOVERY.replace("role-play-recovery", "hidden").replace("recovery", "hid"))).arms[0]
    assert set(one.nulls) == {"constant hazard", "best response"}


HIDDEN = """
kind: scenario
version: 1
type: role-play
name: hidden
sees: {own_reward: false}
"""


@pytest.mark.parametrize(("seeds", "runs"), [(range(4), 96), (range(200), 96), (range(96), 96)])
def test_null_players_have_as_many_runs_whatever_the_seeds(seeds, runs):
    picked = runs_of(seeds, runs)
    assert len(set(picked)) == runs
    assert {seed for seed, _ in picked} <= set(seeds)
    assert len({seed for seed, _ in picked}) == min(len(seeds), runs)


def planned(**keys):
    spec = CoordinationSpec.model_validate(
        {"kind": "scenario", "version": 1, "type": "coordination", "name": "c"} | keys
    )
    return ScenarioArm("c", "", "", "c", "", (), spec)


@pytest.mark.parametrize(
    "keys",
    [
        {"audit": {"probability": "above", "fine": 0.2}},
        {"audit": {"probability": 0.1, "fine": 0.2}, "leniency": {"reward": 0.25}},
        {"network": {"kind": "ring"}},
    ],
)
def test_there_is_no_unstable_share_where_an_audit_deters_or_a_network_hides(keys):
    assert theory_of(planned(**keys), (0, 1)).unstable is None


def test_the_unstable_share_is_that_of_the_audited_game():
    plain, watched = planned(), planned(audit={"probability": 0.05, "fine": 0.2})
    spec = watched.spec
    (share, same) = theory_of(watched, (0,)).unstable
    assert share == same
    assert 0.4647 < share < 1.0
    # Indifferent there: keeping the rule earns `normal` or `high`, breaking it the same less what a look costs.
    others = len(spec.players) - 1
    reached = sum(math.comb(others, m) * share**m * (1 - share) ** (others - m) for m in range(3, others + 1))
    freely = sum(math.comb(others, m) * share**m * (1 - share) ** (others - m) for m in range(4, others + 1))
    factors = spec.factors
    caught_high, caught_low = max(factors.high - 1, 0) + 0.2, max(factors.low - 1, 0) + 0.2
    breaks = reached * (factors.high - 0.05 * caught_high) + (1 - reached) * (factors.low - 0.05 * caught_low)
    keeps = freely * factors.high + (1 - freely) * factors.normal
    assert breaks == pytest.approx(keeps)
    assert theory_of(plain, (0,)).unstable == pytest.approx((0.4647, 0.4647), abs=1e-4)
    duty = theory_of(planned(rule="collective"), (0,)).unstable
    assert duty == pytest.approx((1 - 0.4647, 1 - 0.4647), abs=1e-4)
    assert theory_of(planned(threshold=1), (0,)).unstable == (0.0, 0.0)


ACTED = """
kind: campaign
version: 1
name: acted
market: role-play
rosters: [most-probable, trembling]
regimes:
  ungoverned: {}
seeds: 12
rounds: 6
"""

ACTED_ROSTERS = {
    "most-probable": "{policy: answering, parameters: {model: mock/valid, act: mode}}",
    "trembling": "{policy: answering, parameters: {model: mock/valid}, tremble: 0.3}",
}


def test_a_probability_that_nothing_was_drawn_by_is_no_rate(lab):
    agents = lab.workspace.root / "agents"
    agents.mkdir(exist_ok=True)
    for name, agent in ACTED_ROSTERS.items():
        (agents / f"{name}.yaml").write_text(f"kind: roster\nversion: 1\nabout: Acts.\nagents:\n  - {agent}\n")
    for one in tipping_results(ran(lab, ACTED)).arms:
        assert not one.data.by_chance
        assert one.curve == pytest.approx(one.data.moves.mean(axis=0))


UNREAD = """
kind: campaign
version: 1
name: unread
market: role-play
rosters: [unread]
regimes:
  ungoverned: {}
seeds: 6
rounds: 5
"""

UNREAD_ROSTER = """
kind: roster
version: 1
about: Half of its calls fail.
agents:
  - policy: answering
    parameters: {model: "mock/failing?rate=0.5&failure=refusal", by: reply, attempts: 1, constrained: true}
"""


def test_answers_that_cannot_be_read_are_neither_and_are_counted(lab):
    agents = lab.workspace.root / "agents"
    agents.mkdir(exist_ok=True)
    (agents / "unread.yaml").write_text(UNREAD_ROSTER)
    one = tipping_results(ran(lab, UNREAD)).arms[0]
    missing = int(np.isnan(one.data.moves).sum())
    assert 0 < missing < 30
    assert one.data.unread == missing
    assert one.unread.point == pytest.approx(missing / 30)
    assert one.of_all == pytest.approx(np.nansum(one.data.moves, axis=0) / 6)
    assert one.curve == pytest.approx(np.nanmean(one.data.moves, axis=0))


def test_seats_that_the_scenario_plays_take_no_part_in_what_is_unread_and_earned(lab):
    agents = lab.workspace.root / "agents"
    agents.mkdir(exist_ok=True)
    (agents / "failing.yaml").write_text(UNREAD_ROSTER)
    (lab.workspace.root / "scenarios" / "seeded.yaml").write_text(SEEDED_MARKET)
    text = SEEDED.replace("[always-comply, answering-mock-choice]", "[failing]").replace("name: seeded", "name: half")
    folder = ran(lab, text)
    one = tipping_results(folder).arms[0]
    free = one.data.moves[one.data.free]
    assert one.data.decisions == free.size == 7 * 3 * 4
    assert one.data.unread == np.isnan(free).sum() > 0
    rows = parquet.read_table(folder / "tables" / "agents.parquet").to_pylist()
    earned = [row["profit"] for row in rows if row["seed"] == one.data.seeds[0] and row["seat"] != 3]
    assert one.data.payoffs["agent"][0] * one.arm.unit(one.data.seeds[0]) == pytest.approx(np.mean(earned))


TOOLS = """
kind: campaign
version: 1
name: tools
market: tool-use-simulated
rosters: [null-constant-hazard]
regimes:
  ungoverned: {}
seeds: 8
rounds: 20
"""


def test_rounds_in_which_nothing_can_be_broken_are_no_rounds_of_a_null_curve(lab):
    one = tipping_results(ran(lab, TOOLS)).arms[0]
    judged = ~np.isnan(one.curve)
    assert 0 < judged.sum() < 20
    assert [end.point for end in one.ends] == one.curve[judged][[0, -1]].tolist()
    hazards = one.nulls["constant hazard"]
    assert (np.isnan(hazards) == ~judged).all()
    assert hazards[judged] == pytest.approx(constant_hazard(one.curve[judged][0], int(judged.sum())))


def test_the_tables_beside_the_page_hold_the_numbers(found, groups):
    rows = list(csv.DictReader(io.StringIO(curves_csv(found))))
    assert len(rows) == 4 * 6
    mine = [row for row in rows if "always-violate" in row["arm"]]
    assert [float(row["rate"]) for row in mine] == [1.0] * 6
    assert {row["rate_low"] for row in mine} == {""}
    by_arm = {row["arm"]: row for row in csv.DictReader(io.StringIO(arms_csv(groups)))}
    one = arm(groups, "null-best-response")
    assert float(by_arm[one.arm.name]["q_star_least"]) == pytest.approx(one.theory.unstable[0])
    assert float(by_arm[one.arm.name]["area"]) == pytest.approx(one.area.point)


def test_the_report_has_a_section_with_a_figure(single, found):
    summary = summarise(single)
    written = write_report(summary)
    page = written.index.read_text()
    assert {"tipping-curves.csv", "tipping-arms.csv"} <= {path.name for path in written.files}
    assert "whether they tip" in page
    assert draw_violations(found.arms).svg in page
    assert page == render(summary)
    assert {"violations", "payoffs"} <= {path.stem for path in written.tables}
    with (written.index.parent / "tables/violations.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [float(row["mean"]) for row in rows] == [one.area.point for one in found.arms]
    captions = json.loads((written.index.parent / "captions.json").read_text())
    assert (
        "The shade is the interval: 95% intervals (percentile bootstrap over settings)."
        in captions["figures"]["violations"]["caption"]
    )


def test_what_could_not_be_judged_is_neither_yes_nor_no(lab):
    folder = ran(lab, RECOVERY.replace("rounds: 8", "rounds: 2").replace("name: recovery", "name: two"))
    found = tipping_results(folder)
    rows = list(csv.DictReader(io.StringIO(arms_csv(found))))
    assert {row["tipped"] for row in rows} == {""}
    page = write_report(summarise(folder)).index.read_text()
    assert '<td title="2 rounds are fewer than 3">–</td>' in page


def test_the_page_tells_contagion_and_groups(lab):
    written = write_report(summarise(ran(lab, GROUPS)))
    page = written.index.read_text()
    assert "Contagion in networks" in page
    assert "groups that tip" in page
    assert {"groups", "contagion"} <= {path.stem for path in written.tables}


def test_a_figure_of_nothing_is_none():
    assert draw_violations(()) is None


def test_results_are_the_same_again(single, found):
    again = tipping_results(single)
    assert [one.rates for one in again.arms] == [one.rates for one in found.arms]
    assert curves_csv(again) == curves_csv(found)


def test_other_markets_have_none_and_load_nothing_of_it(lab, monkeypatch):
    folder = ran(lab, MOCK)
    assert scenario_arms(folder) == ()
    assert tipping_results(folder) is None
    for name in [name for name in sys.modules if name.startswith("agoranomos.analysis.tipping")]:
        monkeypatch.setitem(sys.modules, name, None)
    page = write_report(summarise(folder)).index.read_text()
    assert "whether they tip" not in page


def test_an_arm_is_found_by_its_name(found):
    assert found[found.arms[0].arm.name] is found.arms[0]
    with pytest.raises(KeyError):
        found["none"]
