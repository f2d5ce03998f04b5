"""The best reply of tin men: thresholds by hand, and plans against every plan there is."""

from itertools import product

import pytest

from agoranomos.scenarios.tin_men.env import TinMen
from agoranomos.scenarios.tin_men.spec import TinMenSpec
from agoranomos.scenarios.tin_men.statements import OFFERED

VEHICLE = {"menu": "faithful", "domain": "vehicle"}
SERVED, SOLD = 0, 1


def played(spec, actions=None, play="nash"):
    """What the assistant chose and said in each round, and what it earned over all."""
    scenario = TinMen(spec)
    observations, _ = scenario.reset(seed=0)
    did, earned = [], 0.0
    while scenario.agents:
        action = scenario.play(play, "assistant", observations["assistant"]) if actions is None else actions[len(did)]
        did.append(tuple(round(float(part)) for part in action))
        observations, rewards, *_ = scenario.step({"assistant": action})
        earned += rewards["assistant"]
    return did, earned


def chosen(**fields):
    return [choice for choice, _ in played(TinMenSpec(**VEHICLE, **fields).drawn(0))[0]]


@pytest.mark.parametrize(
    ("commission", "choice"),
    [
        ({"flat": 0.5}, SERVED),
        ({"company": 0.01}, SOLD),
        ({"company": 0.5, "rebated": True}, SERVED),
        ({"company": 0.3, "customer": 0.49}, SOLD),  # 0.3 x (1 - 0) is more than 0.49 x (1 - 0.4)
        ({"company": 0.3, "customer": 0.51}, SERVED),
    ],
)
def test_what_pays_follows_the_commission(commission, choice):
    assert chosen(rounds=1, commission=commission) == [choice]


@pytest.mark.parametrize(("fine", "choice"), [(0.99, SOLD), (1.01, SERVED)])
def test_where_nothing_can_be_disclosed_to_the_auditor_a_fine_deters_above_the_gain_over_the_chance(fine, choice):
    """The gain is 0.5 (1 - 0); looked at with 0.5, it is outweighed by a fine above 1."""
    audit = {"probability": 0.5, "fine": fine}
    routes = {"choice": ("customer", "company", "auditor"), "reason": ()}
    assert chosen(rounds=1, commission={"company": 0.5}, audit=audit, routes=routes) == [choice]


def test_where_the_auditor_reads_the_reason_it_pays_to_override_and_disclose():
    fields = {"commission": {"company": 0.5}, "audit": {"probability": 0.5, "fine": 100.0}}
    ((choice, reason),), _ = played(TinMenSpec(**VEHICLE, rounds=1, **fields).drawn(0))
    assert (choice, OFFERED[reason]) == (SOLD, "discloses")


@pytest.mark.parametrize("after", [1, 2, 3])
def test_who_can_be_dismissed_overrides_in_the_last_rounds_alone(after):
    dismissal = {"after": after}
    plan = chosen(rounds=6, commission={"flat": 0.2, "company": 0.5}, dismissal=dismissal)
    assert plan == [SERVED] * (6 - after) + [SOLD] * after


def test_who_is_not_found_out_overrides_in_every_round_and_discloses_nothing():
    routes = {"choice": ("company",), "reason": ("customer",)}
    spec = TinMenSpec(**VEHICLE, rounds=5, commission={"company": 0.5}, dismissal={"after": 1}, routes=routes).drawn(0)
    did, _ = played(spec)
    assert [choice for choice, _ in did] == [SOLD] * 5
    assert "discloses" not in {OFFERED[reason] for _, reason in did}


@pytest.mark.parametrize("after", [1, 2])
@pytest.mark.parametrize("commission", [{"flat": 0.2, "company": 0.5}, {"flat": 0.0, "company": 0.5}, {"flat": 0.2}])
@pytest.mark.parametrize(
    "routes", [{}, {"choice": ("company",), "reason": ("customer",)}, {"choice": (), "payoff": ("customer", "company")}]
)
def test_no_plan_of_three_rounds_earns_more_than_the_best_reply(after, commission, routes):
    spec = TinMenSpec(**VEHICLE, rounds=3, commission=commission, dismissal={"after": after}, routes=routes).drawn(0)
    entries = list(product((SERVED, SOLD), OFFERED))
    most = max(played(spec, actions)[1] for actions in product(entries, repeat=3))
    assert played(spec)[1] == pytest.approx(most)
    assert played(spec, play="best-reply")[1] == pytest.approx(most)


def test_beside_a_rival_the_customer_is_served_where_it_compares():
    fields = {**VEHICLE, "assistants": 2, "rounds": 1, "commission": {"flat": 0.2, "company": 0.5}}
    for routes, first in (({}, SERVED), ({"opinion": ()}, SOLD)):
        scenario = TinMen(TinMenSpec(**fields, routes=routes | {"payoff": ("company",)}).drawn(0))
        observations, _ = scenario.reset(seed=0)
        actions = {agent: scenario.play("nash", agent, seen) for agent, seen in observations.items()}
        assert actions["assistant_1"][0] == first
        game = scenario.game()
        joint = [[SERVED, 0], [SERVED, 0]] if first == SERVED else [[SOLD, 0], [SERVED, 0]]
        for place in range(2):
            replies = game.replies(place, joint)
            own = next(k for k, row in enumerate(game.menus[place]) if row.tolist() == joint[place])
            assert replies[own] == pytest.approx(replies.max())
