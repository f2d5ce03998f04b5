"""`agora graph diff`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agoranomos.cli.entry import run_command
from agoranomos.workspace import library_root

HARDENED = (library_root() / "institutions" / "cournot-antitrust-hardened.yaml").read_text()


def test_the_same_meaning_is_exit_code_0(home: None, capsys: pytest.CaptureFixture[str]) -> None:
    Path("mine.yaml").write_text("# mine\n" + HARDENED.replace("0.20", "0.2"))
    assert run_command(["graph", "diff", "cournot-antitrust-hardened", "mine.yaml"]) == 0
    assert "They mean the same; only the text differs." in capsys.readouterr().out
    assert run_command(["graph", "diff", "mine.yaml", "mine.yaml"]) == 0
    assert capsys.readouterr().out.endswith("They mean the same.\n")


def test_another_meaning_is_exit_code_1_and_told(home: None, capsys: pytest.CaptureFixture[str]) -> None:
    lenient = HARDENED.replace("[1.5, 2.0,", "[1.2, 2.0,")
    Path("mine.yaml").write_text(lenient.replace("offences >= 4", "offences >= 12"))
    command = ["graph", "diff", "cournot-antitrust-hardened", "mine.yaml", "--write-trace", "first.traces.yaml"]
    assert run_command(command) == 1
    out = capsys.readouterr().out
    assert "They do not mean the same." in out
    assert "transition active -> fined (H1_competitive_prices), fine.rate: was 1.5, 2, 3, is 1.2, 2, 3" in out
    assert "requires: was joint_recidivism `least.offences >= 4`, is joint_recidivism `least.offences >= 12`" in out
    assert "[A line " in out
    assert "only in A: state suspended" in out
    assert "only in A: transition fined->suspended, suspended->fined" in out
    assert "They part first in round 2 of: an offence in every round" in out
    assert "fine of 533.33\n" in out
    assert "fine of 426.67\n" in out
    assert run_command(["graph", "test", "cournot-antitrust-hardened", "first.traces.yaml"]) == 0
    assert run_command(["graph", "test", "mine.yaml", "first.traces.yaml"]) == 1


def test_a_market_adds_its_own_plays(home: None, capsys: pytest.CaptureFixture[str]) -> None:
    Path("mine.yaml").write_text(HARDENED.replace("at_least: 0.20", "at_least: 0.60"))
    plain = ["graph", "diff", "cournot-antitrust-hardened", "mine.yaml", "--max-standings", "0"]
    assert run_command(plain) == 1
    out = capsys.readouterr().out
    assert "not counted" in out
    assert "no difference in" in out
    assert run_command([*plain, "--market", "cournot-duopoly"]) == 1
    assert "division, then Nash rounds" in capsys.readouterr().out


def test_the_same_in_json(home: None, capsys: pytest.CaptureFixture[str]) -> None:
    Path("mine.yaml").write_text(HARDENED.replace("[1.5, 2.0,", "[1.2, 2.0,"))
    assert run_command(["graph", "diff", "cournot-antitrust-hardened", "mine.yaml", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    assert told["same_meaning"] is False
    assert len(told["changes"]) == 4
    assert told["changes"][0]["before"] == [1.5, 2.0, 3.0]
    assert told["changes"][0]["places"][1].startswith("mine.yaml:")
    assert told["standings"][0]["standings"] == told["standings"][1]["standings"]
    assert told["first_difference"]["round"] == 2
    assert any(play["before"] != play["after"] for play in told["plays"])
    assert run_command(["graph", "diff", "mine.yaml", "mine.yaml", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["same_meaning"], told["changes"], told["first_difference"]) == (True, [], None)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["cournot-antitrust", "cournot-antitrst"], 2),
        (["cournot-antitrust", "cournot-antitrust-hardened", "--market", "nowhere"], 2),
        (["cournot-antitrust", "cournot-antitrust-hardened", "--max-standings", "0", "--write-trace", "no/such/x"], 3),
    ],
)
def test_what_fails_is_told(home: None, capsys: pytest.CaptureFixture[str], arguments: list[str], code: int) -> None:
    assert run_command(["graph", "diff", *arguments]) == code
    assert capsys.readouterr().err


def test_what_is_inherited_is_placed_in_the_file_that_says_it(home: None, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["graph", "diff", "cournot-antitrust-no-warning", "cournot-antitrust", "--max-standings", "0"]
    assert run_command(command) == 1
    out = capsys.readouterr().out
    assert " of cournot-antitrust-hardened.yaml, B line " in out


@pytest.mark.parametrize(("name", "begins"), [("a.svg", b"<?xml"), ("b.png", b"\x89PNG")])
def test_plays_are_drawn(home: None, name: str, begins: bytes) -> None:
    Path("mine.yaml").write_text(HARDENED.replace("[1.5, 2.0,", "[1.2, 2.0,"))
    command = ["graph", "diff", "cournot-antitrust-hardened", "mine.yaml", "--max-standings", "0", "-o", name]
    assert run_command(command) == 1
    drawn = Path(name).read_bytes()
    assert drawn.startswith(begins)
    assert run_command(command) == 1
    assert Path(name).read_bytes() == drawn


@pytest.mark.parametrize(
    ("other", "name", "code"),
    [
        ("cournot-antitrust", "a.txt", 2),
        ("cournot-antitrust-hardened", "a.png", 2),
        ("cournot-antitrust", "no", 2),
        ("cournot-antitrust", "file/a.png", 3),
    ],
)
def test_what_cannot_be_drawn_is_told(
    home: None, capsys: pytest.CaptureFixture[str], other: str, name: str, code: int
) -> None:
    Path("file").write_text("")
    command = ["graph", "diff", "cournot-antitrust-hardened", other, "--max-standings", "0", "-o", name]
    assert run_command(command) == code
    assert "error:" in capsys.readouterr().err


QUICK = ["graph", "diff", "cournot-antitrust", "cournot-antitrust-hardened", "--max-standings", "0"]


SEEN_AT_ONCE = """\
kind: institution
version: 1
name: seen-at-once
states: {active: {label: A}, warning: {label: W}}
initial: active
signals: {sharp: {statistic: mean, measure: hhi, window: 1, at_least: 0.7}}
events: {violation: {when: sharp, accuses: R}}
transitions:
  - {rule: R, from: active, to: warning, on: violation, lasts: 5}
  - {rule: R, from: warning, to: warning, on: violation, lasts: 5, fine: {rate: 1.0}}
  - {rule: R, from: warning, to: active, on: expiry}
