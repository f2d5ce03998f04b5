"""`agora graph attack`."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from agoranomos.cli.entry import run_command

ATTACK = ["graph", "attack", "cournot-antitrust", "--market", "cournot-duopoly"]


def test_a_milked_ladder_is_exit_code_1_and_its_witnesses_replay(
    home: None, capsys: pytest.CaptureFixture[str]
) -> None:
    files = ["--out", "out/found.traces.yaml", "--output", "out/found.png"]
    assert run_command([*ATTACK, "--plans", "nash,division", "--evaluations", "1000", *files]) == 1
    out = capsys.readouterr().out
    assert "the best earns each firm 79.01 a round more than Nash play (5.5%) after 0.00 in fines" in out
    assert "more than the tolerance of 3%" in out
    assert "Written: out/found.traces.yaml" in out
    assert Path("out/found.png").read_bytes().startswith(b"\x89PNG")
    assert run_command(["graph", "test", "cournot-antitrust", "out/found.traces.yaml"]) == 0


def test_json_holds_the_best_plan(home: None, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--plans", "nash,division", "--evaluations", "150", "--tolerance", "0.06", "--json"]
    assert run_command([*ATTACK, *options]) == 0
    found = json.loads(capsys.readouterr().out)
    best = found["best_plan"]
    assert 71 < best["gain_per_round"] < 80
    assert best["harmful_gain_per_round"] == pytest.approx(best["gain_per_round"], abs=0.005)
    assert best["fines"] == 0
    cycle = best["plan"]["cycle"]
    assert best["cases"] == pytest.approx(np.mean([len(cases) > 0 for one in cycle for cases in one["cases"]]))
    assert best["gain_per_round"] == pytest.approx(
        np.mean([one["profits"] for one in cycle]) - found["nash_profit"], abs=0.005
    )
    assert best["family"]
    assert found["holds"] is True
    assert sum(found["evaluations"].values()) >= 150


def test_other_values_are_tried_with_set(home: None, capsys: pytest.CaptureFixture[str]) -> None:
    windows = [f"signals.{name}.window=1" for name in ("high_concentration", "specialisation", "recovered")]
    options = [part for setting in windows for part in ("--set", setting)]
    assert run_command([*ATTACK, "--plans", "nash,division", "--evaluations", "150", *options]) == 1
    assert "59.26 a round more than Nash play" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--output", "x.bmp"], "none of these"),
        (["--tolerance", "-1"], "a share of Nash profit was expected"),
        (["--minutes", "0"], "a number above zero was expected"),
        (["--plans", ","], "names no outcome"),
        (["--plans", "nsh"], "nash"),
    ],
)
def test_what_cannot_be_asked_is_exit_code_2(
    options: list[str], words: str, home: None, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command([*ATTACK, *options]) == 2
    assert words in capsys.readouterr().err


def test_a_folder_in_the_way_is_exit_code_3(home: None, capsys: pytest.CaptureFixture[str]) -> None:
    Path("taken").mkdir()
    assert run_command([*ATTACK, "--plans", "nash", "--evaluations", "5", "--out", "taken"]) == 3
    assert "cannot write taken" in capsys.readouterr().err
