"""An agent: a name, a policy, a memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from agoranomos.policies import Policy


@dataclass(frozen=True, slots=True)
class Agent:
    """A named seat of a market, the policy bound to it, and the memory before the first round."""

    name: str
    policy: Policy[Any]
    memory: Any
