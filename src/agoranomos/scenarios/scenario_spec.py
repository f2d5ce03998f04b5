"""What every file of `kind: scenario` says, whatever its type."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from agoranomos.documents import DocumentPart, Name
from agoranomos.errors import nearest
from agoranomos.markets.market_spec import MarketSpec
from agoranomos.randomness import named_generator
from agoranomos.scenarios.networks import Network, neighbours

OthersActions = Literal["nothing", "count", "names"]
Detection = Literal["nothing", "caught", "always"]
Place = Annotated[int, Field(ge=0, le=99)]


class Sees(DocumentPart):
    """Who sees what of a round: the routing table, the same for every agent.

    `own_reward`: what the round earned it. `others_actions`: nothing, how many did what, or who did what (of those it
    is linked to). `others_rewards`: what they earned; without names where their actions have none. `others_reasoning`:
    their whole replies, thoughts included. `detection`: nothing is said of audits; it is told when it was caught; or it
    is always told whether it was, so that it also knows when nobody looked, as in the released code of
    arXiv 2510.04860.
    """

    own_reward: bool = True
    others_actions: OthersActions = "names"
    others_rewards: bool = False
    others_reasoning: bool = False
    detection: Detection = "caught"


class Fabricated(DocumentPart):
    """Rounds that never happened, shown as the agent's oldest; `violations` of them broke the rule.

    Which ones is drawn by each run (`order: drawn`), or they are the `first` or the `last` of them; `broken` holds the
    places that were drawn, from 0. Each is shown with the reward that its action would have had unwatched. What the
    agent does next, held against an arm with another number, is the causal effect of experience.
    """

    rounds: Annotated[int, Field(ge=1, le=100)] = 5
    violations: Annotated[int, Field(ge=0, le=100)] = 0
    order: Literal["drawn", "first", "last"] = "drawn"
    broken: tuple[Place, ...] | None = None

    @model_validator(mode="after")
    def _has_as_many_rounds(self) -> Self:
        if self.violations > self.rounds:
            raise ValueError(f"{self.violations} violations in {self.rounds} rounds; at most one a round was expected")
        if self.broken is not None:
            places = set(self.broken)
            if len(self.broken) != self.violations or len(places) != self.violations:
                raise ValueError(f"broken: {self.violations} places were expected, no two alike, as `violations` says")
            if any(place >= self.rounds for place in places):
                raise ValueError(f"broken: places are counted from 0; the last of {self.rounds} is {self.rounds - 1}")
        return self

    def drawn(self, seed: int) -> Fabricated:
        """The same with the places of its violations drawn by the run with this seed."""
        if self.broken is not None or self.order != "drawn":
            return self
        order = named_generator(seed, "fabricated").permutation(self.rounds)
        places = tuple(sorted(int(place) for place in order[: self.violations]))
        return self.model_copy(update={"broken": places})

    def violates(self, place: int) -> bool:
        """Whether the round at `place` (0 is the oldest) broke the rule; the first ones until places are drawn."""
        if self.broken is not None:
            return place in self.broken
        return place >= self.rounds - self.violations if self.order == "last" else place < self.violations


class ScenarioSpec(MarketSpec):
    """The common keys: a market's, who `sees` what, and rounds that are `fabricated` before the first.

    `options: letters` puts them under letters whose order each run draws from its seed; `texts` names them by their
    own words, in the order of the file.
    """

    kind: Literal["scenario"] = "scenario"
    sees: Sees = Field(default_factory=Sees)
    fabricated: Fabricated | None = None
    options: Literal["letters", "texts"] = "letters"

    def drawn(self, seed: int) -> Self:
        """The specification of the run with this seed; a family draws what is its own and calls this one."""
        if self.fabricated is None:
            return self
        return self.model_copy(update={"fabricated": self.fabricated.drawn(seed)})

    def linked(self, agents: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
        """Those whose actions each agent may see: all others, unless the family has networks."""
        return {agent: tuple([other for other in agents if other != agent]) for agent in agents}


class NetworkedSpec(ScenarioSpec):
    """A family of several agents, who may be linked in a `network`; all see all where there is none.

    `links` names those to whom each agent is linked, as the run with a seed draws them, or as the file writes them.
    """

    network: Network | None = None
    links: dict[Name, tuple[Name, ...]] | None = None

    def drawn(self, seed: int) -> Self:
        """The specification of the run with this seed, with its links where there is a network."""
        drawn = super().drawn(seed)
        if self.network is None or self.links is not None:
            return drawn
        return drawn.model_copy(update={"links": dict(neighbours(self.network, self.linked_agents(), seed))})

    def linked_agents(self) -> tuple[str, ...]:
        """The names of the agents that the network links; a family says which."""
        raise NotImplementedError

    def linked(self, agents: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
        """Those whose actions each agent may see; until links are drawn, those of seed 0."""
        if self.links is not None:
            return {agent: self.links.get(agent, ()) for agent in agents}
        return super().linked(agents) if self.network is None else neighbours(self.network, agents, 0)

    @model_validator(mode="after")
    def _links_its_agents(self) -> Self:
        agents = self.linked_agents()
        if self.network is not None:
            self.network.require(agents)
        for agent, others in (self.links or {}).items():
            for other in (agent, *others):
                if other not in agents:
                    raise ValueError(f"links: no agent {other!r}. {nearest(other, agents)}")
            if agent in others:
                raise ValueError(f"links: {agent!r} is linked to itself")
            if len(set(others)) < len(others):
                raise ValueError(f"links: {agent!r} is linked twice to somebody")
        return self
