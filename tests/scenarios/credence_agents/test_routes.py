"""Who is told what: with a route closed nothing a party is told depends on the item, with it open all of it does."""

from collections import defaultdict
from itertools import product

import numpy as np
import pytest

from agoranomos.scenarios.credence_agents.spec import HEARD, CredenceAgentsSpec
from scenarios.credence_agents.trades import trade

CLOSED = dict.fromkeys(CredenceAgentsSpec.ITEMS, ())
HIDDEN = {"own_reward": False, "others_actions": "nothing", "detection": "nothing"}
SMALL = {"experts": 3, "customers": 2, "prices": [(3.0, 7.0), (4.0, 8.0)], "sees": HIDDEN, "rounds": 3}


def is_told(scenario, agent, observation):
    """All numbers and words, what it overhears among them, and what it is asked next."""
    numbers = tuple((key, tuple(np.asarray(value).tolist())) for key, value in sorted(observation.items()))
    words = scenario.feedback(agent, observation), scenario.question(agent, observation)
    return numbers, words, scenario.overheard(agent, dict.fromkeys(scenario.possible_agents, "I was honest"))


def item_of(item, outcome):
    practices = outcome.round.practices
    if item == "prices":
        return tuple(place[0] for place in outcome.places)
    if item == "conduct":
        return tuple(place[1] for place in outcome.places)
    if item == "custom":
        return tuple(own.customers for own in practices)
    return tuple(f"{name + 0.0:.2f}" for name in outcome.reputation)


def told_by(item, agent, routes, **keys):
    """By what an expert did and who came to it, and by what the item was, all that it was told."""
    scenario = trade(**SMALL, **keys, routes={**CLOSED, **routes})
    own, told = scenario.possible_agents.index(agent), defaultdict(set)
    for joint in product(range(3), (0, 1, 4), range(3), (0, 4), range(3), (0, 1)):
        acts = dict(zip(scenario.possible_agents, (joint[:2], joint[2:4], joint[4:]), strict=True))
        for seed in (1, 2):
            scenario.reset(seed=seed)
            observations = scenario.step({one: list(act) for one, act in acts.items()})[0]
            outcome = scenario.outcome()
            came = outcome.round.practices[own][:2]
            told[(acts[agent], came), item_of(item, outcome)].add(is_told(scenario, agent, observations[agent]))
    return told


@pytest.mark.parametrize("item", ["prices", "custom", "conduct", "reputation"])
@pytest.mark.parametrize("agent", ["expert_1", "expert_3"])
def test_a_closed_route_tells_an_expert_nothing_and_an_open_one_tells_all(item, agent):
    others = {"result": ("customers",)} if item == "reputation" else {}
    closed = defaultdict(set)
    for (own, _), told in told_by(item, agent, others).items():
        closed[own] |= told
    assert {len(told) for told in closed.values()} == {1}
    opened = told_by(item, agent, {**others, item: (agent,)})
    values = defaultdict(set)
    for (own, value), told in opened.items():
        for one in told:
            values[own, one[1]].add(value)
    assert all(len(each) == 1 for each in values.values()), "two different items are told in the same words"
    assert len({value for _, value in opened}) > 1


def test_customers_go_by_the_prices_that_they_are_given_and_by_nothing_else():
    def visits(routes, acts):
        scenario = trade(**SMALL, routes={**CLOSED, **routes})
        scenario.reset(seed=1)
        seen = []
        for _ in range(3):
            scenario.step(dict(zip(scenario.possible_agents, acts, strict=True)))
            seen.append(scenario.outcome().round.visits)
        return seen

    joint = list(product(range(3), (0, 4)))
    every = [(list(a), list(b), [0, third]) for a, b, third in product(joint, joint, (0, 4))]
    assert len({str(visits({}, acts)) for acts in every}) == 1
    by_price, by_conduct = defaultdict(set), defaultdict(set)
    for acts in every:
        by_price[tuple(act[0] for act in acts)].add(str(visits({"prices": ("customers",)}, acts)))
        by_conduct[tuple(act[1] for act in acts)].add(str(visits({"result": ("customers",)}, acts)))
    assert {len(each) for each in by_price.values()} == {1}
    assert len(set().union(*by_price.values())) > 1
    assert len(set().union(*by_conduct.values())) > 1, "without prices it is names that they go by"


@pytest.mark.parametrize("item", ["prices", "result", "reputation"])
def test_a_closed_route_tells_an_assistant_nothing_and_an_open_one_tells(item):
    def told(routes):
        found = defaultdict(set)
        for given in product([(0, 0), (1, 1), (1, 2)], repeat=3):
            keys = {**SMALL, "seats": "assistants", "given": given, "order_seed": 0}
            scenario = trade(**keys, routes={**CLOSED, "result": ("customers",), **routes})
            for mine, other in product(range(4), range(4)):
                scenario.reset(seed=3)
                observations = scenario.step({"assistant_1": mine, "assistant_2": other})[0]
                words = scenario.opening("assistant_1"), is_told(scenario, "assistant_1", observations["assistant_1"])
                found[mine].add(words)
        return found

    assert {len(each) for each in told({}).values()} == {1}
    opened = told({item: ("assistant_1", *(("customers",) if item == "result" else ()))})
    assert max(len(each) for each in opened.values()) > 1
    if item == "result":
        assert len(opened[3]) == 1, "who sent its customer to nobody has no result to hear of"


@pytest.mark.parametrize("wording", range(5))
@pytest.mark.parametrize("item", ["prices", "custom", "result", "reputation", "conduct"])
def test_what_is_promised_is_what_is_routed(item, wording):
    words = {
        "prices": "what each expert charges",
        "custom": "how many customers each expert had",
        "result": "what came of it",
        "reputation": "each expert's name",
        "conduct": "what each expert truly does",
    }

    def sentence(routes, agent="expert_1"):
        said = trade(wording=wording, experts=3, routes={**CLOSED, **routes}).opening(agent)
        return next(one for one in said.lower().split(". ") if words[item] in one)

    assert "nobody" in sentence({})
    if item in HEARD["customers"]:
        assert "customers at large" in sentence({item: ("customers",)})
    if item not in HEARD["experts"]:
        return
    shown = sentence({item: ("expert_2",)})
    assert "expert_2" in shown
    assert "nobody" not in shown
    assert "you" in sentence({item: ("expert_2",)}, "expert_2")
    assert "all experts" in sentence({item: ("expert_1", "expert_2", "expert_3")})
