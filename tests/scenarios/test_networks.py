"""Who is linked to whom, held against what each kind of network is by definition."""

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from agoranomos.scenarios.networks import Network, by_centrality, neighbours

EIGHT = tuple(f"agent_{i}" for i in range(8))


def test_in_a_complete_network_everybody_sees_all_others():
    found = neighbours(Network(), EIGHT, 1)
    assert all(found[agent] == tuple(each for each in EIGHT if each != agent) for agent in EIGHT)


def test_a_ring_links_the_nearest_on_either_side():
    assert neighbours(Network(kind="ring"), EIGHT, 1)["agent_0"] == ("agent_1", "agent_7")
    assert neighbours(Network(kind="ring", degree=4), EIGHT, 1)["agent_3"] == (
        "agent_1",
        "agent_2",
        "agent_4",
        "agent_5",
    )


def test_a_star_links_all_to_its_centre_alone():
    for centre, network in (("agent_0", Network(kind="star")), ("agent_5", Network(kind="star", centre="agent_5"))):
        found = neighbours(network, EIGHT, 1)
        assert found[centre] == tuple(each for each in EIGHT if each != centre)
        assert all(found[agent] == (centre,) for agent in EIGHT if agent != centre)
        assert by_centrality(found)[0] == centre


@given(
    kind=st.sampled_from(["complete", "ring", "small-world", "star"]),
    count=st.integers(5, 20),
    seed=st.integers(0, 2**53),
)
def test_links_go_both_ways_and_leave_nobody_alone(kind, count, seed):
    agents = tuple(f"a{i}" for i in range(count))
    found = neighbours(Network(kind=kind), agents, seed)
    assert tuple(found) == agents
    for agent, linked in found.items():
        assert agent not in linked
        assert linked == tuple(each for each in agents if each in linked), "in the order of the agents"
        assert all(agent in found[other] for other in linked)
    reached, frontier = {agents[0]}, [agents[0]]
    while frontier:
        frontier = [other for agent in frontier for other in found[agent] if other not in reached]
        reached.update(frontier)
    assert reached == set(agents), "in one piece"
    assert sorted(by_centrality(found)) == sorted(agents)


def test_rewiring_keeps_the_number_of_links_and_depends_on_the_seed_alone():
    network = Network(kind="small-world", degree=4, rewiring=0.5)
    drawn = [neighbours(network, EIGHT, seed) for seed in range(20)]
    assert all(sum(map(len, found.values())) == 8 * 4 for found in drawn)
    assert drawn[3] == neighbours(network, EIGHT, 3)
    assert len({str(found) for found in drawn}) > 10
    calm = neighbours(Network(kind="small-world", rewiring=0.0), EIGHT, 7)
    assert calm == neighbours(Network(kind="ring", degree=4), EIGHT, 7)


def test_rewiring_moves_the_stated_part_of_the_links():
    agents = tuple(f"a{i}" for i in range(60))
    ring = neighbours(Network(kind="ring", degree=4), agents, 0)
    moved = 0
    for seed in range(50):
        found = neighbours(Network(kind="small-world", rewiring=0.2), agents, seed)
        moved += sum(len(set(ring[agent]) - set(found[agent])) for agent in agents) / 2
    # 120 links, each moved with 0.2: 24 on average, standard deviation of the mean of 50 draws 0.62.
    assert abs(moved / 50 - 24) < 3


def test_centrality_is_that_of_the_shortest_paths_counted_one_by_one():
    network, agents = Network(kind="small-world", rewiring=0.6), EIGHT
    links = neighbours(network, agents, 5)
    graph = nx.Graph([(agent, other) for agent in agents for other in links[agent]])
    on_paths = dict.fromkeys(agents, 0.0)
    for place, start in enumerate(agents):
        for end in agents[place + 1 :]:
            paths = list(nx.all_shortest_paths(graph, start, end))
            for path in paths:
                for between in path[1:-1]:
                    on_paths[between] += 1 / len(paths)
    order = by_centrality(links)
    assert [round(on_paths[agent], 6) for agent in order] == sorted(
        (round(value, 6) for value in on_paths.values()), reverse=True
    )


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ({"kind": "ring", "degree": 3}, "multiple of 2"),
        ({"kind": "star", "degree": 2}, "a star network has no degree"),
        ({"kind": "ring", "rewiring": 0.1}, "a ring network has no rewiring"),
        ({"kind": "complete", "centre": "a"}, "a complete network has no centre"),
        ({"kind": "small-world", "rewiring": 1.1}, "less than or equal to 1"),
    ],
)
def test_a_key_that_its_kind_does_not_know_is_refused(keys, says):
    with pytest.raises(ValidationError, match=says):
        Network(**keys)


def test_agents_that_cannot_be_linked_are_refused_with_the_nearest_name():
    with pytest.raises(ValueError, match="4 agents cannot have 4 links each"):
        neighbours(Network(kind="small-world"), EIGHT[:4], 1)
    with pytest.raises(ValueError, match="Did you mean 'agent_3'"):
        neighbours(Network(kind="star", centre="agnt_3"), EIGHT, 1)
