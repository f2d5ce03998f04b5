"""What every market must satisfy.

A market's test, a plug-in's too, inherits the class and names its factory:

    class TestMyMarket(MarketConformance):
        factory = "my_package.my_market_v0:parallel_env"

A market that cannot hold one of the tests says so, with the reason: `exempt = {"test_...": "why not"}`.
"""

# ruff: noqa: D102  -- a test's name says what it states

from __future__ import annotations

import json
import math
import warnings
from collections.abc import Iterator
from itertools import combinations
from types import SimpleNamespace
from typing import Any, ClassVar

import numpy as np
import pytest
from gymnasium import spaces

from agoranomos.conformance.exempting import Exempting
from agoranomos.conformance.seeding import differing_step, make
from agoranomos.errors import UsageError
from agoranomos.markets.action_schema import action_schema, allows
from agoranomos.markets.facts import SCALE
from agoranomos.markets.market import Market

ROUNDS = 4
"""Rounds that most tests play; fewer where the market's episode is over sooner."""


class MarketConformance(Exempting):
    """Facts about any market, checked; inherit it in a test class and set `factory` (and `options`).

    `turns` is the factory of the market in PettingZoo's AEC view; `env` beside the parallel one where it is empty.
    """

    factory: ClassVar[str]
    options: ClassVar[dict[str, Any]] = {}
    turns: ClassVar[str] = ""

    @pytest.fixture
    def market(self) -> Any:
        """A market of the class's own, not reset."""
        return make(self.factory, self.options)

    def in_turns(self, **options: Any) -> Any:
        """The AEC view of the market."""
        return make(self.turns or f"{self.factory.rpartition(':')[0]}:env", {**self.options, **options})

    # -- PettingZoo --------------------------------------------------------------------------------------------------

    def test_it_is_a_parallel_environment_to_pettingzoo(self, market: Any) -> None:
        from pettingzoo.test import parallel_api_test

        assert isinstance(market, Market)
        parallel_api_test(market, num_cycles=200)

    def test_it_is_an_environment_of_turns_to_pettingzoo(self) -> None:
        from pettingzoo.test import api_test

        with warnings.catch_warnings():
            # PettingZoo advises against observations that are no single array; a market's are named parts.
            warnings.simplefilter("ignore", UserWarning)
            api_test(self.in_turns(), num_cycles=50)

    def test_pettingzoo_finds_it_seeded(self) -> None:
        from pettingzoo.test import parallel_seed_test, seed_test

        parallel_seed_test(lambda: make(self.factory, self.options), num_cycles=100)
        seed_test(self.in_turns, num_cycles=20)

    def test_pettingzoo_finds_its_state(self, market: Any) -> None:
        from pettingzoo.test import state_test

        with warnings.catch_warnings():
            # Profits have no bounds, and nothing has happened before the first round: PettingZoo remarks on both.
            warnings.simplefilter("ignore", UserWarning)
            state_test(self.in_turns(), market)

    def test_max_cycles_is_how_long_it_lasts(self) -> None:
        from pettingzoo.test.max_cycles_test import max_cycles_test

        kept = {key: value for key, value in self.options.items() if key not in ("rounds", "continuation")}
        turns = self.turns or f"{self.factory.rpartition(':')[0]}:env"
        module = SimpleNamespace(
            parallel_env=lambda max_cycles: make(self.factory, {**kept, "max_cycles": max_cycles}),
            env=lambda max_cycles: make(turns, {**kept, "max_cycles": max_cycles}),
        )
        max_cycles_test(module)

    def test_the_same_seed_gives_the_same_episode_everywhere(self) -> None:
        assert differing_step(self.factory, self.options) == ""

    def test_every_observation_is_in_its_space(self, market: Any) -> None:
        observations, _ = market.reset(seed=1)
        for _ in range(ROUNDS + 1):
            for agent, observation in observations.items():
                assert market.observation_space(agent).contains(observation), (agent, observation)
                assert repr(market.observation(agent)) == repr(observation)
            if not market.agents:
                break
            observations = market.step(_sampled(market))[0]

    def test_every_agent_sees_its_profit_and_the_round(self, market: Any) -> None:
        market.reset(seed=1)
        total = dict.fromkeys(market.agents, 0.0)
        for number in range(1, ROUNDS + 1):
            observations, rewards, *_ = market.step(_sampled(market))
            for agent, reward in rewards.items():
                total[agent] += reward
                assert observations[agent]["round"].tolist() == [number]
                assert observations[agent]["round_profit"].tolist() == [reward]
                assert math.isclose(observations[agent]["cumulative_profit"][0], total[agent], rel_tol=1e-12)
            if not market.agents:
                break

    # -- facts and measures ------------------------------------------------------------------------------------------

    def test_facts_name_the_agents_and_goods(self, market: Any) -> None:
        assert market.facts.agents == tuple(market.possible_agents)
        assert market.facts.goods == tuple(market.goods)
        assert all(name.endswith("_e6") for name in market.facts.measures)
        assert market.facts.measures["profit_e6"].axes == ("firm",)
        assert market.facts.measures["welfare_e6"].axes == ()
        for name, kind in market.facts.measures.items():
            assert len(set(kind.axes)) == len(kind.axes), name
            assert kind.title.strip(), name

    def test_measures_are_integers_in_the_published_shape_and_bounds(self, market: Any) -> None:
        for _ in _rounds(market):
            check_measures(market, market.measures())

    def test_benchmarks_publish_the_same_measures(self, market: Any) -> None:
        for measures in market.facts.benchmarks.values():
            check_measures(market, measures)

    def test_the_measured_profit_is_the_reward(self, market: Any) -> None:
        for rewards in _rounds(market):
            for reward, measured in zip(rewards.values(), market.measures()["profit_e6"], strict=True):
                assert measured == round(reward * SCALE)

    def test_there_is_nothing_to_measure_before_the_first_round(self, market: Any) -> None:
        market.reset(seed=1)
        with pytest.raises(UsageError):
            market.measures()

    # -- actions -----------------------------------------------------------------------------------------------------

    def test_actions_clear_as_integers(self, market: Any) -> None:
        for _ in _rounds(market):
            actions = market.actions_e6()
            assert len(actions) == len(market.possible_agents)
            assert all(type(quantity) is int for row in actions for quantity in row)

    def test_the_integers_that_cleared_clear_the_same_again(self, market: Any) -> None:
        first = [(market.actions_e6(), market.measures()) for _ in _rounds(market)]
        market.reset(seed=1)
        for actions, measures in first:
            market.step(_submitted_rows(market, actions))
            assert market.projected() == ()
            assert market.actions_e6() == actions
            assert market.measures() == measures

    def test_a_bad_action_is_refused_and_changes_nothing(self, market: Any) -> None:
        market.reset(seed=1)
        market.step(_sampled(market))
        before = (market.actions_e6(), market.measures(), market.round_number, repr(market.state()))
        good, agent = _sampled(market), market.possible_agents[-1]
        parts = len(market.actions_e6()[-1]) or 1
        faulty: list[Any] = [[math.nan] * parts, [math.inf] * parts, [1.0] * (parts + 1), "cheap", {}]
        for bad in faulty:
            with pytest.raises(UsageError, match=agent):
                market.step({**good, agent: bad})
        with pytest.raises(UsageError):
            market.step({other: action for other, action in good.items() if other != agent})
        with pytest.raises(UsageError):
            market.step({**good, "nobody": good[agent]})
        assert (market.actions_e6(), market.measures(), market.round_number, repr(market.state())) == before
        market.step(good)

    def test_any_agents_may_sit_out(self, market: Any) -> None:
        for absent in _some_subsets(market.possible_agents):
            market.reset(seed=1)
            for _ in range(2):
                actions = _sampled(market)
                results = market.step({a: market.idle(a) if a in absent else actions[a] for a in actions})
                for agent, row in zip(market.possible_agents, market.actions_e6(), strict=True):
                    assert agent not in absent or set(row) <= {0}, f"{agent} sat out and did {row}"
                    assert agent not in absent or (row == ()) == (market.idle(agent) is None)
                    assert agent in absent or row, f"{agent} did something, and {row} is on record"
                assert all(math.isfinite(reward) for reward in results[1].values())
                assert all(market.observation_space(agent).contains(seen) for agent, seen in results[0].items())
                check_measures(market, market.measures())
                if not market.agents:
                    break

    def test_who_does_nothing_of_its_own_accord_is_taken_at_its_word(self, market: Any) -> None:
        market.reset(seed=1)
        agent = market.possible_agents[0]
        market.step({**_sampled(market), agent: None})
        assert set(market.actions_e6()[0]) <= {0}
        assert agent not in market.projected()

    # -- limits ------------------------------------------------------------------------------------------------------

    def test_a_limit_of_nothing_suspends(self, market: Any) -> None:
        market.reset(seed=1)
        agent = market.agents[0]
        actions = _sampled(market)
        actions[agent] = market.cap(agent, actions[agent], 0)
        assert repr(actions[agent]) == repr(market.idle(agent)) or not np.any(actions[agent])
        market.step(actions)
        assert set(market.actions_e6()[0]) <= {0}

    def test_a_market_that_cannot_cap_says_so(self, market: Any) -> None:
        for agent, action in zip(market.possible_agents, _first(market).values(), strict=True):
            if not market.can_cap(agent):
                with pytest.raises(UsageError, match=agent):
                    market.cap(agent, action, 500_000)

    def test_no_limit_changes_nothing_that_is_feasible(self, market: Any) -> None:
        taken = _submitted_rows(market, market.actions_e6()) if _first(market) else {}
        for agent in filter(market.can_cap, market.possible_agents):
            assert np.array_equal(market.cap(agent, taken[agent], SCALE), np.asarray(taken[agent]))

    # -- benchmarks and the stage game -------------------------------------------------------------------------------

    def test_what_a_benchmark_would_play_is_an_action(self, market: Any) -> None:
        observations, _ = market.reset(seed=1)
        for _ in range(ROUNDS):
            for name in market.facts.benchmarks:
                for agent in market.agents:
                    action = _played(market, name, agent, observations[agent])
                    if action is not None:
                        _check_action(market, agent, action)
            observations = market.step(_sampled(market))[0]
            if not market.agents:
                break

    def test_every_action_has_a_schema_that_holds_each_number_within_its_bounds(self, market: Any) -> None:
        for agent in market.possible_agents[:8]:
            shape = market.action_shape(agent)
            schema = action_schema(shape)
            assert schema["required"] == list(schema["properties"]) == [part.name for part in shape.parts]
            for part in shape.parts:
                numbers = schema["properties"][part.name]
                for value in (part.low - 1, part.low, part.high, part.high + 1):
                    if float(value).is_integer():
                        assert allows(numbers, int(value)) == (part.low <= value <= part.high)

    def test_a_benchmark_that_is_not_there_is_refused(self, market: Any) -> None:
        observations, _ = market.reset(seed=1)
        agent = market.agents[0]
        with pytest.raises(UsageError, match="nach"):
            market.play("nach", agent, observations[agent])

    def test_what_is_seen_has_the_shape_of_actions(self, market: Any) -> None:
        observations, _ = market.reset(seed=1)
        for agent in market.agents:
            assert market.seen(agent, observations[agent]) is None, "nothing is seen before the first round"
        agents = tuple(market.agents)
        observations = market.step(_sampled(market))[0]
        rows = market.actions_e6()
        for index, agent in enumerate(agents):
            seen = market.seen(agent, observations[agent])
            if seen is not None:
                assert seen.shape == (len(agents), len(rows[index]))
                assert np.isfinite(seen).all()
                np.testing.assert_allclose(seen[index], np.array(rows[index]) / SCALE, rtol=1e-9, atol=1e-6)

    def test_menus_are_actions(self, market: Any) -> None:
        game = _game(market)
        assert game.agents == tuple(market.possible_agents)
        for agent, menu in zip(game.agents, game.menus, strict=True):
            assert menu.ndim == 2
            assert len(menu) >= 1
            assert len(np.unique(menu, axis=0)) == len(menu), f"{agent} has an entry twice"
            for row in menu:
                _check_action(market, agent, row)

    def test_payoffs_broadcast_over_leading_axes(self, market: Any) -> None:
        game = _game(market)
        joint = np.stack([_joint(game, seed) for seed in range(6)])
        payoffs = game.payoffs(joint)
        assert payoffs.shape == (6, len(game.agents))
        assert np.array_equal(game.payoffs(joint.reshape(2, 3, *joint.shape[1:])), payoffs.reshape(2, 3, -1))
        for one, paid in zip(joint, payoffs, strict=True):
            assert np.array_equal(game.payoffs(one), paid)

    def test_payoffs_are_the_rewards_of_a_round(self, market: Any) -> None:
        game = _game(market)
        for seed in range(8):
            market.reset(seed=seed)
            wanted = _joint(game, seed)
            rewards = market.step({a: as_submitted(market, a, row) for a, row in zip(game.agents, wanted, strict=True)})
            cleared = np.array(market.actions_e6()) / SCALE
            np.testing.assert_allclose(cleared, wanted, rtol=0, atol=0.5000001e-6)
            found = [rewards[1][agent] for agent in game.agents]
            np.testing.assert_allclose(found, game.payoffs(cleared), rtol=1e-9, atol=1e-9)

    # -- the record --------------------------------------------------------------------------------------------------

    def test_the_description_is_plain_json(self, market: Any) -> None:
        description = market.describe()
        assert json.loads(json.dumps(description)) == description
        assert make(self.factory, self.options).describe() == description
        assert not list(_floats(description)), "records hold no floats: write numbers as integers or text"

    def test_the_description_reads_back_to_the_same_market(self, market: Any) -> None:
        again = type(market.spec).model_validate(market.describe())
        assert again == market.spec
        assert again.described() == market.describe()


