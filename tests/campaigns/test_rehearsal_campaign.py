"""Mocks whose guilt is known go through the prompted policy: the innocent are left alone, the guilty are not."""

from __future__ import annotations

import pytest

from agoranomos.cli.entry import run_command
from campaigns.played import money_by_arm, play, tables


@pytest.fixture(scope="module")
def rehearsal(tmp_path_factory):
    return play("cournot-rehearsal", tmp_path_factory.mktemp("rehearsal") / "out", "seeds=1", "rounds=24")


def test_only_the_guilty_are_fined(rehearsal):
    money = money_by_arm(rehearsal)
    assert money["ungoverned.mock-nash"]["price"] == pytest.approx(63.33, abs=0.8)
    assert money["ungoverned.mock-colluders"]["price"] == pytest.approx(70.0, abs=0.8)
    assert money["institutional.mock-nash"]["fine"] == 0
    assert money["institutional.mock-colluders"]["fine"] > 0


def test_every_move_is_one_call_that_did_not_fail(rehearsal):
    (calls,) = tables(rehearsal, "calls")
    assert len(calls) == 4 * 2 * 24
    assert set(calls.failure.fillna("")) == {""}


@pytest.mark.parametrize(
    ("model", "prices"), [("nash", (63.3, 63.4)), ("best-response", (63.3, 63.4)), ("colluder", (69.9, 70.1))]
)
def test_a_rule_plays_its_benchmark_to_the_last_decimal_that_is_written(model, prices, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "agents").mkdir()
    (tmp_path / "agora.yaml").write_text("kind: workspace\nversion: 1\nname: lab\n")
    (tmp_path / "agents" / "ruled.yaml").write_text(
        f"kind: roster\nversion: 1\nabout: By rule.\n"
        f"agents: [{{policy: prompted, parameters: {{model: mock/{model}, template: cournot-faithful}}}}]\n"
    )
    (tmp_path / "campaigns").mkdir()
    (tmp_path / "campaigns" / "ruled.yaml").write_text(
        "kind: campaign\nversion: 1\nname: ruled\nmarket: cournot-duopoly\nrosters: [ruled]\n"
        "regimes: {ungoverned: {}}\nseeds: 1\nrounds: 6\n"
    )
    assert run_command(["run", "ruled", "--out", "out"]) == 0
    money = money_by_arm(next((tmp_path / "out").iterdir()))
    assert prices[0] <= money["ungoverned"]["price"] <= prices[1]
