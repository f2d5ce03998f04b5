"""`agora reproduce calvano`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agoranomos.cli.entry import run_command
from agoranomos.reproduce import calvano_grid, calvano_sweep

QUICK = ["reproduce", "calvano", "--sessions", "2", "--beta", "4e-5"]


def test_a_study_says_what_it_found_beside_what_was_published(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command([*QUICK[:4]]) == 0
    out, err = capsys.readouterr()
    assert "2 of 2 sessions converged" in out
    assert "about 0.85" in out
    assert "0.70 to 0.90" in out
    assert err == ""
    assert {path.name for path in Path("calvano").iterdir()} == {
        *("calvano.json", "impulse.png", "impulse.svg", "sessions.jsonl", "settings.json")
    }


def test_json_is_what_the_file_says_and_a_second_run_repeats_nothing(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = [*QUICK, "--out", "mine", "--workers", "1", "--json"]
    assert run_command(words) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == json.loads(Path("mine/calvano.json").read_text())
    kept = Path("mine/sessions.jsonl").read_bytes()
    assert run_command(words) == 0
    assert json.loads(capsys.readouterr().out) == told
    assert Path("mine/sessions.jsonl").read_bytes() == kept


def test_one_session_has_no_interval(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["reproduce", "calvano", "--sessions", "1", "--beta", "4e-5"]) == 0
    assert "nan" not in capsys.readouterr().out


def test_other_settings_in_the_same_folder_are_wrong_usage(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command([*QUICK, "--json"]) == 0
    assert run_command([*QUICK, "--alpha", "0.3"]) == 2
    assert "other settings" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--alpha", "2"], "learning rate of 2"),
        (["--beta", "nan"], "decay of exploration"),
        (["--beta", "0"], "at least 1e-08"),
        (["--sessions", "0"], "sessions"),
        (["--grid", "--sweep"], "two studies"),
    ],
)
def test_wrong_usage_is_exit_code_2(words: list[str], why: str, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["reproduce", "calvano", *words]) == 2
    assert why in capsys.readouterr().err


def test_a_folder_that_cannot_be_made_is_exit_code_3(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    Path("file").write_text("")
    assert run_command([*QUICK, "--out", "file"]) == 3
    assert "cannot use file" in capsys.readouterr().err


def test_maps(home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        calvano_grid.reproduce_grid,
        "__kwdefaults__",
        {
            **calvano_grid.reproduce_grid.__kwdefaults__,
            "learning_rates": (0.15,),
            "decays": (4e-5, 8e-5),
        },
    )
    monkeypatch.setattr(
        calvano_sweep.reproduce_sweep,
        "__kwdefaults__",
        {
            **calvano_sweep.reproduce_sweep.__kwdefaults__,
            "fines": (0.0, 8.0),
            "detection": (0.4,),
        },
    )
    monkeypatch.setattr(calvano_sweep, "MOST_PERIODS", 300_000)
    assert run_command(["reproduce", "calvano", "--grid", "--sessions", "1", "--out", "maps"]) == 0
    out = capsys.readouterr().out
    assert "alpha \\ beta" in out
    assert "wrote maps/grid.json, .png and .svg" in out
    assert run_command(["reproduce", "calvano", "--sweep", "--sessions", "1", "--out", "maps", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told == json.loads(Path("maps/sweep.json").read_text())
    assert [len(one["profit_gain"][0]) for one in told["maps"]] == [2, 2]
    assert Path("maps/sweep.svg").read_text().startswith("<?xml")


def test_progress_is_for_terminals(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    assert run_command([*QUICK, "--json"]) == 0
    assert "1 of 2 sessions" in capsys.readouterr().err
