"""What an institution makes of a breach of duty in a scenario, by arithmetic; and the command that tells it."""

import json

import pytest

from agoranomos.cli.entry import run_command
from agoranomos.cli.named import institution_named
from agoranomos.deterrence.derived import changed
from agoranomos.deterrence.duty_certificate import certify_duty
from agoranomos.errors import UsageError
from agoranomos.markets import load_market
from agoranomos.scenarios import coordination_v0, role_play_v0, tin_men_v0
from agoranomos.workspace import find_workspace

GAP = 0.5
"""In incomes of the required option: what breaking the rule earns more in the scenario below."""


def taxi(**keys):
    return role_play_v0.parallel_env(**{"settings": ("taxi",), "gap": (1 + GAP,), "rounds": 10, **keys})


def institution(name, *changes):
    return changed(institution_named(name), changes)


def plan(found, name):
    (one,) = [each for each in found.plans if name in (each.name, *each.alike) and not each.together]
    return one


def test_certain_audits_take_what_the_file_says():
    found = certify_duty(institution("tipping-audit", "audits.look.probability=0.999999"), taxi())
    broken = plan(found, "violate")
    assert broken.free.point == pytest.approx(GAP)
    assert broken.fined == pytest.approx(6 * GAP)
    assert broken.gain.point == pytest.approx(GAP - 6 * GAP)
    assert (broken.accused, broken.broke) == (1.0, 1.0)
    assert broken.principal == pytest.approx(-1.0), "the harm of the scenario, one income a round"
    assert found.gap == pytest.approx(GAP)
    assert (found.cost, found.innocents_accused, found.holds) == (0.0, 0.0, True)


def test_audits_by_chance_are_within_their_interval():
    found = certify_duty(institution("tipping-audit"), taxi())
    broken = plan(found, "violate")
    assert broken.gain.low <= GAP - 0.25 * 6 * GAP <= broken.gain.high
    assert broken.gain.high < 0
    assert found.holds


def test_a_fine_that_is_too_small_deters_nobody():
    rate = ("transitions.0.fine.rate=1.0", "transitions.1.fine.rate=1.0")
    found = certify_duty(institution("tipping-audit", *rate), taxi())
    assert plan(found, "violate").gain.low > 0
    assert not found.holds


def test_plans_that_come_to_the_same_are_one_and_dutiful_ones_none():
    found = certify_duty(institution("tipping-audit"), taxi())
    names = [{each.name, *each.alike} for each in found.plans]
    assert sum("violate" in some for some in names) == 1
    assert not any("comply" in some for some in names)
    assert all(each.free.point for each in found.plans), "none that does what the dutiful do"


def test_what_an_institution_does_not_forbid_is_told_as_let_pass():
    found = certify_duty(
        institution("disclosure-duty"), tin_men_v0.parallel_env(commission={"flat": 0.2, "company": 0.5}, rounds=4)
    )
    passed = [each for each in found.let_pass if each.broke > 0]
    assert passed, "to override openly is no breach of a duty to disclose"
    assert all(each.accused == 0 and each.principal < 0 for each in passed)
    assert all(each.broke > 0 and each.accused > 0 for each in found.accused)


def test_groups_are_tried_alone_and_together():
    world = coordination_v0.parallel_env(players=3, threshold=2, rounds=6, audit={"probability": 0.0})
    found = certify_duty(institution("tipping-audit"), world)
    assert {each.together for each in found.plans} == {False, True}
    assert any("break their duty alone" in left for left in found.left_out)


def test_the_command_tells_it_and_ends_with_its_verdict(capsys):
    assert run_command(["graph", "certify", "tipping-audit", "--market", "role-play", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["holds"] is True
    assert "deters what it accuses" in told["sentence"]
    assert {each["by"] for each in told["accused"]} == {"one"}
    weak = ["--set", "transitions.0.fine.rate=0.5", "--set", "transitions.1.fine.rate=0.5"]
    assert run_command(["graph", "certify", "tipping-audit", "--market", "role-play", *weak]) == 1
    said = capsys.readouterr().out
    assert "does not deter" in said
    assert "Accused:" in said


@pytest.mark.parametrize(
    ("name", "market"), [("bonded-workers", "hidden-action-principal"), ("dismissal", "commons-monitor-newcomer")]
)
def test_seats_with_other_menus_keep_their_duty_and_seeded_ones_play_as_ever(name, market):
    found = certify_duty(institution(name), load_market(market, find_workspace(None)), runs=3)
    assert found.plans


def test_who_accuses_the_dutiful_alike_accuses_no_plan_and_holds_nothing():
    found = certify_duty(institution("auditor-rotation"), load_market("mutual-audit", find_workspace(None)), runs=4)
    assert (found.accused, found.holds) == ((), False)
    assert found.innocents_accused > 0
    assert all(each.accused <= each.else_accused for each in found.plans)


@pytest.mark.parametrize("option", [["--plans", "nash"], ["--grid", "2"], ["--output", "map.svg"]])
def test_options_of_cournot_markets_are_refused(option, capsys):
    assert run_command(["graph", "certify", "tipping-audit", "--market", "role-play", *option]) == 2
    assert f"{option[0]}: role-play is a scenario, whose plans are its own" in capsys.readouterr().err


def test_an_institution_that_cannot_govern_it_is_refused():
    with pytest.raises(UsageError):
        certify_duty(institution("cournot-antitrust"), taxi())
