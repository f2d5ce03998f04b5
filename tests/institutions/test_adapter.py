"""Other people's environments are governed through their measures; misshapen ones are refused."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from gymnasium import spaces
from pettingzoo import ParallelEnv
from pettingzoo.test import parallel_api_test

from agoranomos.errors import UsageError
from agoranomos.institutions import Governed, MeasuredEnv, Outcome, PoisonedError, replay
from agoranomos.institutions.adapter import in_e6
from agoranomos.logs import MemoryLog
from agoranomos.markets.cournot_v0 import parallel_env
from institutions.playing import institution


class Commons(ParallelEnv):  # type: ignore[misc]
    """A common pool in PettingZoo's style: what agents take is theirs; what is left grows back."""

    metadata = {"name": "commons_v0", "render_modes": []}

    def __init__(self, rounds: int = 30, discrete: bool = False) -> None:
        self.possible_agents = ["ann", "bob", "cyd"]
        self.agents: list[str] = []
        self.max_cycles = rounds
        box = spaces.Discrete(5, start=1) if discrete else spaces.Box(0.0, 4.0, (1,), np.float64)
        self._actions = dict.fromkeys(self.possible_agents, box)
        self._observations = {agent: spaces.Box(0.0, 100.0, (1,), np.float64) for agent in self.possible_agents}

    def observation_space(self, agent: str) -> spaces.Space[Any]:
        return self._observations[agent]

    def action_space(self, agent: str) -> spaces.Space[Any]:
        return self._actions[agent]

    def reset(self, seed: int | None = None, options: Any = None) -> Any:
        self.agents = list(self.possible_agents)
        self.stock, self.round = 50.0, 0
        return {agent: np.array([self.stock]) for agent in self.agents}, {agent: {} for agent in self.agents}

    def step(self, actions: Any) -> Any:
        taken = {agent: float(np.ravel(actions[agent])[0]) for agent in self.agents}
        self.stock = float(np.clip((self.stock - sum(taken.values())) * 1.1, 0, 100))
        self.round += 1
        over = self.round >= self.max_cycles
        agents, self.agents = self.agents, [] if over else self.agents
        return (
            {agent: np.array([self.stock]) for agent in agents},
            taken,
            dict.fromkeys(agents, False),
            dict.fromkeys(agents, over),
            {agent: {} for agent in agents},
        )


QUOTA = """\
kind: institution
version: 1
name: quota
states: {free: {label: FREE}, barred: {label: BARRED}}
initial: free
signals: {greedy: {statistic: mean, measure: taken, window: 3, at_least: 2.5}}
events: {greed: {when: greedy, accuses: Q1}}
rules: {Q1: {attribute: A taker, deontic: must not, aim: take more than its share}}
transitions:
  - {rule: Q1, from: free, to: barred, on: greed, lasts: 2, suspend: true, fine: {rate: 0.5}, fresh_evidence: true}
  - {rule: Q1, from: barred, to: free, on: expiry}
"""


def commons_measures(outcome: Outcome) -> dict[str, Any]:
    taken = [outcome.rewards[agent] for agent in ("ann", "bob", "cyd")]
    return {"taken": taken, "profit": taken}


KINDS = {"taken": ("firm",), "profit": ("firm",)}


def governed_commons(log: Any = None, **options: Any) -> Governed:
    env = Commons(**options)
    return Governed(env, institution(QUOTA), log, adapter=MeasuredEnv(env, commons_measures, KINDS))


