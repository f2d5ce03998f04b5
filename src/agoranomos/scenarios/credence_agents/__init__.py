"""Credence goods in words: experts who know better than their customers, and those who choose an expert."""

from agoranomos.scenarios.credence_agents.env import CredenceAgents
from agoranomos.scenarios.credence_agents.spec import CredenceAgentsSpec

__all__ = ["CredenceAgents", "CredenceAgentsSpec"]
