"""Agents: a name, a policy, a memory; and the rosters that seat them."""

from agoranomos.agents.agent import Agent
from agoranomos.agents.roster import Roster, RosterEntry, load_roster, resolve_roster
from agoranomos.agents.seating import engine_name, engines_needed, seat_agents

__all__ = [
    "Agent",
    "Roster",
    "RosterEntry",
    "engine_name",
    "engines_needed",
    "load_roster",
    "resolve_roster",
    "seat_agents",
]
