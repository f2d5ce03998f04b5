"""A policy that is told the regime's text again in every round, where it reads its notice."""

from __future__ import annotations

from collections.abc import Awaitable
from dataclasses import replace
from typing import Any, TypeVar

from agoranomos.institutions.notices import Notice
from agoranomos.policies.policy import Decision, Observation, Policy
from agoranomos.policies.wrapped import Wrapped
from agoranomos.randomness import Randomness

MemoryT = TypeVar("MemoryT")


class Reminded(Wrapped[MemoryT]):
    """Gives another policy, in front of its notice or in the place of one, the text that it was told before it began.

    A notice is fresh in every round, while what is told stands where a prompt begins; so that the two differ in what
    they say and not in when they say it, the text is said at both places.
    """

    def __init__(self, inner: Policy[MemoryT], agent: str, text: str) -> None:
        super().__init__(inner)
        self._agent = agent
        self._text = text.strip()

    def describe(self) -> dict[str, Any]:
        """The inner policy's description, and that what it is told is repeated."""
        description = self.inner.describe()
        return {**description, "told": {**description.get("told", {}), "repeated": True}}

    def act(
        self, observation: Observation, notice: Notice | None, memory: MemoryT, randomness: Randomness
    ) -> Decision[MemoryT] | Awaitable[Decision[MemoryT]]:
        """The inner policy's decision on a notice that begins with the text."""
        return super().act(observation, self._reminding(notice), memory, randomness)

    def disturbed(self, decision: Decision[MemoryT], randomness: Randomness) -> Decision[MemoryT]:
        """The decision as it is: only what is read was changed."""
        return decision

    def missed(self, observation: Observation, notice: Notice | None, memory: MemoryT) -> MemoryT:
        """What the inner policy notes of a round that it sits out."""
        return self.inner.missed(observation, self._reminding(notice), memory)

    def _reminding(self, notice: Notice | None) -> Notice:
        if notice is None:
            return Notice(self._agent, 0, "", 0, "", self._text)
        return replace(notice, text=f"{self._text}\n\n{notice.text}" if notice.text else self._text)
