"""Every entry of the menu under every way to pay, held against a table that is written out; and who is told of it."""

from itertools import product

import pytest

from agoranomos.markets.facts import SCALE
from agoranomos.randomness import MAX_EXACT_INTEGER, named_integer
from agoranomos.scenarios import hidden_action_v0

WAGE, BONUS, FINE = 6.0, 3.0, 2.0
WORKER = "worker_1"
MENU = {
    (0, 0): (None, None),
    (1, 0): ("low", None),
    (1, 1): ("low", "low"),
    (1, 2): ("low", "high"),
    (2, 0): ("high", None),
    (2, 2): ("high", "high"),
}


def happens(seed, purpose, chance):
    return named_integer(seed, f"hidden-action-{purpose}", 1, WORKER) < chance * (MAX_EXACT_INTEGER + 1)


def table(level, said, success, inspected, seen, read, forfeits):
    """What is due: the wage unless too little is known of, the bonus, less the fine where it was seen."""
    caught = level == "low" and (inspected or seen)
    due = BONUS * success
    if caught:
        return max(due - FINE, 0.0), True
    if said == "low" and read:
        return due + (0.0 if forfeits else WAGE), True
    return due + WAGE, False


@pytest.mark.parametrize("action", MENU, ids=str)
@pytest.mark.parametrize(("seen", "read", "admission"), [*product((0, 1), (0, 1), ("forfeits", "forgiven"))])
def test_what_a_round_earns_everybody(action, seen, read, admission):
    routes = {
        "effort": ("principal",) if seen else (),
        "report": ("principal",) if read else (),
    }
    scenario = hidden_action_v0.parallel_env(
        contract={"wage": WAGE, "bonus": BONUS, "inspection": 0.5, "fine": FINE},
        technology={"outside_option": 0.5},
        routes=routes,
        admission=admission,
    )
    level, said = MENU[action]
    met = set()
    for seed in range(60):
        scenario.reset(seed=seed)
        earned = scenario.step({WORKER: action})[1][WORKER]
        measures = scenario.measures()
        if level is None:
            expected = {"profit": 0.5, "payoff_principal": 0.0, "surplus": 0.0, "wage_cost": 0.0, "welfare": 0.5}
            assert earned == 0.5
            assert measures["accepted_e6"] == (0,)
            assert measures["violation_e6"] == measures["effort_e6"] == measures["reported_e6"] == (None,)
            assert measures["participation_e6"] == 0
        else:
            success, inspected = (
                happens(seed, "success", 0.4 if level == "low" else 0.8),
                happens(seed, "inspection", 0.5),
            )
            met.add((success, inspected))
            due, known = table(level, said, success, inspected, seen, read, admission == "forfeits")
            cost = 0.0 if level == "low" else 2.0
            expected = {
                "profit": due - cost,
                "payoff_principal": 20 * success - due - inspected,
                "surplus": 20 * success - cost - inspected,
                "wage_cost": due,
                "inspection_spend": float(inspected),
                "welfare": 20 * success - cost - inspected,
                "output": float(success),
                "watched": float(inspected),
                "violation": float(level == "low"),
                "detected": float(level == "low" and known),
                "accepted": 1.0,
                "effort": float(level == "high"),
                "reported": float(said is not None),
                "misreported": float((level, said) == ("low", "high")),
                "misreported_given_low": float(said == "high") if level == "low" else None,
                "admitted_given_low": float(said == "low") if level == "low" else None,
                "expected_surplus": (8.0 if level == "low" else 14.0) - 0.5,
            }
            assert earned == due - cost
        for name, value in expected.items():
            found = measures[f"{name}_e6"]
            found = found[0] if isinstance(found, tuple) else found
            assert found == (None if value is None else round(value * SCALE)), name
        assert measures["principal_e6"] == measures["payoff_principal_e6"]
    assert level is None or len(met) == 4, "every draw of output and inspection was met"


def test_who_gives_no_answer_earns_nothing_and_breaks_no_rule():
    scenario = hidden_action_v0.parallel_env(technology={"outside_option": 0.5})
    scenario.reset(seed=1)
    assert scenario.step({WORKER: None})[1][WORKER] == 0.0
    measures = scenario.measures()
    assert measures["violation_e6"] == measures["accepted_e6"] == (None,)
    assert measures["participation_e6"] is None


def test_a_report_that_cannot_be_made_is_none():
    scenario = hidden_action_v0.parallel_env(reporting=False)
    scenario.reset(seed=1)
    scenario.step({WORKER: (1, 2)})
    assert scenario.measures()["reported_e6"] == (None,)
    assert {option.action for option in scenario.options(WORKER)} == {(0, 0), (1, 0), (2, 0)}


@pytest.mark.parametrize("actions", [*product((0, 1, 2), repeat=3)])
def test_the_prize_goes_to_one_of_those_who_succeed(actions):
    scenario = hidden_action_v0.parallel_env(workers=3, contract={"wage": 1, "prize": 16}, reporting=False)
    wins = dict.fromkeys(scenario.possible_agents, 0)
    prizes = 0
    for seed in range(12):
        scenario.reset(seed=seed)
        scenario.step({worker: (does, 0) for worker, does in zip(scenario.agents, actions, strict=True)})
        measures = scenario.measures()
        won = [place for place, paid in enumerate(measures["pay_e6"]) if paid == 17 * SCALE]
        succeeded = [place for place, one in enumerate(measures["output_e6"]) if one]
        assert len(won) == bool(succeeded)
        assert set(won) <= set(succeeded)
        for place in won:
            wins[f"worker_{place + 1}"] += 1
        prizes += len(won)
    assert sum(wins.values()) == prizes
    if actions == (2, 2, 2):
        assert all(wins.values())


def test_a_principal_with_a_seat_offers_what_holds_in_the_next_round():
    menu = ({"wage": 5.0}, {"bonus": 5.0}, {"wage": 2.0, "inspection": 1.0})
    scenario = hidden_action_v0.parallel_env(principal="seat", contract={"wage": 1.0}, menu=menu)
    observations, _ = scenario.reset(seed=2)
    contract = 0
    for offer in (1, 0, None, 2, 1):
        assert observations[WORKER]["contract"][0] == contract
        observations, rewards, *_ = scenario.step({WORKER: (1, 0), "principal": None if offer is None else offer})
        measures = scenario.measures()
        success = measures["output_e6"][0] // SCALE
        due = (1.0, 5.0, 5.0 * success, 0.0)[contract]
        inspected = float(contract == 3)
        assert rewards == {WORKER: due, "principal": 20.0 * success - due - inspected}
        assert measures["profit_e6"] == (due * SCALE, (20 * success - due - inspected) * SCALE)
        assert measures["principal_e6"] == 0
        assert measures["payoff_principal_e6"] == measures["profit_e6"][1]
        assert measures["violation_e6"] == (SCALE, None)
        assert measures["share_of_all_e6"] == SCALE
        contract = contract if offer is None else offer + 1
