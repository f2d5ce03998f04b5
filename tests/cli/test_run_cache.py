"""`agora run` and the call store: what was asked before is not asked again, unless that is wished."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from agoranomos.cli.entry import run_command
from agoranomos.models import Completion, MockEngine, Request

CALLS = 2 * 3 * 2
"""Arms, rounds, agents."""

CAMPAIGN = """\
kind: campaign
version: 1
name: small
market: cournot-duopoly
rosters: [mock-duopoly]
regimes:
  free: {}
  governed: {institution: cournot-antitrust}
seeds: 1
rounds: 3
"""


class Asked:
    """Counts what the mock is asked, and lets it be remembered as a model with weights would be."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.calls = 0
        complete = MockEngine.complete

        async def counted(engine: MockEngine, request: Request) -> Completion:
            self.calls += 1
            return await complete(engine, request)

        monkeypatch.setattr(MockEngine, "complete", counted)
        monkeypatch.setattr(MockEngine, "identity", '{"weights":"1"}')

    def by(self, *words: str, code: int = 0) -> int:
        """How many calls `agora run small` makes, in a campaign's folder of its own."""
        before = self.calls
        assert run_command(["run", "small", *words]) == code
        return self.calls - before


@pytest.fixture
def asked(home: Path, monkeypatch: pytest.MonkeyPatch) -> Asked:
    (home.parent / "here" / "campaigns").mkdir()
    (home.parent / "here" / "agora.yaml").write_text("kind: workspace\nversion: 1\nname: lab\n")
    (home.parent / "here" / "campaigns" / "small.yaml").write_text(CAMPAIGN)
    return Asked(monkeypatch)


def roots(out: str) -> list[bytes]:
    return [path.read_bytes() for path in sorted(Path(out).glob("*/runs/*/*/entries/*"))]


def test_the_same_campaign_elsewhere_asks_nothing_and_records_the_same(asked: Asked) -> None:
    assert asked.by("--out", "one") == CALLS
    assert asked.by("--out", "two") == 0
    assert roots("one")
    assert roots("one") == roots("two")


def test_no_cache_neither_looks_nor_keeps(asked: Asked, home: Path) -> None:
    assert asked.by("--out", "one", "--no-cache") == CALLS
    assert not (home / "calls").exists()
    assert asked.by("--out", "two") == CALLS
    assert asked.by("--out", "three", "--no-cache") == CALLS
    assert roots("one") == roots("two") == roots("three")


def test_a_private_campaign_leaves_no_text_in_the_store(asked: Asked, home: Path) -> None:
    assert asked.by("--out", "one", "--set", "privacy=committed") == CALLS
    assert not (home / "calls").exists()
    assert asked.by("--out", "two") == CALLS
    assert asked.by("--out", "three", "--set", "privacy=committed") == CALLS


def test_another_seed_temperature_or_text_is_asked(asked: Asked, home: Path) -> None:
    assert asked.by("--out", "one") == CALLS
    assert asked.by("--out", "one", "--anew", "--set", "seeds=[1]") == CALLS
    shown = asked.by("--out", "one", "--anew", "--set", "regimes.free.told=antitrust-constitution")
    assert shown == CALLS // 2


def test_a_damaged_store_is_told_of_and_stops_nobody(
    asked: Asked, home: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert asked.by("--out", "one") == CALLS
    (home / "calls" / "calls.sqlite3").write_bytes(b"no database" * 1000)
    assert asked.by("--out", "two") == CALLS
    assert "calls.sqlite3.damaged-1" in capfd.readouterr().err
    assert asked.by("--out", "three") == 0


def test_a_store_that_cannot_be_used_names_the_way_around(
    asked: Asked, home: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    home.mkdir(exist_ok=True)
    (home / "calls").write_text("a file")
    assert asked.by(code=3) == 0
    assert "--no-cache" in capfd.readouterr().err
    assert asked.by("--no-cache") == CALLS


def test_a_budget_is_told_of_with_what_to_do_and_is_spent_once(asked: Asked, capfd: pytest.CaptureFixture[str]) -> None:
    assert asked.by("--set", "budget.calls=5", code=3) == 5
    said = capfd.readouterr().err
    assert "budget of 5 calls is spent" in said
    assert "--set budget.calls=N" in said
    assert "Traceback" not in said
    assert asked.by("--set", "budget.calls=5", code=3) == 0
    assert asked.by("--set", f"budget.calls={CALLS}") == CALLS - 5
    (spending,) = Path("logs").glob("*/spending.json")
    assert json.loads(spending.read_bytes())["models"]["mock/valid"]["calls"] == CALLS
    assert asked.by("--set", "budget.calls=0", "--out", "elsewhere") == 0


def test_a_spending_file_that_is_damaged_is_a_finding(asked: Asked, capfd: pytest.CaptureFixture[str]) -> None:
    assert asked.by("--set", "budget.calls=5", code=3) == 5
    (spending,) = Path("logs").glob("*/spending.json")
    spending.write_text("{")
    assert asked.by("--set", "budget.calls=100", code=1) == 0
    assert "spending.json is damaged" in capfd.readouterr().err


def test_time_and_money_end_a_session_too(asked: Asked, capfd: pytest.CaptureFixture[str]) -> None:
    assert asked.by("--set", "budget.seconds=0", code=3) == 0
    assert "budget of 0 seconds is spent" in capfd.readouterr().err
    priced = ("--set", "prices={mock/valid: {prompt: 10000, reply: 10000}}")
    assert asked.by("--set", "budget.money=10", code=2) == 0
    assert "no price for its model mock/valid" in capfd.readouterr().err
    some = asked.by("--set", "budget.money=40", *priced, code=3)
    assert 0 < some < CALLS
    (spending,) = Path("logs").glob("*/spending.json")
    use = json.loads(spending.read_bytes())["models"]["mock/valid"]
    assert use["money"] == pytest.approx((use["prompt_tokens"] + use["reply_tokens"]) / 100, rel=1e-9)
    assert 0 < use["money"] <= 40
    assert asked.by("--set", "budget.money=1000", *priced) == CALLS - some


def test_a_budget_is_shown_with_the_plan(
    asked: Asked, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(
        "agoranomos.campaigns.executors.local.open_engine", lambda *_: pytest.fail("a dry run opens no engine")
    )
    bounds = ("--set", "budget.tokens=20000", "--set", "budget.seconds=3600")
    asked.by("--dry-run", *bounds)  # stand-ins of the rehearsal are asked
    assert "budget of all sessions: 20,000 tokens, 3,600.0 seconds" in capfd.readouterr().out
    asked.by("--dry-run", "--json", *bounds)
    assert json.loads(capfd.readouterr().out)["budget"] == {"tokens": 20000, "seconds": 3600.0}
    asked.by("--dry-run")
    assert "budget" not in capfd.readouterr().out