def as_submitted(market: Any, agent: str, action: Any) -> Any:
    """An action [F] of float64, as menus and benchmarks give it, as a value of the agent's action space."""
    space = market.action_space(agent)
    if isinstance(space, spaces.Discrete):
        return int(np.asarray(action).reshape(-1)[0])
    return np.asarray(action, dtype=space.dtype)


def check_measures(market: Any, measures: Any) -> None:
    """Fails unless the measures have the names, the shapes and the bounds that the market's facts say."""
    lengths = {"firm": len(market.facts.agents), "good": len(market.facts.goods)}
    assert set(measures) == set(market.facts.measures)
    for name, kind in market.facts.measures.items():
        for value in _integers(name, measures[name], [lengths[axis] for axis in kind.axes]):
            assert kind.least_e6 is None or value >= kind.least_e6, f"{name}: {value} is below {kind.least_e6}"
            assert kind.most_e6 is None or value <= kind.most_e6, f"{name}: {value} is above {kind.most_e6}"


def _integers(name: str, value: Any, shape: list[int]) -> Iterator[int]:
    if not shape:
        assert value is None or type(value) is int, f"{name}: {value!r} is no integer"
        assert value is None or abs(value) < 2**53, f"{name}: {value} is too large to be recorded exactly"
        yield from () if value is None else (value,)
        return
    if value is None:
        return
    assert isinstance(value, tuple), f"{name}: {value!r} is no tuple"
    assert len(value) == shape[0], f"{name}: {value!r} should have {shape[0]} parts"
    for part in value:
        yield from _integers(name, part, shape[1:])


