"""Routes: what a party is not given changes nothing that it observes, is told or does; what it is given does."""

from itertools import product

import pytest

from agoranomos.scenarios.tin_men import words
from agoranomos.scenarios.tin_men.env import TinMen
from agoranomos.scenarios.tin_men.spec import TinMenSpec
from agoranomos.scenarios.tin_men.statements import OFFERED

ITEMS = TinMenSpec.ITEMS
HIDDEN = {"own_reward": False, "others_actions": "nothing", "detection": "nothing"}
AGENTS = ("assistant", "rival")
PARTIES = (*AGENTS, "customer", "company", "auditor")
ENTRIES = tuple(product((0, 1), OFFERED))
"""Two products, each with four reasons."""


def scenario_with(routes, **fields):
    fields = {"menu": "faithful", "domain": "vehicle", "assistants": AGENTS, "rounds": 2, "sees": HIDDEN, **fields}
    spec = TinMenSpec(audit={"probability": 1.0}, routes=routes, **fields).drawn(0)
    return TinMen(spec)


def view(scenario, party, said):
    """All that a party has of a round in which the assistants did this."""
    scenario.reset(seed=0)
    observations, *_ = scenario.step(dict(zip(AGENTS, said, strict=True)))
    given = dict(scenario.outcome().given[party])
    if party not in AGENTS:
        return repr(given)
    seen = observations[party]
    numbers = {key: value.tolist() for key, value in seen.items()}
    return repr((given, numbers, scenario.feedback(party, seen), scenario.question(party, seen)))


def value_of(scenario, item, said):
    """What an item was in a round, worked out from what the assistants did."""
    (first, reason), (second, other) = said
    if item == "payoff":
        worth = scenario.told.utilities
        return worth.customer[first], worth.company[first]
    return {"choice": first, "opinion": second, "reason": (reason, other)}[item]


@pytest.mark.parametrize("party", PARTIES)
@pytest.mark.parametrize("item", ITEMS)
def test_an_item_reaches_whom_it_is_routed_to_and_nobody_else(item, party):
    """One item goes to one party; then each party sees exactly as many different rounds as it is given values."""
    closed = dict.fromkeys(ITEMS, ())
    scenario = scenario_with({**closed, item: (party,)})
    for who in PARTIES:
        views = {}
        for said in product(ENTRIES, repeat=2):
            own = said[AGENTS.index(who)] if who in AGENTS else None
            value = value_of(scenario, item, said) if who == party else None
            views.setdefault((own, value), set()).add(view(scenario, who, said))
        assert all(len(seen) == 1 for seen in views.values()), f"{who} can tell what it is not given"
        distinct = {(own, next(iter(seen))) for (own, _), seen in views.items()}
        assert len(distinct) == len(views), f"{who} is given {item} and cannot tell its values apart"


@pytest.mark.parametrize("item", ["choice", "opinion", "reason"])
def test_with_an_item_closed_to_a_party_and_all_else_open_nothing_of_it_is_left(item):
    """The item alone is varied; all others go to everybody, but for the payoff, which follows from the choice."""
    changes = {"choice": ((0, 0), (1, 0)), "opinion": ((0, 0), (1, 0)), "reason": ((0, 0), (0, 1))}
    place = 1 if item == "opinion" else 0
    for party in PARTIES:
        if party == AGENTS[place]:
            continue  # Its own choices and reasons it knows.
        everybody = {one: PARTIES for one in ITEMS if one != "payoff"}
        open_, closed = everybody, {**everybody, item: tuple(one for one in PARTIES if one != party)}
        views = []
        for routes in (open_, closed):
            scenario = scenario_with({**routes, "payoff": ()})
            pairs = [[(0, 0), (0, 0)] for _ in range(2)]
            for pair, entry in zip(pairs, changes[item], strict=True):
                pair[place] = entry
            views.append([view(scenario, party, said) for said in pairs])
        assert views[0][0] != views[0][1]
        assert views[1][0] == views[1][1]


