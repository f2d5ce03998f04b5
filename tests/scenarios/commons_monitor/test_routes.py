"""Who is told what: with a route closed nothing a party is told depends on the item, with it open all of it does."""

from collections import defaultdict
from itertools import product

import numpy as np
import pytest

from agoranomos.scenarios.wording import wording as wording_of
from scenarios.commons_monitor.lakes import lake

CLOSED = dict.fromkeys(("catch", "report", "alarm", "audit", "office", "stock"), ())
HIDDEN = {"own_reward": False, "others_actions": "nothing", "detection": "nothing"}
MENU = [(0, 0), (1, 1), (1, 0)]
FISHERS = ("fisher_1", "fisher_2", "fisher_3")


def build(routes, **keys):
    keys = {"monitor": "appointed", "term": 1, **keys}
    return lake(fishers=3, rounds=4, multiples=[1.0, 2.0], routes={**CLOSED, **routes}, sees=HIDDEN, sight=1.0, **keys)


def is_told(scenario, agent, observation):
    """All numbers and words, what it overhears among them, and what it is asked next."""
    numbers = tuple((key, tuple(np.asarray(value).tolist())) for key, value in sorted(observation.items()))
    words = scenario.feedback(agent, observation), scenario.question(agent, observation)
    return numbers, words, scenario.overheard(agent, dict.fromkeys(FISHERS, "I took the quota"))


def item_of(item, scenario, agent):
    """What the round just played brought about, as far as it is not the agent's own."""
    outcome, place = scenario.outcome(), FISHERS.index(agent)
    others = [one for k, one in enumerate(outcome.choices) if k != place]
    if item in ("catch", "audit"):
        return tuple(one.take for one in others)
    if item == "report":
        return tuple(one.report for one in others)
    if item == "alarm":
        return outcome.told
    return outcome.round.next_stock


def told_by(item, agent, routes, **keys):
    """By what an agent did itself and what the item was, all that it was told."""
    told = defaultdict(set)
    scenario = build(routes, **keys)
    watches = (0, 1)
    for joint in product([(*pair, watch) for pair in MENU for watch in watches], repeat=3):
        scenario.reset(seed=3)
        observations = scenario.step(dict(zip(FISHERS, joint, strict=True)))[0]
        own = joint[FISHERS.index(agent)]
        told[own, item_of(item, scenario, agent)].add(is_told(scenario, agent, observations[agent]))
    return told


CASES = [
    ("catch", {}, {}),
    ("report", {}, {}),
    ("audit", {"audit": ("community",)}, {"check": {"probability": 1.0}}),
    ("alarm", {"catch": ("monitor",)}, {}),
    ("stock", {}, {}),
]


@pytest.mark.parametrize(("item", "others", "keys"), CASES, ids=[case[0] for case in CASES])
@pytest.mark.parametrize("agent", FISHERS)
def test_a_closed_route_tells_nothing_and_an_open_one_tells_all(item, others, keys, agent):
    if agent == "fisher_1" and item == "alarm":
        agent = "fisher_3"  # The monitor knows of whom it tells.
    closed = defaultdict(set)
    for (own, _), told in told_by(item, agent, others, **keys).items():
        closed[own] |= told
    assert {len(told) for told in closed.values()} == {1}
    opened = told_by(item, agent, {**others, item: (*others.get(item, ()), agent)}, **keys)
    assert {len(told) for told in opened.values()} == {1}
    for own, value in opened:
        alike = [other for (same, other), told in opened.items() if same == own and told == opened[own, value]]
        assert alike == [value]


def test_the_catches_go_to_whoever_is_on_watch_and_to_nobody_else():
    for first, agent in product(FISHERS, FISHERS):
        told = told_by("catch", agent, {"catch": ("monitor",)}, first=first)
        by_own = defaultdict(set)
        for (own, _), words in told.items():
            by_own[own] |= words
        count = {len(words) for words in by_own.values()}
        assert count == ({4} if agent == first else {1})


def test_who_has_the_watch_is_told_to_whom_the_route_says_and_to_whoever_has_it():
    scenario = build({"office": ("fisher_2",)}, monitor="rotating")
    observations, _ = scenario.reset(seed=1)
    holders = []
    while scenario.agents:
        holders.append(observations["fisher_2"]["office"][0])
        assert observations["fisher_3"]["office"][0] == -1.0
        watching = [observations[agent]["watching"][0] for agent in FISHERS]
        assert watching.index(1.0) == holders[-1]
        asked = [scenario.question(agent, observations[agent]) for agent in FISHERS]
        assert [("You keep the watch" in text) for text in asked] == [bool(one) for one in watching]
        assert "fisher_1 keeps the watch" not in asked[2]
        observations = scenario.step({agent: [0, 0, 0] for agent in FISHERS})[0]
    assert holders == [0.0, 1.0, 2.0, 0.0]


