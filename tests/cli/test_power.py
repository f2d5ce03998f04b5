"""`agora power`: the three questions, the designs, a pilot's spreads, and what is refused."""

import json

import numpy as np
import pytest
from statsmodels.stats.power import TTestIndPower

from agoranomos.cli.entry import run_command

CAMPAIGN = """\
kind: campaign
version: 1
name: pilot
market: cournot-duopoly
rosters: [nash-noisy, best-response, learner]
regimes:
  ungoverned: {}
  institutional: {institution: cournot-antitrust}
seeds: 5
rounds: 15
outcome: price
"""


def asked(capsys, *words):
    assert run_command(["power", *words, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_an_effect_gives_runs_and_runs_give_the_effect_back(capsys):
    found = asked(capsys, "--effect", "0.5")
    assert (found["runs"], found["asked"]) == (64, "runs")
    back = asked(capsys, "--runs", "64")
    assert back["effect"] == pytest.approx(TTestIndPower().solve_power(nobs1=64, alpha=0.05, power=0.8), abs=1e-6)
    both = asked(capsys, "--effect", "0.5", "--runs", "30")
    assert both["power"] == pytest.approx(TTestIndPower().power(0.5, 30, 0.05))
    assert found["table"][0]["runs"] < 64 < found["table"][-1]["runs"]


def test_effects_are_in_the_outcomes_unit(capsys):
    assert asked(capsys, "--effect", "5", "--sd", "10")["runs"] == 64
    assert asked(capsys, "--runs", "64", "--sd", "10")["effect"] == pytest.approx(4.99, abs=0.01)


def test_clusters_that_no_runs_make_up_for_are_said(capsys):
    found = asked(capsys, "--design", "clustered", "--clusters", "6", "--icc", "0.3", "--effect", "0.5")
    assert found["runs"] is None
    assert "add clusters" in found["reason"]
    assert run_command(["power", "--design", "clustered", "--clusters", "6", "--icc", "0.3", "--effect", "0.5"]) == 0
    assert "out of reach" in capsys.readouterr().out
    flips = asked(capsys, "--design", "sign-flip", "--clusters", "5", "--effect", "3", "--runs", "50")
    assert flips["power"] == 0


def test_equivalence_takes_no_difference_as_true_unless_one_is_given(capsys):
    none = asked(capsys, "--margin", "0.5", "--design", "paired", "--correlation", "0.3")
    some = asked(capsys, "--margin", "0.5", "--design", "paired", "--correlation", "0.3", "--effect", "0.2")
    assert none["effect"] == 0
    assert some["runs"] > none["runs"]


def test_tiers_are_asked_in_odds_ratios(capsys):
    found = asked(capsys, "--design", "tiers", "--shares", "10,16,19,45", "--effect", "0.2")
    assert 15 < found["runs"] < 30
    assert found["simulated"] is True
    assert asked(capsys, "--design", "tiers", "--shares", "10,16,19,45", "--runs", "30")["effect"] < 1


def test_a_pilot_gives_spreads_and_clusters_and_no_effect(tmp_path, monkeypatch, capsys):
    (tmp_path / "pilot.yaml").write_text(CAMPAIGN)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AGORA_HOME", str(tmp_path / "home"))
    assert run_command(["run", "pilot.yaml", "--out", "logs", "--workers", "1"]) == 0
    folder = str(next((tmp_path / "logs").rglob("plan.json")).parent)
    capsys.readouterr()
    found = asked(capsys, "--from", folder, "--effect", "1")
    assert found["design"] == "clustered"
    assert (found["pilot"]["pairs"], found["pilot"]["clusters"], found["clusters"]) == (15, 3, 3)
    assert found["pilot"]["unit"] == "rosters"
    assert found["pilot"]["sd"] == found["sd"] > 0
    assert (found["pilot"]["first"], found["pilot"]["second"]) == ("institutional", "ungoverned")
    assert "effect" not in found["pilot"]
    assert run_command(["power", "--from", folder, "--runs", "9", "--first", "instituitonal"]) == 2
    assert "institutional" in capsys.readouterr().err
    assert run_command(["power", "--from", folder, "--runs", "9", "--outcome", "nothing"]) == 2
    assert "share 0 finished runs" in capsys.readouterr().err


TIPPING = """\
kind: campaign
version: 1
name: pilot
market: role-play
rosters: [null-win-stay]
regimes:
  alone: {}
factors:
  audit:
    none: {}
    some: {market: {audit: {probability: above}}}
seeds: 32
rounds: 8
outcome: share_violated
"""


def test_a_pilot_whose_runs_draw_settings_has_these_as_clusters(tmp_path, monkeypatch, capsys):
    (tmp_path / "pilot.yaml").write_text(TIPPING)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AGORA_HOME", str(tmp_path / "home"))
    assert run_command(["run", "pilot.yaml", "--out", "logs", "--workers", "1"]) == 0
    folder = str(next((tmp_path / "logs").rglob("plan.json")).parent)
    capsys.readouterr()
    arms = ["--first", "alone.some", "--second", "alone.none"]
    found = asked(capsys, "--from", folder, "--effect", "0.5", *arms)
    assert (found["design"], found["pilot"]["unit"]) == ("clustered", "settings")
    assert (found["pilot"]["pairs"], found["pilot"]["clusters"], found["clusters"]) == (32, 16, 16)


@pytest.mark.parametrize("name", ["power.svg", "power.png"])
def test_the_figure_is_written(name, tmp_path, capsys):
    assert run_command(["power", "--effect", "0.5", "--out", str(tmp_path / name)]) == 0
    assert f"wrote {tmp_path / name}" in capsys.readouterr().out
    assert (tmp_path / name).stat().st_size > 1_000


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "an effect or a number of runs was expected"),
        (["--effect", "nan"], "a finite number was expected"),
        (["--effect", "1", "--first", "cartel"], "--first goes with --from"),
        (["--effect", "1", "--correlation", "0.3"], "--correlation is for the designs paired, clustered and sign-flip"),
        (["--effect", "2", "--design", "tiers", "--shares", "1,2", "--sd", "3"], "not for tiers"),
        (["--effect", "0"], "an effect other than 0 was expected"),
        (["--design", "wlech", "--runs", "3"], "unknown design 'wlech'"),
        (["--design", "clustered", "--runs", "30"], "needs --clusters"),
        (["--design", "clustered", "--clusters", "6", "--runs", "5"], "at least 6 runs"),
        (["--design", "tiers", "--runs", "30"], "needs --shares"),
        (["--design", "tiers", "--shares", "a,b", "--runs", "30"], "numbers with commas"),
        (["--design", "tiers", "--shares", "1,2", "--effect", "-1"], "odds ratio above 0"),
        (["--design", "sign-flip", "--clusters", "6", "--margin", "1"], "--margin"),
        (["--runs", "5", "--sd", "0"], "--sd"),
        (["--runs", "5", "--icc", "2"], "--icc"),
        (["--runs", "5", "--correlation", "1"], "--correlation"),
        (["--runs", "5", "--level", "0.2"], "--level"),
        (["--runs", "5", "--power", "1.2"], "--power"),
        (["--runs", "5", "--out", "x.pdf"], "unknown kind of figure"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(words, said, capsys):
    assert run_command(["power", *words]) == 2
    assert said in capsys.readouterr().err


def test_every_number_that_is_printed_is_finite(capsys):
    for words in (["--runs", "2"], ["--design", "paired", "--runs", "2"], ["--effect", "1e-2"]):
        found = asked(capsys, *words)
        assert all(np.isfinite(chance) for row in found["table"] for chance in row["power"])
