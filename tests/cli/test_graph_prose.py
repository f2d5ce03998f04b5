"""`agora graph prose`."""

from __future__ import annotations

import json

import pytest

from agoranomos.cli.entry import run_command


def test_the_notice_is_the_default(home: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["graph", "prose", "cournot-antitrust"]) == 0
    out, err = capsys.readouterr()
    assert out.startswith("# Public notice: The published ladder of warning, fines and suspension\n")
    assert "a fine of 35%, 75% or 100% of its profit in the round" in out
    assert "`firms == 2.0 ? 0.6 : 1.5 / firms`" in out
    assert "rules.P2_independent_decision.or_else" in err


def test_with_a_market_its_words_and_its_size_are_used(home: None, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["graph", "prose", "cournot-antitrust", "--form", "constitution", "--market", "cournot-duopoly"]
    assert run_command(command) == 0
    out = capsys.readouterr().out
    assert "the mean Herfindahl-Hirschman index of concentration of some good is at least 0.7" in out
    assert "mean market share is at least 0.6." in out
    assert "fine" not in out
    assert run_command([*command, "--with-penalties"]) == 0
    assert "a fine of 35%" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "begins"),
    [
        (["paper"], "**States of cournot-antitrust**"),
        (["paper", "--style", "latex"], "% needs \\usepackage{booktabs,tabularx}"),
        (["diagram"], "flowchart LR"),
        (["diagram", "--style", "dot"], 'digraph "cournot-antitrust" {'),
    ],
)
def test_each_form_and_style(home: None, capsys: pytest.CaptureFixture[str], options: list[str], begins: str) -> None:
    assert run_command(["graph", "prose", "cournot-antitrust", "--form", *options]) == 0
    out, err = capsys.readouterr()
    assert out.startswith(begins)
    assert err == ""


def test_in_json_every_number_has_its_place(home: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["graph", "prose", "cournot-antitrust-hardened", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["form"], told["style"]) == ("notice", "markdown")
    floors = [one for one in told["numbers"] if one["path"].endswith("fine.floor")]
    assert {one["text"] for one in floors} == {"200"}
    assert all(".yaml:" in one["place"] for one in told["numbers"])
    assert told["stated_by_hand"][0]["text"] == "on average over ten rounds"


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["--form", "notic"], "Did you mean 'notice'?"),
        (["--form", "paper", "--style", "tex"], "Did you mean 'latex'?"),
        (["--with-penalties"], "Use it with --form constitution."),
        (["--market", "nowhere"], "unknown market 'nowhere'"),
    ],
)
def test_wrong_usage_is_exit_code_2(
    home: None, capsys: pytest.CaptureFixture[str], options: list[str], told: str
) -> None:
    assert run_command(["graph", "prose", "cournot-antitrust", *options]) == 2
    assert told in capsys.readouterr().err