def test_a_foreign_environment_is_governed_recorded_and_replayed() -> None:
    log = MemoryLog()
    governed = governed_commons(log)
    governed.reset(seed=3)
    greedy = {"ann": np.array([4.0]), "bob": np.array([1.0]), "cyd": np.array([2.0])}
    rewards = [governed.step(greedy)[1] for _ in range(3)]
    assert [reward["ann"] for reward in rewards] == [4.0, 4.0, 2.0]  # the third less a fine of half of it
    assert governed.standings["ann"].state == "barred"
    assert not governed.may_act("ann")
    barred = [governed.step({"bob": np.array([1.0]), "cyd": np.array([2.0])})[1]["ann"] for _ in range(2)]
    assert barred == [0.0, 0.0]
    assert governed.standings["ann"].state == "free"
    governed.close_run()
    replayed = replay(log.entries)
    assert replayed.tallies["ann"].suspensions == 1
    assert replayed.tallies["ann"].fines_e6 == 2_000_000
    assert replayed.tallies["bob"].cases == 0
    assert (replayed.rounds, replayed.closed) == (5, True)


@pytest.mark.parametrize("discrete", [False, True])
def test_pettingzoo_accepts_a_governed_foreign_environment(discrete: bool) -> None:
    parallel_api_test(governed_commons(discrete=discrete), num_cycles=40)


def test_a_discrete_agent_idles_with_its_first_action_and_is_recorded_as_it_is() -> None:
    env = Commons(discrete=True)
    adapter = MeasuredEnv(env, commons_measures, KINDS)
    assert adapter.idle("ann") == 1
    with pytest.raises(UsageError, match="cannot be capped, only suspended"):
        adapter.constrain("ann", 4, 500_000)
    assert adapter.constrain("ann", 4, 0) == 1
    assert adapter.actions_e6({"ann": 3, "bob": np.int64(2), "cyd": None}) == ((3,), (2,), ())
    assert MeasuredEnv(env, commons_measures, KINDS, idle_action=0).idle("ann") == 0
    assert adapter.projected() == ()


def test_a_box_action_is_scaled_and_clipped_to_what_is_allowed() -> None:
    env = Commons()
    adapter = MeasuredEnv(env, commons_measures, KINDS)
    assert adapter.constrain("ann", np.array([4.0]), 250_000) == np.array([1.0])
    assert adapter.constrain("ann", np.array([0.5]), 250_000) == np.array([0.5])  # under the limit already
    assert adapter.idle("ann") == np.array([0.0])
    env._actions["ann"] = spaces.Box(1.0, 4.0, (1,), np.float64)
    assert adapter.idle("ann") == np.array([1.0])
    assert adapter.describe() == {"type": "parallel-env", "name": "commons_v0", "agents": ["ann", "bob", "cyd"]}


def test_an_action_space_without_a_natural_idle_action_needs_one() -> None:
    env = Commons()
    env._actions["ann"] = spaces.MultiBinary(2)
    with pytest.raises(UsageError, match="give `idle_action`"):
        MeasuredEnv(env, commons_measures, KINDS).idle("ann")


@pytest.mark.parametrize(
    ("found", "words"),
    [
        ({"taken": [1.0, 2.0, 3.0]}, "were declared"),
        ({"taken": [1.0, 2.0, 3.0], "profit": [1.0, 2.0, 3.0], "more": 1.0}, "were declared"),
        ({"taken": [1.0, 2.0], "profit": [1.0, 2.0, 3.0]}, "3 values were expected"),
        ({"taken": 1.0, "profit": [1.0, 2.0, 3.0]}, "3 values were expected"),
        ({"taken": [1.0, [2.0], 3.0], "profit": [1.0, 2.0, 3.0]}, "an integer below 2\\*\\*53"),
        ({"taken": [1.0, 1e12, 3.0], "profit": [1.0, 2.0, 3.0]}, "an integer below 2\\*\\*53"),
        (
            {"taken": [1.0, float("nan"), 3.0], "profit": [1.0, 2.0, 3.0]},
            "of commons_v0: measure taken: .*finite number",
        ),
        ({"taken": [1.0, "much", 3.0], "profit": [1.0, 2.0, 3.0]}, "finite number"),
        ({"taken": [1.0, float("inf"), 3.0], "profit": [1.0, 2.0, 3.0]}, "finite number"),
    ],
)
def test_misshapen_measures_are_refused_and_stop_the_market(found: dict[str, Any], words: str) -> None:
    env = Commons()
    governed = Governed(env, institution(QUOTA), adapter=MeasuredEnv(env, lambda outcome: found, KINDS))
    governed.reset(seed=1)
    actions = {agent: np.array([1.0]) for agent in governed.agents}
    with pytest.raises(UsageError, match=words):
        governed.step(actions)
    with pytest.raises(Exception, match="the run stopped"):  # the pool has moved on without a record
        governed.step(actions)


