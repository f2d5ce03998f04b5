"""What no route gives a firm is in nothing that it observes or is told; what one gives is."""

from itertools import product

import pytest

from agoranomos.scenarios import leniency_talk_v0

BLIND = {"own_reward": False, "detection": "nothing"}
CLOSED = {"joined": (), "price": (), "report": ("authority",), "fine": (), "traces": ("authority",), "reason": ()}
ME, PEER = "firm_1", "firm_2"
PROPOSAL = "Let us agree on the price and keep it."
SAYS = ("Nothing.", PROPOSAL)
COMPETE, COLLUDE, UNDERCUT, BETRAY, REPORT = range(5)
JOINS = (COLLUDE, UNDERCUT, BETRAY)


def value_of(item, own, other, text):
    """What the item is, where the authority never looks, and a report of nothing costs 7."""
    agreement = own in JOINS and other in JOINS
    reported = other == REPORT or (other == BETRAY and agreement)
    if item == "fine":
        mine = own == BETRAY and agreement
        if agreement and (reported or mine):
            return 200
        return 7 if reported else 0
    return {
        "joined": other in JOINS,
        "price": (18 if other == COLLUDE else 14) if agreement else 6,
        "report": reported,
        "reason": text,
    }[item]


def told(routes, own, other, text):
    """All that reaches the first firm of a round, and the question of the next."""
    scenario = leniency_talk_v0.parallel_env(
        rounds=3, statements="written", sees=BLIND, routes=routes, enforcement="fine", detection=0.0, false_report=7
    )
    observations, _ = scenario.reset(seed=2)
    got = [scenario.opening(ME), scenario.question(ME, observations[ME])]
    observations = scenario.step({ME: [own, 0.0], PEER: [other, float(text == PROPOSAL)]})[0]
    got.append({key: value.tolist() for key, value in observations[ME].items()})
    got.append(scenario.feedback(ME, observations[ME]))
    label = next(option.label for option in scenario.options(PEER) if option.action[0] == other)
    reply = f'{{"reason": "{text}", "choice": "{label}"}}'
    assert scenario.read(PEER, reply).action == (other, float(text == PROPOSAL))
    got.append(scenario.overheard(ME, {PEER: reply}))
    got.append(scenario.question(ME, observations[ME]))
    return repr(got)


@pytest.mark.parametrize("party", [ME, PEER, "authority"])
@pytest.mark.parametrize("item", ["joined", "price", "report", "fine", "reason"])
@pytest.mark.parametrize("own", range(5))
def test_an_item_reaches_whom_it_is_given_to_and_nobody_else(item, party, own):
    routes = {**CLOSED, item: (*CLOSED[item], party) if party not in CLOSED[item] else CLOSED[item]}
    seen = {}
    for other, text in product(range(5), SAYS):
        value = value_of(item, own, other, text) if party == ME else None
        # Who wants an agreement can tell from its own price whether there was one.
        agreement = own in JOINS and other in JOINS if own in JOINS or (party, item) == (ME, "joined") else None
        seen.setdefault((value, agreement), set()).add(told(routes, own, other, text))
    assert all(len(texts) == 1 for texts in seen.values()), "it says nothing else"
    assert len(set.union(*seen.values())) == len(seen), "and it says the item"


def test_what_the_authority_is_given_is_nothing_that_firms_are_told():
    heard = {told({**CLOSED, "traces": given}, COLLUDE, COLLUDE, "Nothing.") for given in ((), ("firm_1",))}
    assert len(heard) == 1


def test_what_the_authority_did_is_told_as_the_file_says():
    def said(detection, chance, own, other):
        scenario = leniency_talk_v0.parallel_env(
            rounds=2,
            detection=chance,
            told=False,
            routes={"fine": ()},
            sees={"own_reward": False, "detection": detection},
        )
        scenario.reset(seed=1)
        return scenario.feedback(ME, scenario.step({ME: own, PEER: other})[0][ME])

    assert said("nothing", 1.0, COLLUDE, COLLUDE) == said("nothing", 0.0, COLLUDE, COLLUDE)
    assert "You were fined 200." in said("caught", 1.0, COLLUDE, COLLUDE)
    assert "authority" not in said("caught", 0.0, COLLUDE, COLLUDE)
    assert "convicted nobody" in said("always", 0.0, COLLUDE, COLLUDE)
    spared = said("caught", 0.0, BETRAY, COLLUDE)
    assert "convicted the firms" in spared
    assert "You were fined" not in spared


def test_the_opening_promises_what_the_routes_give():
    nouns = {
        "joined": "whether an agreement was wanted",
        "price": "the price asked",
        "report": "whether a report was made",
        "fine": "the fine paid",
        "reason": "what was written",
    }
    closed = {**dict.fromkeys(CLOSED, ()), "report": ("authority",)}
    for wording, item, party in product(range(5), nouns, (ME, PEER, "authority")):
        routes = {**closed, item: tuple({*closed[item], party})}
        scenario = leniency_talk_v0.parallel_env(
            statements="written", enforcement="fine", wording=wording, routes=routes
        )
        told = [one.rpartition(": ") for one in scenario.opening(ME).split(". ")]
        told = [(who, what) for who, _, what in told if {*what.split(", ")} <= {*nouns.values(), "nothing"}]
        for (who, what), reader in zip(told, (ME, PEER, "authority"), strict=True):
            assert ("authority" in who, PEER in who) == (reader == "authority", reader == PEER)
            assert what == (", ".join(nouns[one] for one in nouns if reader in routes[one]) or "nothing")


def test_chances_to_be_found_are_promised_only_where_traces_are_given():
    assert "10 in 100" in leniency_talk_v0.parallel_env(wording=0).opening(ME)
    assert "10 in 100" not in leniency_talk_v0.parallel_env(wording=0, routes={"traces": ()}).opening(ME)