def _floats(value: Any) -> Iterator[float]:
    if isinstance(value, float):
        assert math.isfinite(value)
        yield value
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _floats(part)


def _sampled(market: Any) -> dict[str, Any]:
    """An action for everybody from its action space."""
    return {agent: market.action_space(agent).sample() for agent in market.agents}


def _first(market: Any) -> dict[str, Any]:
    """The actions of a first round that has been played."""
    market.reset(seed=1)
    actions = _sampled(market)
    market.step(actions)
    return actions


def _rounds(market: Any) -> Iterator[dict[str, float]]:
    """The rewards of the first rounds of an episode, each when it has been played."""
    market.reset(seed=1)
    for agent in market.possible_agents:
        market.action_space(agent).seed(len(agent))
    for _ in range(ROUNDS):
        yield market.step(_sampled(market))[1]
        if not market.agents:
            break


def _submitted_rows(market: Any, rows: Any) -> dict[str, Any]:
    """Rows on record as actions; an empty row sits out."""
    return {
        agent: as_submitted(market, agent, np.array(row) / SCALE) if row else None
        for agent, row in zip(market.possible_agents, rows, strict=True)
    }


def _some_subsets(agents: list[str]) -> list[tuple[str, ...]]:
    """Every subset of few agents; of many each alone of the first three, all but one, every other one, all."""
    if len(agents) <= 3:
        return [chosen for size in range(1, len(agents) + 1) for chosen in combinations(agents, size)]
    return [*((agent,) for agent in agents[:3]), tuple(agents[1:]), tuple(agents[::2]), tuple(agents)]


def _played(market: Any, benchmark: str, agent: str, observation: Any) -> Any:
    """What `agent` plays at the benchmark; None where the market does not know it as play."""
    try:
        return market.play(benchmark, agent, observation)
    except UsageError:
        return None


def _check_action(market: Any, agent: str, action: Any) -> None:
    assert isinstance(action, np.ndarray)
    assert action.dtype == np.float64
    assert action.ndim == 1
    submitted = as_submitted(market, agent, action)
    assert np.array_equal(np.atleast_1d(submitted), action), f"{agent}: {action} is no whole number"
    assert market.action_space(agent).contains(submitted), f"{agent}: {action} is outside its action space"


def _game(market: Any) -> Any:
    try:
        return market.game()
    except UsageError as error:
        pytest.skip(error.message)


def _joint(game: Any, seed: int) -> Any:
    """A row of every menu, [N, F]; the first and the last rows for the seeds 0 and 1."""
    chance = np.random.default_rng(seed)
    chosen = [0 if seed == 0 else -1 if seed == 1 else int(chance.integers(len(menu))) for menu in game.menus]
    return np.stack([menu[k] for menu, k in zip(game.menus, chosen, strict=True)])
