"""Cheap talk: what agents of a governed environment say to those who hear them; it is recorded, and binds nobody."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from gymnasium import spaces

from agoranomos.errors import UsageError, unknown_name

MESSAGE, MESSAGES = "message", "messages"

Talk = Mapping[str, str]
"""What each agent said in a round; who said nothing is left out."""


class Words(spaces.Space[str]):  # type: ignore[misc]
    """Texts of at most `longest` characters, each printable or a space; a sample is letters and spaces."""

    def __init__(self, longest: int, seed: int | np.random.Generator | None = None) -> None:
        self.longest = longest
        super().__init__((), None, seed)

    def sample(self, mask: Any | None = None, probability: Any | None = None) -> str:
        """A text of at most eight letters."""
        letters = self.np_random.integers(0, 27, size=int(self.np_random.integers(0, min(self.longest, 8) + 1)))
        return "".join(" abcdefghijklmnopqrstuvwxyz"[k] for k in letters)

    def contains(self, x: Any) -> bool:
        """Whether `x` is such a text."""
        return isinstance(x, str) and len(x) <= self.longest and (not x or x.isprintable())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Words) and other.longest == self.longest

    def __hash__(self) -> int:
        return hash(("words", self.longest))

    def __repr__(self) -> str:
        return f"Words({self.longest})"


def hearing(inner: spaces.Space[Any], agents: tuple[str, ...], longest: int) -> spaces.Dict:
    """The observation space of an agent that hears these `agents`: `messages` beside what it observes otherwise."""
    heard = spaces.Dict({agent: Words(longest) for agent in agents})
    if isinstance(inner, spaces.Dict):
        return spaces.Dict({**inner.spaces, MESSAGES: heard})
    return spaces.Dict({"market": inner, MESSAGES: heard})


def with_messages(inner: Any, said: Talk, agents: tuple[str, ...]) -> dict[str, Any]:
    """An observation with what these `agents` said in the last round, an empty text where nothing was said."""
    heard = {agent: said.get(agent, "") for agent in agents}
    return {**inner, MESSAGES: heard} if isinstance(inner, Mapping) else {"market": inner, MESSAGES: heard}


def with_message(inner: spaces.Space[Any], longest: int) -> spaces.Dict:
    """The action space of an agent that may speak: `{"action": inner, "message": text}`, and a report if it may."""
    if isinstance(inner, spaces.Dict) and set(inner.spaces) == {"action", "report"}:
        return spaces.Dict({**inner.spaces, MESSAGE: Words(longest)})
    return spaces.Dict({"action": inner, MESSAGE: Words(longest)})


def split_messages(actions: Mapping[str, Any], *, reporting: bool) -> tuple[dict[str, Any], dict[str, str]]:
    """The moves (with their reports, where agents report) and what is said; raises `UsageError` for another shape."""
    moves: dict[str, Any] = {}
    said: dict[str, str] = {}
    for agent, action in actions.items():
        if not isinstance(action, Mapping) or not {"action", MESSAGE} <= action.keys():
            raise UsageError(f"the action of {agent} is no mapping with 'action' and {MESSAGE!r}: {action!r}")
        said[agent] = action[MESSAGE]
        moves[agent] = {key: part for key, part in action.items() if key != MESSAGE} if reporting else action["action"]
    return moves, said


def spoken(said: Talk, agents: tuple[str, ...], longest: int) -> dict[str, str]:
    """What is recorded and heard, in the market's order: on one line, without what cannot be printed, cut to `longest`.

    Raises `UsageError` for an agent that the market does not have, and for what is no text.
    """
    for agent, text in said.items():
        if agent not in agents:
            raise unknown_name("agent", agent, agents)
        if not isinstance(text, str):
            raise UsageError(f"{agent} says {text!r}; a text was expected")
    if not longest or not any(said.values()):
        return {}
    return {agent: clean for agent in agents if (clean := _clean(said.get(agent, ""), longest))}


def _clean(text: str, longest: int) -> str:
    kept = "".join(character for character in text if character.isprintable() or character.isspace())
    return " ".join(kept.split())[:longest].rstrip()
