"""`agora graph calibrate`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agoranomos.cli.entry import run_command
from agoranomos.workspace import library_root

SMALL = ["--market", "cournot-duopoly", "--null", "nash", "--runs", "60", "--rounds", "12", "--rate", "0.05"]


def test_thresholds_null_play_and_power(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["graph", "calibrate", "cournot-antitrust-hardened", *SMALL]) == 0
    out, err = capsys.readouterr()
    assert "at most 5% of innocent runs accused, with 95% confidence; 60 runs of 12 rounds, 5% noise" in out
    assert "elevated_prices: at_least 0.2 -> " in out
    assert "nash-share-cartel" in out
    assert "ladder-gamer" in out
    assert err == ""


def test_the_manifest_is_written_where_asked_and_never_over_another(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["graph", "calibrate", "cournot-antitrust-hardened", *SMALL, "--json"]
    assert run_command([*words, "--out", "new/mine.yaml"]) == 0
    told = json.loads(capsys.readouterr().out)
    written = Path("new/mine.yaml").read_text()
    original = (library_root() / "institutions" / "cournot-antitrust-hardened.yaml").read_text()
    assert told["thresholds"][0]["calibrated"] < 0.2  # nobody is innocent and noisy enough to need 0.20
    assert f"at_least: {told['thresholds'][0]['calibrated']}\n" in written
    assert len(written.splitlines()) == len(original.splitlines())
    assert run_command(["graph", "lint", "new/mine.yaml", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["semantic_sha256"] == told["semantic_sha256"]
    assert run_command([*words, "--out", "new/mine.yaml"]) == 2
    assert "new/mine.yaml exists" in capsys.readouterr().err
    assert run_command([*words, "--out", "new/mine.yaml", "--overwrite"]) == 0
    assert Path("new/mine.yaml").read_text() == written


def test_a_rate_that_is_out_of_reach_is_exit_code_1(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = (library_root() / "institutions" / "cournot-antitrust-hardened.yaml").read_text()
    Path("rash.yaml").write_text(
        text.replace("when: elevated_prices && still_elevated", "when: still_elevated || round > 2")
    )
    assert run_command(["graph", "calibrate", "rash.yaml", *SMALL]) == 1
    assert "too often" in capsys.readouterr().err


def test_too_few_runs_are_refused(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["graph", "calibrate", "cournot-antitrust", "--market", "cournot-duopoly", "--runs", "99"]) == 2
    assert "at least 299 runs" in capsys.readouterr().err


def test_a_manifest_that_extends_another_has_no_threshold_to_write(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["graph", "calibrate", "cournot-antitrust-no-warning", *SMALL, "--out", "mine.yaml"]
    assert run_command(words) == 2
    assert "the threshold of signal 'elevated_prices' is not written out" in capsys.readouterr().err
    assert not Path("mine.yaml").exists()


def test_a_market_where_nothing_can_be_seen_is_told_in_those_words(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["graph", "calibrate", "cournot-antitrust-hardened", "--market", "cournot-duopoly-tight"]
    assert run_command(words) == 2
    assert "cannot govern market cournot-duopoly-tight" in capsys.readouterr().err
