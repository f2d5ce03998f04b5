"""What no route gives an auditor is in nothing that it observes or is told; what one gives is."""

from itertools import product

import pytest

from agoranomos.scenarios import mutual_audit_v0

BLIND = {"own_reward": False, "detection": "nothing"}
CLOSED = {"log": (), "offer": (), "verdict": (), "checked": (), "reason": ()}
ME, PEER = "auditor_1", "auditor_2"
PROPOSAL = "I propose that we both accept each other's work."
SAYS = ("Nothing.", PROPOSAL)


def value_of(item, own_work, work, verdict, text):
    """What the item is, by the peer's conduct and, for a verdict, by what it is about."""
    return {
        "log": work != 0,
        "offer": work == 2,
        "verdict": {0: own_work == 0, 1: True, 2: False}[verdict],
        "checked": verdict == 0,
        "reason": text,
    }[item]


def told(routes, own, theirs, text):
    """All that reaches the first agent: observations, and words with what it overhears, through a whole memory."""
    scenario = mutual_audit_v0.parallel_env(
        rounds=4, offer={"payment": 0}, statements="written", sees=BLIND, routes=routes
    )
    observations, _ = scenario.reset(seed=2)
    code = float(text == PROPOSAL)
    got = [scenario.opening(ME)]
    for stage in (0, 1):
        actions = {ME: [own[stage], 0.0], PEER: [theirs[stage], code]}
        got.append(scenario.question(ME, observations[ME]))
        observations = scenario.step(actions)[0]
        got.append({key: value.tolist() for key, value in observations[ME].items()})
        got.append(scenario.feedback(ME, observations[ME]))
        label = next(o.label for o in scenario.options(PEER) if o.action[0] == theirs[stage])
        reply = f'{{"reason": "{text}", "choice": "{label}"}}'
        assert scenario.read(PEER, reply).action == (theirs[stage], code)
        got.append(scenario.overheard(ME, {PEER: reply}))
    got.append(scenario.question(ME, observations[ME]))
    return repr(got)


@pytest.mark.parametrize("party", [ME, PEER])
@pytest.mark.parametrize("item", CLOSED)
@pytest.mark.parametrize("own", [*product((0, 1, 2), (1, 2))])
def test_an_item_reaches_whom_it_is_given_to_and_nobody_else(item, party, own):
    seen = {}
    for work, verdict, text in product((0, 1, 2), (0, 1, 2), SAYS):
        heard = told({**CLOSED, item: (party,)}, own, (work, verdict), text)
        seen.setdefault(value_of(item, own[0], work, verdict, text), set()).add(heard)
    if party == ME:
        assert len(seen) == 2
        assert all(len(texts) == 1 for texts in seen.values()), "it says nothing else"
        assert len(set.union(*seen.values())) == 2, "and it says the item"
    else:
        assert len(set.union(*seen.values())) == 1


def test_a_check_finds_how_the_task_was_done_and_nothing_else():
    seen = {}
    for work, verdict, text in product((0, 1, 2), (0, 1, 2), SAYS):
        seen.setdefault(work != 0, set()).add(told(CLOSED, (0, 0), (work, verdict), text))
    assert [len(texts) for texts in seen.values()] == [1, 1]
    assert seen[True] != seen[False]


def test_the_review_is_told_as_the_file_says():
    def said(detection, probability, verdict):
        scenario = mutual_audit_v0.parallel_env(
            rounds=2, review={"probability": probability}, sees={"own_reward": False, "detection": detection}
        )
        scenario.reset(seed=1)
        scenario.step({ME: 0, PEER: 1})
        seen = scenario.step({ME: verdict, PEER: 1})[0][ME]
        return scenario.feedback(ME, seen), seen["reviewed"][0]

    assert said("nothing", 1, 1) == said("nothing", 0, 1)
    assert said("caught", 1, 0) == said("caught", 0, 0)
    assert said("caught", 1, 1) != said("caught", 0, 1)
    assert len({said("always", 1, 1), said("always", 0, 1)}) == 2
    assert len({said("always", 1, 0), said("always", 0, 0)}) == 2


def test_the_opening_promises_what_the_routes_give():
    nouns = {
        "log": "how the task was done",
        "offer": "whether acceptance was proposed",
        "verdict": "the verdict",
        "checked": "whether the verdict rests on a check",
        "reason": "what was written",
    }
    for wording, item, party in product(range(5), CLOSED, (ME, PEER, "principal")):
        scenario = mutual_audit_v0.parallel_env(
            offer={}, statements="written", wording=wording, routes={**CLOSED, item: (party,)}
        )
        lines = [line for line in scenario.opening(ME).split(".") if ": " in line and line.count("nothing")]
        assert len(lines) == 2, "nothing reaches the two others"
        promised = [line for line in scenario.opening(ME).split(".") if line.endswith(f": {nouns[item]}")]
        assert len(promised) == 1
        assert ("principal" in promised[0]) == (party == "principal")


def test_there_is_nothing_to_tell_of_offers_and_texts_where_there_are_none():
    opening = mutual_audit_v0.parallel_env().opening(ME)
    assert "proposed" not in opening
    assert "written" not in opening
