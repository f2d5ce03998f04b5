"""What a party is told and observes follows from what the routes give it, and from nothing else of the round."""

import json
from itertools import combinations, product

import pytest

from agoranomos.scenarios import hidden_action_v0
from agoranomos.scenarios.hidden_action import words
from agoranomos.scenarios.hidden_action.spec import ITEMS, PRINCIPAL

ACTIONS = (None, (0, 0), (1, 0), (1, 1), (1, 2), (2, 0), (2, 2))
MENU = ({"wage": 5.0, "inspection": 0.5}, {"wage": 1.0})
HIDDEN = {"own_reward": False, "others_actions": "nothing", "detection": "nothing"}
SEEDS = range(10)


def scenario_with(routes, **keys):
    """Two workers and a principal with a seat; each item goes where `routes` says, and nowhere else."""
    needed = {"inspection": (PRINCIPAL,)}
    closed = dict.fromkeys(ITEMS, ())
    return hidden_action_v0.parallel_env(
        workers=2,
        principal="seat",
        contract=MENU[0],
        menu=MENU,
        sees=HIDDEN,
        wording=0,
        routes=closed | needed | routes,
        **keys,
    )


def view(scenario, party, observations, replies):
    """All that reaches a party after a round: numbers, words, and what it reads of others."""
    seen = observations[party]
    numbers = {key: value.tolist() for key, value in seen.items()}
    told = (scenario.feedback(party, seen), scenario.question(party, seen), scenario.overheard(party, replies))
    return json.dumps([numbers, told], sort_keys=True)


def true_items(scenario, item):
    """What a round brought about of an item, worker by worker, as the outcome has it."""
    done = scenario.outcome()
    return tuple(
        {
            "effort": (done.took[place], level),
            "output": None if level is None else done.success[place],
            "report": done.said[place],
            "inspection": None if level is None else (done.inspected[place], done.inspected[place] and level < 1),
            "pay": done.pay[place],
        }[item]
        for place, level in enumerate(done.level)
    )


def played(scenario, party, action, seed):
    observations, _ = scenario.reset(seed=seed)
    acts = {"worker_1": action, "worker_2": (2, 0), PRINCIPAL: 0}
    replies = {name: scenario.written(name, act) for name, act in acts.items() if act is not None and name != PRINCIPAL}
    observations = scenario.step(acts)[0]
    return view(scenario, party, observations, replies)


def known_to(scenario, party, items):
    """What a party may know: its own doings (the same throughout), who took the contract, and the items it is given."""
    known = [scenario.outcome().took] if party == PRINCIPAL else []
    for item in items:
        values = true_items(scenario, item)
        own = item == "output" or party == PRINCIPAL
        known.append(values if own else values[0])
    return repr(known)


@pytest.mark.parametrize("party", ["worker_2", PRINCIPAL])
@pytest.mark.parametrize("item", ITEMS)
@pytest.mark.parametrize("statements", ["offered", "written"])
def test_an_item_reaches_a_party_where_the_route_is_open_and_only_there(statements, item, party):
    for is_open in (True, False):
        items = [item] if is_open else []
        if party == PRINCIPAL and "inspection" not in items:
            items.append("inspection")  # It is needed to carry out the contract.
        routes = dict.fromkeys(items, (party,))
        routes["inspection"] = tuple(dict.fromkeys((PRINCIPAL, *routes.get("inspection", ()))))
        scenario = scenario_with(routes, statements=statements)
        views: dict[str, set[str]] = {}
        for action, seed in product(ACTIONS, SEEDS):
            found = played(scenario, party, action, seed)
            views.setdefault(known_to(scenario, party, items), set()).add(found)
        assert all(len(each) == 1 for each in views.values()), "the same knowledge was told in different words"
        assert len({next(iter(each)) for each in views.values()}) == len(views), "different things were told alike"
        if not items:
            assert len(views) == 1
        if is_open:
            assert len(views) > 1


def test_inspections_that_are_closed_to_a_worker_are_told_in_no_word():
    scenario = scenario_with({"inspection": (PRINCIPAL,)})
    for action in ACTIONS:
        assert len({played(scenario, "worker_2", action, seed) for seed in SEEDS}) == 1