"""


def test_certificates_stand_beside_each_other(home: None, capsys: pytest.CaptureFixture[str]) -> None:
    """A warning of five rounds is milked for a sixth of what a round of division gains, one of eight for a ninth."""
    Path("five.yaml").write_text(SEEN_AT_ONCE)
    Path("eight.yaml").write_text(SEEN_AT_ONCE.replace("lasts: 5", "lasts: 8"))
    command = ["graph", "diff", "five.yaml", "eight.yaml", "--max-standings", "0"]
    certified = [*command, "--market", "cournot-duopoly", "--certify", "--plans", "nash,division"]
    assert run_command([*certified, "--json"]) == 1
    first, second = json.loads(capsys.readouterr().out)["certificates"]
    assert first["best_plan"]["gain_per_round"] == pytest.approx((1800 - 13000 / 9) / 6, abs=1e-4)
    assert second["best_plan"]["harmful_gain_per_round"] == pytest.approx((1800 - 13000 / 9) / 9, abs=1e-4)
    assert (first["holds"], second["holds"]) == (False, True)  # 3% of Nash profit is 43.33
    assert run_command(certified) == 1
    out = " ".join(capsys.readouterr().out.split())
    assert "gain of the best plan over Nash 59.26 39.51" in out
    assert "harmful gain at most 43.33 fails holds" in out


def test_without_a_certificate_it_is_said(home: None, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(QUICK) == 1
    assert "Certificates: not computed (--market NAME --certify)." in capsys.readouterr().out


@pytest.mark.parametrize(("options", "told"), [(["--certify"], "Give --market"), (["--plans", "nash"], "--certify")])
def test_a_certificate_needs_a_market_and_plans_a_certificate(
    home: None, capsys: pytest.CaptureFixture[str], options: list[str], told: str
) -> None:
    assert run_command([*QUICK, *options]) == 2
    assert told in capsys.readouterr().err


def test_what_cannot_be_tried_is_left_out_and_said(home: None, capsys: pytest.CaptureFixture[str]) -> None:
    audits = "".join(f"  look_{n}: {{probability: 0.5}}\n" for n in range(17))
    asked = " || ".join(f"look_{n}" for n in range(17))
    many = HARDENED.replace("signals:\n", f"audits:\n{audits}signals:\n", 1)
    Path("mine.yaml").write_text(many.replace("when: elevated_prices &&", f"when: ({asked}) && elevated_prices &&"))
    command = ["graph", "diff", "cournot-antitrust-hardened", "mine.yaml"]
    assert run_command(command) == 1
    out = capsys.readouterr().out
    assert "audit look_0 is new: probability 0.5" in out
    assert "note: nothing was played: institution cournot-antitrust-hardened has 17 audits" in out
    assert run_command([*command, "--json"]) == 1
    assert len(json.loads(capsys.readouterr().out)["limits"]) == 2
    assert run_command([*command, "-o", "plays.png"]) == 2
    assert "there is nothing to draw" in capsys.readouterr().err


def test_a_market_that_one_cannot_govern_is_refused(home: None, capsys: pytest.CaptureFixture[str]) -> None:
    Path("mine.yaml").write_text(HARDENED.replace("measure: restraint", "measure: constraint"))
    command = ["graph", "diff", "cournot-antitrust-hardened", "mine.yaml", "--market", "cournot-duopoly"]
    assert run_command(command) == 2
    assert "constraint" in capsys.readouterr().err