@pytest.mark.parametrize("item", ["catch", "report", "alarm"])
def test_the_community_acts_on_what_it_is_given_and_on_nothing_else(item):
    others = {"alarm": {"catch": ("monitor",)}}.get(item, {})

    def known_by(routes, **check):
        found = defaultdict(set)
        scenario = build(routes, **check)
        for joint in product([(*pair, watch) for pair in MENU for watch in (0, 1)], repeat=3):
            scenario.reset(seed=3)
            scenario.step(dict(zip(FISHERS, joint, strict=True)))
            outcome = scenario.outcome()
            value = outcome.told if item == "alarm" else tuple(one[item == "report"] for one in joint)
            found[value].add((outcome.known, outcome.found, tuple(bool(paid) for paid in outcome.fine)))
        return found

    closed, opened = known_by(others), known_by({**others, item: (*others.get(item, ()), "community")})
    assert len(set().union(*closed.values())) == 1
    assert len(set().union(*opened.values())) > 1
    if item != "alarm":
        assert len({frozenset(known for known, *_ in each) for each in opened.values()}) == len(opened)


def test_the_community_knows_what_it_weighs_and_nothing_where_it_does_not():
    """What it weighs is given to it, so the two differ by whether it weighs."""
    for chance in (0.0, 1.0):
        scenario = build({"audit": ("community",)}, check={"probability": chance})
        for joint in product([(*pair, watch) for pair in MENU for watch in (0, 1)], repeat=3):
            scenario.reset(seed=3)
            scenario.step(dict(zip(FISHERS, joint, strict=True)))
            outcome = scenario.outcome()
            taken = tuple(scenario.spec.multiples[one[0]] for one in joint)
            assert outcome.known == (taken if chance else (None,) * 3)
            assert [bool(paid) for paid in outcome.fine] == [bool(chance and take > 1.0) for take in taken]


@pytest.mark.parametrize("routes", [{"audit": ()}, {"audit": FISHERS}, {"audit": ("monitor",)}])
def test_what_is_weighed_has_to_be_given_to_the_village_that_weighs_it(routes):
    with pytest.raises(ValueError, match="audit has to be given to community, which weighs what everybody took"):
        build(routes, check={"probability": 0.1})
    opening = build(routes).opening("fisher_1")
    assert "weigh" not in opening


@pytest.mark.parametrize("wording", range(5))
def test_a_village_that_weighs_is_told_what_it_finds(wording):
    for others in ((), ("fisher_2",), FISHERS):
        opening = build({"audit": ("community", *others)}, check={"probability": 0.5}, wording=wording).opening(
            "fisher_1"
        )
        finds = wording_of("commons-monitor").said("item_audit", wording)
        (sentence,) = [one for one in opening.split(". ") if finds.lower() in one.lower()]
        assert "nobody" not in sentence.lower()
        assert wording_of("commons-monitor").said("party_community", wording) in sentence


def test_an_election_follows_what_the_community_is_given():
    def elected(routes):
        scenario = build({"office": FISHERS, **routes}, monitor="elected", first="fisher_3")
        scenario.reset(seed=1)
        acts = {"fisher_1": [1, 0, 0], "fisher_2": [0, 0, 0], "fisher_3": [1, 1, 0]}
        return scenario.step(acts)[0]["fisher_1"]["office"][0]

    assert elected({}) == 2.0, "who knows nothing keeps whom it has"
    assert elected({"report": ("community",)}) == 0.0, "the first by its report, of equals the next seat"
    assert elected({"report": ("community",), "catch": ("community",)}) == 1.0, "who took least in truth"


@pytest.mark.parametrize("wording", range(5))
def test_what_is_promised_is_what_is_routed(wording):
    keys = {"wording": wording, "fishers": 3, "check": {"probability": 0.5}, "monitor": "appointed"}
    shown = lake(**keys, routes={"catch": ("monitor", "fisher_2")})
    sentence = next(one for one in shown.opening("fisher_2").split(". ") if "truly took" in one)
    assert sentence.lower().count("you") == 2, "whom it is told, and each of you"
    assert "fisher_2" in next(one for one in shown.opening("fisher_1").split(". ") if "truly took" in one)
    closed = lake(**keys, routes={"catch": ()})
    for agent in FISHERS:
        sentence = next(one for one in closed.opening(agent).split(". ") if "truly took" in one)
        assert "nobody" in sentence.lower()
    everybody = lake(**keys, routes={"catch": FISHERS})
    assert (
        "all fishers"
        in everybody.opening("fisher_1").lower().split("truly took")[0]
        + everybody.opening("fisher_1").lower().split("truly took")[1].split(".")[0]
    )