@pytest.mark.parametrize("party", ["worker_2", PRINCIPAL])
def test_a_round_that_is_over_is_in_no_later_word(party):
    # What is told after the second round does not depend on the first: no memory holds more than was told at once.
    routes = dict.fromkeys(ITEMS, (party,)) | {"inspection": tuple(dict.fromkeys((PRINCIPAL, party)))}
    scenario = scenario_with(routes)
    for seed in SEEDS[:4]:
        found = set()
        for first in ACTIONS:
            scenario.reset(seed=seed)
            for action in (first, (2, 2)):
                observations = scenario.step({"worker_1": action, "worker_2": (2, 0), PRINCIPAL: 0})[0]
            found.add(view(scenario, party, observations, {}))
        assert len(found) == 1


@pytest.mark.parametrize("own", ["nothing", "caught", "always"])
def test_a_worker_is_told_of_inspections_of_its_own_as_the_file_says(own):
    scenario = hidden_action_v0.parallel_env(
        contract={"wage": 5, "inspection": 0.5}, sees={"others_actions": "nothing", "detection": own}
    )
    told = {}
    for does, seed in product((0, 1, 2), SEEDS):
        scenario.reset(seed=seed)
        seen = scenario.step({"worker_1": (does, 0)})[0]["worker_1"]
        inspected = scenario.outcome().inspected[0]
        told.setdefault((does, inspected), set()).add(
            (seen["inspection"][0], "nspect" in scenario.feedback("worker_1", seen))
        )
    nothing = {(-1.0, False)}
    caught = {(2.0, True)} if own != "nothing" else nothing
    always = own == "always"
    assert told == {
        (0, False): nothing,
        (1, True): caught,
        (1, False): {(0.0, True)} if always else nothing,
        (2, True): {(1.0, True)} if always else nothing,
        (2, False): {(0.0, True)} if always else nothing,
    }


SUBSETS = [subset for size in range(5) for subset in combinations(("effort", "output", "report", "inspection"), size)]


@pytest.mark.parametrize("given", SUBSETS, ids=lambda given: "+".join(given) or "nothing")
def test_a_simulated_principal_pays_by_what_it_is_given_and_nothing_else(given):
    contract = {"wage": 5.0}
    if "output" in given:
        contract["bonus"] = 3.0
    if "inspection" in given:
        contract["inspection"] = 0.5
    routes = {item: (PRINCIPAL,) if item in given else () for item in ("effort", "output", "report", "inspection")}
    scenario = hidden_action_v0.parallel_env(contract=contract, routes=routes)
    pays: dict[str, set[float]] = {}
    for action, seed in product(ACTIONS[2:], range(40)):
        scenario.reset(seed=seed)
        scenario.step({"worker_1": action})
        known = repr([true_items(scenario, item) for item in given])
        pays.setdefault(known, set()).add(scenario.outcome().pay[0])
    assert all(len(each) == 1 for each in pays.values())
    if not given:
        assert set.union(*pays.values()) == {5.0}


@pytest.mark.parametrize("place", range(5))
@pytest.mark.parametrize("given", SUBSETS, ids=lambda given: "+".join(given) or "nothing")
def test_what_is_promised_is_what_the_routes_do(given, place):
    routes = {item: (PRINCIPAL,) if item in given else () for item in ("effort", "output", "report", "inspection")}
    scenario = hidden_action_v0.parallel_env(contract={"wage": 5}, routes=routes, wording=place)
    said = scenario.opening("worker_1")
    for item, is_open, closed in (
        ("effort", "effort_seen", "effort_hidden"),
        ("output", "output_seen", "output_hidden"),
        ("report", "report_read", "report_unread"),
    ):
        told = {name: words.say(scenario.spec, name) in said for name in (is_open, closed)}
        assert told == {is_open: item in given, closed: item not in given}


@pytest.mark.parametrize("given", SUBSETS, ids=lambda given: "+".join(given) or "nothing")
def test_workers_are_promised_of_each_other_what_the_routes_give(given):
    routes = {item: (PRINCIPAL, *(("worker_2",) if item in given else ())) for item in ITEMS if item != "pay"}
    scenario = hidden_action_v0.parallel_env(workers=2, contract={"wage": 5}, routes=routes, wording=1)
    for worker, who in (("worker_1", "worker_2 is told"), ("worker_2", "you are told")):
        said = scenario.opening(worker)
        assert (who in said) == bool(given)
        for item in ITEMS:
            assert (words.say(scenario.spec, f"item_{item}") in said) == (item in given)
