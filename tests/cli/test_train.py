"""`agora train`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agoranomos.cli.entry import run_command
from agoranomos.policies.networks import read_trained

pytest.importorskip("torch")

SMALL = ["--set", "environments=2", "--set", "horizon=10", "--set", "hidden=[4]", "--rounds", "60"]
DUOPOLY = ["train", "ppo", "--market", "cournot-duopoly"]


def test_networks_are_written_and_described(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    command = [*DUOPOLY, "--institution", "cournot-antitrust", *SMALL, "--out", "nets/w.npz"]
    assert run_command([*command, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    trained = read_trained(Path("nets/w.npz"))
    assert said["sha256"] == trained.sha256
    assert said["rounds"] == 60
    assert trained.about["institution"] == "cournot-antitrust"
    assert trained.actors["firm_1"].features.states > 1
    assert list(Path("nets").iterdir()) == [Path("nets/w.npz")]
    assert run_command(command) == 0
    out = capsys.readouterr().out
    assert trained.sha256 in out
    assert "firm_2: " in out


def test_the_file_has_a_name_of_its_own_by_default(home: Path) -> None:
    assert run_command([*DUOPOLY, *SMALL]) == 0
    assert Path("policies/ppo-cournot-duopoly.npz").is_file()


def test_an_institution_that_is_named_by_its_path_gives_the_file_its_name(home: Path) -> None:
    Path("mine").mkdir()
    shipped = Path(__file__).resolve().parents[2] / "institutions/cournot-antitrust.yaml"
    Path("mine/rules.yaml").write_text(shipped.read_text())
    assert run_command([*DUOPOLY, *SMALL, "--institution", "mine/rules.yaml"]) == 0
    assert [path.name for path in Path("policies").iterdir()] == ["ppo-cournot-duopoly-cournot-antitrust.npz"]


def test_networks_of_another_market_or_institution_are_not_written_over(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command([*DUOPOLY, *SMALL, "--out", "w.npz"]) == 0
    kept = Path("w.npz").read_bytes()
    others = (["train", "ppo", "--market", "cournot-triopoly"], [*DUOPOLY, "--institution", "cournot-antitrust"])
    for command, words in zip(others, ("another market", "another institution"), strict=True):
        assert run_command([*command, *SMALL, "--out", "w.npz"]) == 2
        assert words in capsys.readouterr().err
    Path("notes.npz").write_text("mine")
    assert run_command([*DUOPOLY, *SMALL, "--out", "notes.npz"]) == 2
    assert Path("notes.npz").read_text() == "mine"
    assert Path("w.npz").read_bytes() == kept


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--set", "clop=0.1"], "Did you mean 'clip'?"),
        (["--set", "clip"], "no such setting"),
        (["--set", "clip=wide"], "'wide' is no number"),
        (["--set", "clip=2"], "clip"),
        (["--out", "w.pt"], "ends in .npz"),
        (["--menu", "--market", "double-auction-continuous"], "--menu: a round of"),
        (["--rounds", "5"], "less than one batch"),
        (["--institution", "cournot-antitrus"], "Did you mean 'cournot-antitrust'?"),
    ],
)
def test_what_cannot_be_is_said_in_one_message(
    options: list[str], words: str, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command([*DUOPOLY, *SMALL, *options]) == 2
    found = capsys.readouterr().err
    assert words in found
    assert "Traceback" not in found


def test_an_interrupt_says_how_to_go_on(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from agoranomos.learning.ppo import Training

    advance = Training.advance

    def stopping(self: Training) -> object:
        if self.batch == 2:
            raise KeyboardInterrupt
        return advance(self)

    with monkeypatch.context() as patched:
        patched.setattr(Training, "advance", stopping)
        assert run_command([*DUOPOLY, *SMALL, "--out", "w.npz"]) == 130
    assert "goes on from w.checkpoint" in capsys.readouterr().err
    assert Path("w.checkpoint").is_file()
    assert run_command([*DUOPOLY, *SMALL, "--out", "w.npz"]) == 0
    assert Path("w.npz").is_file()
    assert not Path("w.checkpoint").exists()
