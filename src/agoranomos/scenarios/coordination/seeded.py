"""Seats that the scenario itself plays: seeded colluders, whose number is set and not found."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from pydantic import Field

from agoranomos.documents import DocumentPart, Name
from agoranomos.errors import nearest
from agoranomos.randomness import named_generator
from agoranomos.scenarios.networks import by_centrality


class Seeded(DocumentPart):
    """`count` seats that always take one option, whatever their policies would do.

    They are the first ones (`head`), the last ones (`tail`), the most `central` of the network, or `drawn` by each
    run; `seats` names them, as the run with a seed has them.
    """

    count: Annotated[int, Field(ge=0, le=64)] = 0
    place: Literal["head", "tail", "central", "drawn"] = "head"
    choice: Literal["collective", "independent"] = "collective"
    seats: tuple[Name, ...] | None = None

    def require(self, agents: Sequence[str]) -> None:
        """Raise `ValueError` where the group has no such seats."""
        if self.count > len(agents):
            raise ValueError(f"seeded: {self.count} seats of {len(agents)}")
        for seat in self.seats or ():
            if seat not in agents:
                raise ValueError(f"seeded: no agent {seat!r}. {nearest(seat, agents)}")
        if self.seats is not None and len(set(self.seats)) != self.count:
            raise ValueError(f"seeded: seats names {len(set(self.seats))} agents, `count` says {self.count}")

    def drawn(self, links: Mapping[str, tuple[str, ...]], seed: int) -> Seeded:
        """The same with its seats named, for agents who are linked like this."""
        return self if self.seats is not None else self.model_copy(update={"seats": self.taken(links, seed)})

    def taken(self, links: Mapping[str, tuple[str, ...]], seed: int) -> tuple[str, ...]:
        """The seats, in the order of the agents."""
        if self.seats is not None:
            return self.seats
        agents = tuple(links)
        order: Sequence[str] = agents
        if self.place == "tail":
            order = agents[::-1]
        elif self.place == "central":
            order = by_centrality(links)
        elif self.place == "drawn":
            order = [agents[int(k)] for k in named_generator(seed, "seeded-seats").permutation(len(agents))]
        kept = set(order[: self.count])
        return tuple([agent for agent in agents if agent in kept])
