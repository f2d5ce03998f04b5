"""`agora run` when no model can be asked any more."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agoranomos.cli.entry import run_command
from agoranomos.models import Completion, EngineLost, MockEngine, Request

CAMPAIGN = """kind: campaign
version: 1
name: small
market: cournot-duopoly
rosters: [mock-duopoly]
regimes: {free: {}}
seeds: 2
rounds: 3
"""


class Leaving(MockEngine):
    """Answers so many calls, and is gone."""

    def __init__(self, calls: int) -> None:
        super().__init__()
        self.left = calls

    async def complete(self, request: Request) -> Completion:
        if not self.left:
            raise EngineLost("mock/valid is gone: nothing listens at 127.0.0.1:9", advice="Start the server again.")
        self.left -= 1
        return await super().complete(request)


@pytest.fixture
def campaign(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setenv("AGORA_HOME", str(tmp_path / "home"))
    path = tmp_path / "small.yaml"
    path.write_text(CAMPAIGN)
    return ["run", str(path), "--out", str(tmp_path / "logs")]


def test_a_lost_model_is_named_with_what_is_finished_and_the_same_command_goes_on(
    campaign: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with monkeypatch.context() as lost:
        lost.setattr("agoranomos.campaigns.executors.local.open_engine", lambda name, workspace: Leaving(9))
        assert run_command([*campaign, "--workers", "1"]) == 3
    out, err = capsys.readouterr()
    assert "1 of 2 runs are finished" in out
    assert "mock/valid is gone: nothing listens at 127.0.0.1:9" in err
    assert "Start the server again." in err
    assert "stopped with 1 of 2 runs finished; everything that was recorded is kept" in err
    assert "The same command again goes on from there." in err
    assert "Traceback" not in err
    assert run_command(campaign) == 0
    assert "2 of 2 runs are finished (1 of them before)" in capsys.readouterr().out


def test_a_spent_budget_is_told_and_a_raised_one_goes_on(
    campaign: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command([*campaign, "--set", "budget.calls=5", "--json"]) == 3
    out, err = capsys.readouterr()
    told = json.loads(out)
    assert told["runs"] == {"planned": 2, "kept": 0, "finished": 0, "failed": 0}
    assert told["stopped"].startswith("the campaign's budget of 5 calls is spent")
    assert "--set budget.calls=N" in " ".join(err.split())
    assert "The same command again" not in err  # it would stop at once
    assert run_command([*campaign, "--set", "budget.calls=20", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["stopped"], told["runs"]["finished"]) == ("", 2)
