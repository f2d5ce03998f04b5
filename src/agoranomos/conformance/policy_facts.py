"""What is claimed of a policy (`Facts`), held against what it does.

Everybody's actions are given, drawn at random; the policy decides in every round, and what
it decides is compared between two runs that differ in one thing.
"""

# ruff: noqa: D102  -- a test's name says what it states

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import pytest

from agoranomos.conformance.policy_play import PolicyInMarkets, decide, row_of
from agoranomos.errors import UsageError
from agoranomos.institutions.notices import Notice
from agoranomos.markets.market import Market
from agoranomos.policies import Policy, Seat
from agoranomos.policies.chance import uniform_action
from agoranomos.policies.facts import Facts
from agoranomos.randomness import Randomness

ROUNDS = 16
SHARED = 3
"""Rounds in common after which a policy with an unlimited memory must still tell two histories apart."""
STATES = ("active", "warning", "fined")
Joint = tuple[tuple[tuple[float, ...], ...], ...]
"""Everybody's action, round by round."""


@dataclass(frozen=True)
class Course:
    """What happens around the deciding policy, apart from the market."""

    joint: Joint
    standings: tuple[str, ...] = ()
    fines: bool = False
    profit_noise: bool = False
    draws: int = 11


def decided(policies: Sequence[Any], market: Market, course: Course) -> list[tuple[tuple[float, ...], ...]]:
    """What the policies decide in each round of the course, and after its last."""
    observations, _ = market.reset(seed=5)
    memories = [policy.start() for policy in policies]
    noise = np.random.default_rng(3)
    found = []
    for number in range(1, len(course.joint) + 2):
        row = []
        for i, (policy, agent) in enumerate(zip(policies, market.possible_agents, strict=True)):
            observed = dict(observations[agent])
            if course.profit_noise:
                for key in ("round_profit", "cumulative_profit"):
                    observed[key] = observed[key] + 1e4 * noise.standard_normal(1)
            told, draws = _notice(agent, number, course), Randomness(course.draws, number, agent)
            decision = decide(policy, observed, told, memories[i], draws)
            memories[i] = decision.memory
            row.append(row_of(decision.action))
        found.append(tuple(row))
        if number <= len(course.joint):
            actions = map(np.array, course.joint[number - 1])
            observations = market.step(dict(zip(market.possible_agents, actions, strict=True)))[0]
    return found


def _notice(agent: str, number: int, course: Course) -> Notice | None:
    if not course.standings:
        return None
    state = course.standings[number % len(course.standings)]
    fine = 10**10 if course.fines and number % 2 else 0
    return Notice(agent, number, state, STATES.index(state), state.upper(), "", fine)


def joint_actions(market: Market, seed: int, rounds: int) -> Joint:
    """Entries of everybody's menu, uniform and independent; where a round is no game, draws from the action spaces."""
    rng = np.random.default_rng(seed)
    try:
        menus = market.game().menus
    except UsageError:
        seats = [Seat(agent, i, market, seed) for i, agent in enumerate(market.possible_agents)]
        return tuple(tuple(tuple(uniform_action(seat, rng).tolist()) for seat in seats) for _ in range(rounds))
    return tuple(tuple(tuple(menu[rng.integers(len(menu))].tolist()) for menu in menus) for _ in range(rounds))


class FactsConformance(PolicyInMarkets):
    """The tests of a policy's facts. Without facts, or with other parameters than the default, nothing is claimed."""

    @pytest.fixture
    def facts(self) -> Facts:
        claimed = self.kind.facts
        if claimed is None or self.parameters:
            pytest.skip("nothing is claimed")
        return claimed

    def courses(self) -> Iterator[tuple[Any, Market, Course]]:
        """A policy in every seat, its market, and two courses each, in all markets."""
        for setting in self.markets.values():
            market = setting(ROUNDS + 1)
            for seed in (1, 2):
                yield self.bind(market), market, Course(joint_actions(market, seed, ROUNDS))

    def differs(self, **changed: Any) -> bool:
        """Whether anything is decided differently, anywhere, where this is different."""
        for policies, market, course in self.courses():
            plain = replace(course, standings=("active",)) if {"standings", "fines"} & set(changed) else course
            if decided(policies, market, plain) != decided(policies, market, replace(plain, **changed)):
                return True
        return False

    def forgets(self, shared: int) -> bool:
        """Whether it decides alike after any two histories with the last `shared` rounds in common.

        One history of each pair is random; the other is, too, or everybody repeats in it what it did first.
        """
        for policies, market, course in self.courses():
            calm = (decided(policies, market, course)[0],) * ROUNDS
            for joint in (course.joint, calm):
                other = joint_actions(market, 77, ROUNDS - shared) + joint[ROUNDS - shared :]
                ends = [decided(policies, market, replace(course, joint=played))[-1] for played in (joint, other)]
                if ends[0] != ends[1]:
                    return False
        return True

    def test_it_leaves_to_chance_what_it_says(self, facts: Facts) -> None:
        assert any(self.differs(draws=draws) for draws in range(12, 40 if facts.stochastic else 14)) == facts.stochastic

    def test_its_memory_is_as_long_as_it_says(self, facts: Facts) -> None:
        if facts.memory is None:
            assert not self.forgets(SHARED)
        else:
            assert self.forgets(facts.memory)
            assert facts.memory == 0 or not self.forgets(facts.memory - 1)

    def test_it_reads_profits_fines_and_standings_if_it_says_so(self, facts: Facts) -> None:
        assert self.differs(profit_noise=True) == facts.reads_profit
        assert self.differs(fines=True) == facts.reads_fines
        assert self.differs(standings=STATES) == facts.reads_standing

    def test_it_asks_of_its_market_what_it_says(self, facts: Facts) -> None:
        ear = _Ear()
        for setting in self.markets.values():
            market = setting(ROUNDS + 1)
            joint = joint_actions(market, 1, ROUNDS)
            for name in ("play", "game", "seen"):
                setattr(market, name, ear.noting(name, getattr(market, name)))
            policies = ear.hearing(partial(self.bind, market))
            decided([_Heard(policy, ear) for policy in policies], market, Course(joint, STATES))
        assert ear.heard == set(facts.needs) & {"play", "game", "seen"}


class _Ear:
    """Notes what a policy asks of its market: not what the market asks of itself, nor what the harness does."""

    def __init__(self) -> None:
        self.heard: set[str] = set()
        self.listens = False

    def hearing(self, done: Callable[[], Any]) -> Any:
        """What `done` gives, heard."""
        self.listens = True
        try:
            return done()
        finally:
            self.listens = False

    def noting(self, name: str, answer: Callable[..., Any]) -> Callable[..., Any]:
        """`answer`, noted as `name` when it is asked for within hearing."""

        def asking(*given: Any) -> Any:
            listened, self.listens = self.listens, False
            if listened:
                self.heard.add(name)
            try:
                return answer(*given)
            finally:
                self.listens = listened

        return asking


class _Heard:
    """A policy within hearing."""

    def __init__(self, policy: Policy[Any], ear: _Ear) -> None:
        self.policy, self.ear, self.start = policy, ear, policy.start

    def act(self, *situation: Any) -> Any:
        return self.ear.hearing(partial(self.policy.act, *situation))