def test_measures_of_both_axes_have_a_row_for_every_agent() -> None:
    env = Commons()
    kinds = {"held": ("firm", "good"), "profit": ("firm",)}
    for rows, sound in (([[1, 2]] * 3, True), ([[1, 2], [1], [1, 2]], False), ([[1, 2]] * 2, False)):
        adapter = MeasuredEnv(env, lambda _, rows=rows: {"held": rows, "profit": [0] * 3}, kinds, goods=("x", "y"))  # type: ignore[misc]
        outcome = Outcome({}, ({}, {}, {}, {}, {}))
        if sound:
            assert adapter.measures(outcome)["held_e6"] == ((1_000_000, 2_000_000),) * 3
        else:
            with pytest.raises(UsageError, match="held_e6"):
                adapter.measures(outcome)


def test_benchmarks_are_given_in_natural_units() -> None:
    env = Commons()
    adapter = MeasuredEnv(env, commons_measures, KINDS, name="pool", benchmarks={"nash": {"profit": [1.5, 2.0, 0.5]}})
    assert adapter.facts.benchmarks == {"nash": {"profit_e6": (1_500_000, 2_000_000, 500_000)}}
    assert adapter.facts.market == "pool"
    for benchmark, words in (
        ({"profit": [1.5, 2.0]}, "benchmark nash: measure profit_e6, with axes"),
        ({"prophet": [1.0, 2.0, 3.0]}, "prophet_e6 is no declared measure"),
        ({"profit": None}, "benchmark nash: measure profit_e6, with axes"),
        ({"profit": [1.0, None, 3.0]}, "benchmark nash: measure profit_e6 is per firm, and has no number for some"),
        ({"profit": [1.0, float("nan"), 3.0]}, "benchmark nash of Commons: measure profit: .* finite number"),
    ):
        with pytest.raises(UsageError, match=words):
            MeasuredEnv(env, commons_measures, KINDS, benchmarks={"nash": benchmark})


def test_an_institution_that_caps_is_refused_where_actions_have_no_parts() -> None:
    env = Commons(discrete=True)
    capping = institution(QUOTA.replace("suspend: true", "cap: 0.5"))
    with pytest.raises(UsageError, match="caps, but the actions of ann are no quantities"):
        Governed(env, capping, adapter=MeasuredEnv(env, commons_measures, KINDS))
    Governed(Commons(), capping, adapter=MeasuredEnv(Commons(), commons_measures, KINDS))


def test_a_box_without_bounds_has_no_share_of_its_range() -> None:
    env = Commons()
    env._actions["ann"] = spaces.Box(0.0, np.inf, (1,), np.float64)
    adapter = MeasuredEnv(env, commons_measures, KINDS)
    assert not adapter.can_cap("ann")
    with pytest.raises(UsageError, match="cannot be capped, only suspended"):
        adapter.constrain("ann", np.array([4.0]), 500_000)


def test_a_cap_is_a_share_of_the_range_also_where_that_begins_below_nothing_or_is_whole() -> None:
    env = Commons()
    env._actions["ann"] = spaces.Box(np.array([-4.0, 0.0]), np.array([4.0, 8.0]), dtype=np.float64)
    env._actions["bob"] = spaces.Box(-5, 5, (2,), np.int64)
    adapter = MeasuredEnv(env, commons_measures, KINDS)
    assert adapter.constrain("ann", np.array([3.0, 1.0]), 250_000).tolist() == [-2.0, 1.0]
    assert adapter.constrain("bob", np.array([-4, 5]), 250_000).tolist() == [-4, -3]