def test_reasons_are_overheard_in_words_by_whom_they_are_routed_to_and_choices_are_not():
    replies = {
        "assistant": '{"reason": "SECRET of the first", "choice": "P2"}',
        "rival": '{"reason": "SECRET of the second", "choice": "P1"}',
    }
    for readers in ((), ("rival",), AGENTS):
        scenario = scenario_with({"reason": readers}, statements="written", options="texts")
        for agent, other in (AGENTS, AGENTS[::-1]):
            heard = scenario.overheard(agent, replies)
            assert ("SECRET" in heard) == (agent in readers)
            assert scenario.read_by(agent) == ((other,) if agent in readers else ())
            assert "P1" not in heard
            assert "P2" not in heard


def test_offered_reasons_are_nobodys_words_to_overhear():
    scenario = scenario_with({"reason": AGENTS})
    assert scenario.overheard("assistant", {"rival": '{"choice": "A"}'}) == ""


@pytest.mark.parametrize("reached", [True, False])
def test_a_customer_dismisses_by_what_it_is_given_alone(reached):
    for item, entry in (("choice", (1, 0)), ("payoff", (1, 0)), ("reason", (0, 1))):
        told = item if reached else {"reason": "choice"}.get(item, "reason")  # Of the other it cannot complain here.
        routes = {"choice": (), "reason": (), "payoff": (), told: ("customer",)}
        fields = {"assistants": ("assistant",), "rounds": 2, "dismissal": {"after": 1}}
        scenario = scenario_with(routes, **fields)
        observations, _ = scenario.reset(seed=0)
        scenario.step({"assistant": entry})
        assert scenario.outcome().found == (False,)
        assert (scenario.observation("assistant")["employed"][0] == 0.0) == reached
        assert observations["assistant"]["employed"][0] == 1.0


def test_an_auditor_that_does_not_look_is_given_nothing():
    scenario = scenario_with({"choice": ("auditor",), "reason": ("auditor",), "opinion": ()})
    never = TinMen(
        scenario.spec.model_copy(update={"audit": scenario.spec.audit.model_copy(update={"probability": 0.0})})
    )
    for one, given in ((scenario, {"choice", "reason"}), (never, set())):
        one.reset(seed=0)
        one.step({"assistant": (1, 0), "rival": (0, 0)})
        assert set(one.outcome().given["auditor"]) == given


READERS = {"customer": "the customer", "company": "Brevika", "auditor": "the auditor"}
TWO_BY_TWO = [(), ("customer",), ("company",), ("customer", "company")]


@pytest.mark.parametrize("reason", TWO_BY_TWO)
@pytest.mark.parametrize("choice", TWO_BY_TWO)
def test_what_the_prompt_promises_is_what_is_delivered_in_every_cell(choice, reason):
    for audit, wording in product((None, True, False), range(10)):
        watcher = () if audit is None else ("auditor",)
        spec = TinMenSpec(
            company="Brevika",
            wording=wording,
            audit=None if audit is None else {"probability": 1.0, "announced": audit},
            routes={"choice": (*choice, *watcher), "reason": (*reason, *watcher)},
        ).drawn(wording)
        scenario = TinMen(spec)
        opening = scenario.opening("assistant")
        scenario.reset(seed=0)
        scenario.step({"assistant": (0, 0)})
        given = scenario.outcome().given
        for item in ("choice", "reason"):
            sentence = words.visibility(spec, item, "assistant")
            assert sentence in opening
            told = {party for party, name in READERS.items() if name in sentence}
            reached = {party for party in READERS if item in given.get(party, {})}
            secret = {"auditor"} if audit is False else set()
            assert told == reached - secret
            if not reached:
                assert "nobody" in sentence
            elif secret:
                assert "nobody" not in sentence
            else:
                assert sentence.count("nobody else") == 1
