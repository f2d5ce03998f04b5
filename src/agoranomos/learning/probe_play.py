"""One run of agents in a market, with or without one action forced on one of them in one round."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from agoranomos.agents import Agent
from agoranomos.errors import UsageError
from agoranomos.institutions import Governed
from agoranomos.institutions.institution import Institution
from agoranomos.markets.facts import SCALE
from agoranomos.markets.market import Market
from agoranomos.randomness import Randomness

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Forced:
    """What agent number `agent` is made to do in round `round` (from 1), whatever it decides.

    `action` [F], or its part of the benchmark of that name for what it then observes.
    """

    round: int
    agent: int
    action: Floats | str


@dataclass(frozen=True, eq=False)
class Played:
    """T rounds: `actions[t][i]` [F] as submitted (None: it sat out), `rewards` [T, N] net of fines, `profits` [T, N].

    `price` [T] is the mean price over goods, where the market publishes one (NaN where undefined, and elsewhere).
    """

    actions: tuple[tuple[Floats | None, ...], ...]
    rewards: Floats
    profits: Floats
    price: Floats


def play_rounds(
    market: Market,
    agents: Sequence[Agent],
    seed: int,
    rounds: int,
    *,
    institution: Institution | None = None,
    forced: Forced | None = None,
) -> Played:
    """Play `rounds` rounds from the start with this seed.

    A forced agent decides, reports and speaks as ever, and its memory goes on from that decision, as if its hand had
    slipped. Raises `UsageError` where the market ends before, the forced agent is suspended in that round, or the
    market does not know the benchmark.
    """
    governed = Governed(market, institution)
    observations, _ = governed.reset(seed=seed)
    memories = {agent.name: agent.memory for agent in agents}
    actions, rewards, profits, price = [], [], [], []
    for number in range(1, rounds + 1):
        if not governed.agents:
            raise UsageError(f"{market.facts.market} ended after {number - 1} rounds; {rounds} were to be played")
        chosen: dict[str, Any] = {}
        reports, messages = [], {}
        for agent in agents:
            seen = observations[agent.name], governed.notices.get(agent.name), memories[agent.name]
            if not governed.may_act(agent.name):
                memories[agent.name] = agent.policy.missed(*seen)
                continue
            decision = agent.policy.act(*seen, Randomness(seed, number, agent.name))
            if inspect.isawaitable(decision):
                decision = asyncio.run(_waited(decision))
            memories[agent.name] = decision.memory
            chosen[agent.name] = np.asarray(decision.action, dtype=np.float64)
            messages[agent.name] = decision.message
            if decision.report:
                reports.append(agent.name)
        if forced is not None and forced.round == number:
            name = agents[forced.agent].name
            if name not in chosen:
                raise UsageError(f"{name} is suspended in round {number} and can do nothing else")
            action = forced.action
            chosen[name] = market.play(action, name, observations[name]) if isinstance(action, str) else action
        pending = governed.clear_and_judge(chosen, reports=reports, messages=messages)
        governed.commit(pending)
        observations, earned, _, _, infos = governed.apply(pending)
        actions.append(tuple(chosen.get(agent.name) for agent in agents))
        rewards.append([earned[agent.name] for agent in agents])
        profits.append([infos[agent.name]["profit"] for agent in agents])
        price.append(_mean_price(market))
    return Played(tuple(actions), np.array(rewards), np.array(profits), np.array(price))


def played_benchmark(market: Market, benchmark: str, seed: int, rounds: int, published: float) -> Floats:
    """The agents' mean profit in each of `rounds` rounds in which all play the benchmark, [rounds].

    `published` where the market does not say how it is played.
    """
    observations, _ = market.reset(seed=seed)
    earned = np.full(rounds, published)
    for place in range(rounds):
        try:
            actions = {agent: market.play(benchmark, agent, observations[agent]) for agent in market.agents}
        except UsageError:
            return np.full(rounds, published)
        observations, profits, *_ = market.step(actions)
        earned[place] = np.mean([profits[agent] for agent in market.possible_agents])
    return earned


async def _waited(decision: Awaitable[Any]) -> Any:
    return await decision


def _mean_price(market: Market) -> float:
    published = market.measures().get("price_e6")
    cells = published if isinstance(published, tuple) else (published,)
    known = [cell / SCALE for cell in cells if isinstance(cell, int)]
    return float(np.mean(known)) if known else float("nan")
