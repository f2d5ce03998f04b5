"""Seats the agents of a roster in a market."""

from __future__ import annotations

from collections.abc import Mapping

from agoranomos.agents.agent import Agent
from agoranomos.agents.roster import Roster, RosterEntry
from agoranomos.documents import DocumentPart
from agoranomos.errors import UsageError, nearest
from agoranomos.markets.market import Market
from agoranomos.models.engine import Engine
from agoranomos.policies import Noisy, PolicyType, Reminded, Seat, Trembling, choose_policy
from agoranomos.policies.shared import require_something_to_read
from agoranomos.workspace import Workspace


def seat_agents(
    roster: Roster,
    market: Market,
    seed: int,
    *,
    engines: Mapping[str, Engine] | None = None,
    told: str | None = None,
    repeat: bool = False,
    workspace: Workspace,
) -> tuple[Agent, ...]:
    """One agent a seat of `market`, in the market's order, each with its policy bound and its first memory.

    `engines` holds an open engine for every name in `engines_needed(roster, workspace)`; `told` is the regime's text,
    which only policies that perceive text may use; with `repeat` they are told it again in every round, where they read
    their notice. Raises `UsageError` when the roster does not fit the market, a
    parameter is wrong, an engine is missing, or replies are shown in which nobody can write anything.
    """
    agents = []
    asking: set[str] = set()
    for index, (name, entry) in enumerate(zip(market.possible_agents, _entries(roster, market), strict=True)):
        policy_type, parameters = _chosen(entry, workspace)
        engine = _engine(policy_type, parameters, engines or {})
        seat = Seat(name, index, market, seed)
        policy = policy_type.bind(parameters, seat, engine=engine, told=told, workspace=workspace)
        if told is not None and repeat and policy_type.perceives_text:
            policy = Reminded(policy, name, told)
        if entry.tremble > 0.0:
            policy = Trembling(policy, entry.tremble, seat)
        if entry.noise > 0.0:
            policy = Noisy(policy, entry.noise, seat)
        agents.append(Agent(name, policy, policy.start()))
        if policy_type.needs_engine:
            asking.add(name)
    require_something_to_read({agent.name: agent.policy for agent in agents}, asking)
    return tuple(agents)


def engines_needed(roster: Roster, workspace: Workspace) -> tuple[str, ...]:
    """The engines that the roster's policies ask, each once, in the order of the seats; empty without any."""
    names = []
    for entry in roster.agents:
        policy_type, parameters = _chosen(entry, workspace)
        if policy_type.needs_engine:
            names.append(engine_name(policy_type, parameters))
    return tuple(dict.fromkeys(names))


def engine_name(policy_type: PolicyType, parameters: DocumentPart) -> str:
    """The engine that a policy asks: its parameter `model`, which every policy that needs one has."""
    name = getattr(parameters, "model", None)
    if not isinstance(name, str):
        raise UsageError(f"policy {policy_type.name!r} needs a language model, but its parameters name no `model`")
    return name


def _entries(roster: Roster, market: Market) -> tuple[RosterEntry, ...]:
    return roster.entries(len(market.possible_agents))


def _chosen(entry: RosterEntry, workspace: Workspace) -> tuple[PolicyType, DocumentPart]:
    chosen = choose_policy(entry.policy, workspace)
    return chosen.type, chosen.parameters(entry.parameters)


def _engine(policy_type: PolicyType, parameters: DocumentPart, engines: Mapping[str, Engine]) -> Engine | None:
    if not policy_type.needs_engine:
        return None
    name = engine_name(policy_type, parameters)
    if name not in engines:
        raise UsageError(f"the engine {name!r} is not open", advice=nearest(name, engines))
    return engines[name]
