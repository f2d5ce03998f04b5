"""Who is linked to whom: networks in which what some do spreads to those who see them.

complete     everybody to everybody
ring         each to the `degree` nearest in a circle, half of them on either side
small-world  a ring some of whose links are drawn anew with probability `rewiring`, still in one piece
star         everybody to the `centre`, and to nobody else

Sources: Watts and Strogatz (1998), Collective dynamics of small-world networks, Nature 393, section "Fig. 1"; for
centrality Freeman (1977), A set of measures of centrality based on betweenness, Sociometry 40.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

import networkx as nx
from pydantic import Field, model_validator

from agoranomos.documents import DocumentPart, Name
from agoranomos.errors import nearest
from agoranomos.randomness import named_integer

PURPOSE = "network"
"""The purpose of the draw of links."""

TRIES = 1000
"""How often a small world that fell apart is drawn anew."""

NetworkKind = Literal["complete", "ring", "small-world", "star"]


class Network(DocumentPart):
    """Which agents are linked. `degree` is an even number of links each, of a ring or a small world.

    `rewiring` is the probability with which a small world's link is drawn anew; `centre` names the middle of a star,
    the first agent where nobody is named.
    """

    kind: NetworkKind = "complete"
    degree: Annotated[int, Field(ge=2, le=1000, multiple_of=2)] | None = None
    rewiring: Annotated[float, Field(ge=0, le=1)] | None = None
    centre: Name | None = None

    @model_validator(mode="after")
    def _says_what_its_kind_knows(self) -> Network:
        known = {
            "degree": ("ring", "small-world"),
            "rewiring": ("small-world",),
            "centre": ("star",),
        }
        for key, kinds in known.items():
            if getattr(self, key) is not None and self.kind not in kinds:
                raise ValueError(f"a {self.kind} network has no {key}; that is for {' and '.join(kinds)}")
        return self

    @property
    def links_each(self) -> int:
        """The `degree`, by default 2 in a ring and 4 in a small world."""
        return self.degree or (4 if self.kind == "small-world" else 2)

    def fewest_links(self, count: int) -> int:
        """How many links each of `count` agents has at least; a small world never draws the half of a ring anew."""
        if self.kind == "complete":
            return count - 1
        if self.kind == "star":
            return 1
        return self.links_each if self.kind == "ring" else self.links_each // 2

    def require(self, agents: Sequence[str]) -> None:
        """Raise `ValueError` where these agents cannot be linked in this way."""
        if self.kind in ("ring", "small-world") and self.links_each >= len(agents):
            raise ValueError(
                f"network: {len(agents)} agents cannot have {self.links_each} links each; choose a smaller degree"
            )
        if self.centre is not None and self.centre not in agents:
            raise ValueError(f"network: no agent {self.centre!r} to be the centre. {nearest(self.centre, agents)}")


def neighbours(network: Network, agents: Sequence[str], seed: int) -> Mapping[str, tuple[str, ...]]:
    """Those to whom each agent is linked, in the order of `agents`; only a small world depends on the seed.

    Raises `ValueError` where these agents cannot be linked in this way.
    """
    graph = _graph(network, agents, seed)
    return {agent: tuple([other for other in agents if graph.has_edge(agent, other)]) for agent in agents}


def by_centrality(links: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """The agents of `links` from the most central to the least, by betweenness, then by links, then in their order."""
    graph = nx.Graph()
    graph.add_nodes_from(links)
    graph.add_edges_from((agent, other) for agent, others in links.items() for other in others)
    between = nx.betweenness_centrality(graph)
    return tuple(sorted(links, key=lambda agent: (-round(between[agent], 9), -graph.degree(agent))))


def _graph(network: Network, agents: Sequence[str], seed: int) -> nx.Graph:
    network.require(agents)
    if network.kind == "complete":
        return nx.complete_graph(agents)
    if network.kind == "star":
        centre = network.centre or agents[0]
        return nx.star_graph([centre, *(agent for agent in agents if agent != centre)])
    count, degree = len(agents), network.links_each
    if network.kind == "ring":
        drawn = nx.circulant_graph(count, range(1, degree // 2 + 1))
    else:
        rewiring = 0.1 if network.rewiring is None else network.rewiring
        drawn = nx.connected_watts_strogatz_graph(count, degree, rewiring, TRIES, named_integer(seed, PURPOSE))
    return nx.relabel_nodes(drawn, dict(enumerate(agents)))