def test_an_institution_binds_to_benchmarks_that_leave_measures_out() -> None:
    env = Commons()
    adapter = MeasuredEnv(env, commons_measures, KINDS, benchmarks={"nash": {"profit": [1.5, 2.0, 0.5]}})
    Governed(env, institution(QUOTA), adapter=adapter)


def test_values_become_millionths() -> None:
    assert in_e6(None) is None
    assert in_e6(np.array([[0.5, 1], [2, 3]])) == ((500_000, 1_000_000), (2_000_000, 3_000_000))
    assert in_e6((1.0, None)) == (1_000_000, None)


def test_a_foreign_environment_without_an_adapter_is_refused_with_the_way_out() -> None:
    with pytest.raises(UsageError, match="is no market of this library") as refused:
        Governed(Commons(), institution(QUOTA))
    assert "MeasuredEnv" in refused.value.advice


def test_the_markets_own_adapter_passes_everything_on() -> None:
    governed = Governed(parallel_env(rounds=3), None)
    governed.reset(seed=0)
    governed.step({agent: np.array([80.0, 80.0]) for agent in governed.agents})
    assert governed.adapter.projected() == ("firm_1", "firm_2")
    assert np.array_equal(governed.adapter.idle("firm_1"), np.zeros(2))
    assert governed.adapter.describe()["type"] == "cournot"


FAIR_PLAY = """\
kind: institution
version: 1
name: fair-play
states: {free: {label: FREE}, out: {label: OUT}}
initial: free
signals: {lucky: {statistic: mean, measure: won, window: 5, at_least: 0.4}}
events: {streak: {when: lucky, accuses: L1}}
transitions:
  - {rule: L1, from: free, to: out, on: streak, lasts: 3, suspend: true, fresh_evidence: true}
  - {rule: L1, from: out, to: free, on: expiry}
"""


def test_a_game_of_pettingzoos_own_is_governed() -> None:
    """Rock, paper, scissors: whoever wins too often sits out, which in this game means showing rock."""
    pytest.importorskip("pygame", reason="PettingZoo's classic games need pygame")
    from pettingzoo.classic import rps_v2

    def governed(log: Any = None) -> Governed:
        game = rps_v2.parallel_env(max_cycles=60)

        def measures(outcome: Outcome) -> dict[str, Any]:
            return {"won": [outcome.rewards[agent] for agent in game.possible_agents]}

        return Governed(game, institution(FAIR_PLAY), log, adapter=MeasuredEnv(game, measures, {"won": ("firm",)}))

    parallel_api_test(governed(), num_cycles=100)
    log = MemoryLog()
    game = governed(log)
    game.reset(seed=4)
    while game.agents:  # player 0 always shows paper, player 1 rock
        game.step({"player_0": 1, "player_1": 0})
    game.close_run()
    replayed = replay(log.entries)
    assert replayed.tallies["player_0"].suspensions > 0
    assert replayed.tallies["player_1"].suspensions == 0


def test_an_environment_that_does_not_say_who_may_play_is_refused() -> None:
    from pettingzoo.test.example_envs import generated_agents_parallel_v0

    env = generated_agents_parallel_v0.parallel_env()
    with pytest.raises(UsageError, match="possible_agents"):
        MeasuredEnv(env, lambda outcome: {}, {})


class Stumbling(Commons):
    """Moves on, and then fails."""

    def step(self, actions: Any) -> Any:
        super().step(actions)
        raise RuntimeError("half-way")


def test_a_foreign_step_that_fails_half_way_stops_the_run() -> None:
    env = Stumbling()
    governed = Governed(env, None, adapter=MeasuredEnv(env, commons_measures, KINDS))
    governed.reset(seed=0)
    actions = {agent: env.action_space(agent).sample() for agent in env.agents}
    with pytest.raises(RuntimeError, match="half-way"):
        governed.clear_and_judge(actions)
    with pytest.raises(PoisonedError, match="half-way"):
        governed.clear_and_judge(actions)
