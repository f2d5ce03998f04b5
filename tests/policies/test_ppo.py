"""`ppo` plays the networks of a file: here made by hand, so that no torch is needed."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from agoranomos.cli.entry import run_command
from agoranomos.errors import UsageError
from agoranomos.institutions.notices import Notice
from agoranomos.markets import bertrand_v0, cournot_v0, leniency_cartel_v0, matrix_v0
from agoranomos.markets.market import Market
from agoranomos.policies import Seat, find_policy
from agoranomos.policies.networks import Actor, Trained, choices_of, features_of, write_trained
from agoranomos.randomness import Randomness
from agoranomos.workspace import Workspace


def write(path: Path, market: Market, outputs: list[float], states: int = 0, agents: tuple[str, ...] = ()) -> str:
    """A file of networks that give `outputs`, whatever they see, and one more for the first for every state."""
    actors = {}
    for agent in agents or market.possible_agents:
        features, choices = features_of(market, agent, states), choices_of(market, agent)
        weight = np.zeros((len(outputs), features.size))
        weight[0, features.size - states :] = np.arange(states)
        deviation = np.full(0 if hasattr(choices, "rows") else len(outputs), -2.0)
        layer = (weight, np.array(outputs))
        actors[agent] = Actor(features, choices, np.zeros(features.size), np.ones(features.size), (layer,), deviation)
    return write_trained(path, Trained(actors, {"market": market.spec.name}))


def seated(market: Market, root: Path, **parameters: object):
    kind = find_policy("ppo")
    seat = Seat(market.possible_agents[0], 0, market, 7)
    return kind.bind(kind.parse(parameters), seat, workspace=Workspace(root, "lab"))


def test_the_likeliest_action_or_a_drawn_one_is_played(tmp_path: Path) -> None:
    market = cournot_v0.parallel_env()
    digest = write(tmp_path / "policies" / "w.npz", market, [0.2, -1.0])
    observation = market.reset(seed=1)[0]["firm_1"]
    greedy = seated(market, tmp_path, weights="policies/w.npz", deterministic=True)
    assert greedy.act(observation, None, greedy.start(), Randomness(1, 1)).action.tolist() == [60.0, 0.0]
    drawn = seated(market, tmp_path, weights="policies/w.npz")
    first, again, other = (
        drawn.act(observation, None, None, Randomness(1, number, "firm_1")).action.tolist() for number in (1, 1, 2)
    )
    assert first == again != other
    assert market.action_space("firm_1").contains(np.array(first))
    said = greedy.describe()
    assert said["weights_sha256"] == digest
    assert json.loads(json.dumps(said)) == said


def test_the_own_standing_is_seen(tmp_path: Path) -> None:
    market = matrix_v0.parallel_env()
    write(tmp_path / "w.npz", market, [0.0, 0.5], states=3)
    policy = seated(market, tmp_path, weights="w.npz", deterministic=True)
    observation = market.reset(seed=1)[0]["row"]
    chosen = [
        policy.act(observation, Notice("row", 1, "s", state, "S", ""), None, Randomness(1)).action.tolist()
        for state in range(3)
    ]
    assert chosen == [[1.0], [0.0], [0.0]]
    assert policy.act(observation, None, None, Randomness(1)).action.tolist() == [1.0]


def test_weights_of_another_market_or_agent_are_refused(tmp_path: Path) -> None:
    dilemma, duopoly = matrix_v0.parallel_env(), cournot_v0.parallel_env()
    write(tmp_path / "w.npz", dilemma, [0.0, 0.5], agents=("column",))
    with pytest.raises(UsageError, match="no network of row; it has column"):
        seated(dilemma, tmp_path, weights="w.npz")
    assert seated(dilemma, tmp_path, weights="w.npz", agent="column").parameters.agent == "column"
    with pytest.raises(UsageError, match="trained in prisoners-dilemma, where agents see other things"):
        seated(duopoly, tmp_path, weights="w.npz", agent="column")


def test_choices_that_a_seat_does_not_have_are_refused_before_the_run(tmp_path: Path) -> None:
    fine, coarse = (bertrand_v0.parallel_env(grid={"points": points}) for points in (15, 10))
    write(tmp_path / "fine.npz", fine, [0.0] * 15)
    write(tmp_path / "coarse.npz", coarse, [0.0] * 10)
    assert seated(fine, tmp_path, weights="coarse.npz")
    with pytest.raises(UsageError, match="with choices that firm_1 does not have here"):
        seated(coarse, tmp_path, weights="fine.npz")


def test_a_menu_is_played_where_all_choices_are_too_many_for_one(tmp_path: Path) -> None:
    market = leniency_cartel_v0.parallel_env(prices=100)
    agent = market.possible_agents[0]
    with pytest.raises(UsageError, match="too many for a menu"):
        choices_of(market, agent)
    features, choices = features_of(market, agent), choices_of(market, agent, menu=True)
    layer = (np.zeros((choices.outputs, features.size)), np.zeros(choices.outputs))
    empty = np.zeros(0)
    actor = Actor(features, choices, np.zeros(features.size), np.ones(features.size), (layer,), empty)
    write_trained(tmp_path / "w.npz", Trained({agent: actor}, {"market": market.spec.name}))
    observation = market.reset(seed=1)[0][agent]
    action = seated(market, tmp_path, weights="w.npz").act(observation, None, None, Randomness(1, 1, agent)).action
    market.step(dict.fromkeys(market.agents, action))


@pytest.mark.parametrize("weights", ["../w.npz", "/etc/passwd", ""])
def test_a_path_outside_the_workspace_is_refused(weights: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no path inside the workspace"):
        seated(matrix_v0.parallel_env(), tmp_path, weights=weights)


def test_trained_networks_play_in_a_campaign(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AGORA_HOME", str(tmp_path / "home"))
    digest = write(tmp_path / "policies" / "w.npz", cournot_v0.parallel_env(), [0.2, -1.0])
    for kind in ("agents", "campaigns"):
        (tmp_path / kind).mkdir()
    (tmp_path / "agora.yaml").write_text("kind: workspace\nversion: 1\nname: lab\n")
    (tmp_path / "agents" / "trained.yaml").write_text(
        "kind: roster\nversion: 1\nabout: Trained.\n"
        "agents:\n  - policy: ppo\n    parameters: {weights: policies/w.npz}\n"
    )
    (tmp_path / "campaigns" / "c.yaml").write_text(
        "kind: campaign\nversion: 1\nname: c\nmarket: cournot-duopoly\nrosters: [trained]\n"
        "regimes: {ungoverned: {}, institutional: {institution: cournot-antitrust}}\nseeds: 1\nrounds: 3\n"
    )
    assert run_command(["run", "c", "--out", "out", "--workers", "1"]) == 0
    assert run_command(["log", "verify", "out"]) == 0
    capsys.readouterr()
    opened = [path.read_text().splitlines()[0] for path in (tmp_path / "out").glob("*/runs/*/*/entries/*.jsonl")]
    assert len(opened) == 2
    assert all(digest in line for line in opened)
