"""Theory against enumerations and independent arithmetic, and errors."""

from itertools import product

import numpy as np
import pytest

from agoranomos.errors import UsageError
from agoranomos.markets.credence_goods.clear import expected_profit
from agoranomos.markets.credence_goods.env import as_action
from agoranomos.markets.market_spec import spec_of
from agoranomos.scenarios.credence_agents.conducts import possible
from agoranomos.scenarios.credence_agents.rounds import of_experts
from agoranomos.scenarios.credence_agents.spec import CredenceAgentsSpec
from agoranomos.scenarios.credence_agents.theory import equilibrium, fraud_gains, least_kickback
from scenarios.credence_agents.trades import trade

INSTITUTIONS = ("none", "verifiability", "liability", "both")


@pytest.mark.parametrize("institution", INSTITUTIONS)
def test_no_entry_of_the_menu_pays_more_than_the_equilibrium_against_customers_who_know_the_theory(institution):
    spec = CredenceAgentsSpec(institution=institution)
    conducts = list(possible(spec.market).values())

    def action(place):
        return as_action(spec.all_prices[place[0]], conducts[place[1]])

    at = equilibrium(spec)
    others = [action(at)] * 3
    stays = expected_profit(spec.market, np.array([action(at), *others]))[0]
    for place in product(range(len(spec.all_prices)), range(len(conducts))):
        assert expected_profit(spec.market, np.array([action(place), *others]))[0] <= stays + 1e-9


@pytest.mark.parametrize(
    ("institution", "prices", "conduct"),
    [
        ("none", (1.0, 3.0), "cheat"),
        ("verifiability", (3.0, 7.0), "honest"),
        ("liability", (1.0, 5.0), "overcharge"),
        ("both", (3.0, 6.0), "honest"),
    ],
)
def test_the_equilibria_by_name(institution, prices, conduct):
    spec = CredenceAgentsSpec(institution=institution)
    price, done = equilibrium(spec)
    assert (spec.all_prices[price], spec.possible_conducts[done]) == (prices, conduct)


@pytest.mark.parametrize("institution", INSTITUTIONS)
def test_gains_from_fraud_by_formula_and_by_rounds_of_one_customer(institution):
    for (low, high), chance in product(((3.0, 7.0), (4.0, 8.0), (2.0, 9.0)), (0.25, 0.5)):
        spec = CredenceAgentsSpec(
            institution=institution, prices=[(low, high)], experts=1, customers=1, major_probability=chance, outside=0.0
        )
        under, charged = chance * 4.0, (1.0 - chance) * (high - low)
        formulas = {
            "undertreat": under if institution == "none" else chance * (4.0 - (high - low)),
            "overtreat": (1.0 - chance) * (high - low - 4.0),
            "overcharge": charged,
            "cheat": under + charged,
        }
        gains = fraud_gains(spec, (low, high))
        assert gains == pytest.approx({name: formulas[name] for name in gains})

        def earned(name, spec=spec, chance=chance):
            place = (0, spec.possible_conducts.index(name))
            each = [of_experts(spec, [place], (5.0,), [need], [0.0]).profit[0] for need in (0, 1)]
            return (1.0 - chance) * each[0] + chance * each[1]

        assert gains == pytest.approx({name: earned(name) - earned("honest") for name in gains})


@pytest.mark.parametrize("share", [0.1, 0.2, 1.0])
def test_an_assistant_is_bought_from_the_least_kickback_on(share):
    keys = {"seats": "assistants", "experts": 2, "given": [(0, 0), (1, 1)], "sponsor": "expert_2", "share": share}
    least = least_kickback(CredenceAgentsSpec(**keys), (5.0, 4.0), 1)
    assert least == pytest.approx(share * 1.0)
    for extra, choice in ((-0.001, 0.0), (0.001, 1.0)):
        scenario = trade(**keys, kickback=least + extra)
        observations, _ = scenario.reset(seed=1)
        assert scenario.play("nash", "assistant_1", observations["assistant_1"])[0] == choice


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"prices": []}, "prices"),
        ({"prices": [[7.0, 3.0]]}, "above the major price"),
        ({"prices": [[3.0, 7.0], [3.0, 7.0]]}, "no pair twice"),
        ({"prices": [[k, k + 4.0] for k in range(1, 7)]}, "options"),
        ({"institution": "law"}, "institution"),
        ({"kickback": 1.0}, "only assistants"),
        ({"seats": "assistants", "sponsor": "expert_9"}, "no expert"),
        ({"seats": "assistants", "given": [[0, 0]]}, "given"),
        ({"seats": "assistants", "given": [[9, 0]] * 4}, "no prices at 9"),
        ({"routes": {"bill": ["customers"]}}, "no round has an item 'bill'"),
        ({"routes": {"prices": ["assistant_1"]}}, "cannot be given to 'assistant_1'"),
        ({"routes": {"prices": ["customers", "customers"]}}, "twice"),
        ({"routes": {"conduct": ["customers"]}}, "customers can be told of prices, result, and not of conduct"),
        ({"routes": {"result": ["expert_1"]}}, "expert_1 can be told of"),
        ({"seats": "assistants", "routes": {"custom": ["assistant_1"]}}, "assistant_1 can be told of"),
        ({"statements": "written"}, "offered"),
        ({"fabricated": {"rounds": 2}}, "never happened"),
        ({"minor_cost": 7.0}, "must cost less"),
        ({"outside": 9.0}, "market is empty"),
        ({"conducts": ["steal"]}, "conducts"),
        ({"wording": 7}, "there are 5"),
    ],
)
def test_a_file_that_makes_no_sense_is_refused_with_one_clear_error(keys, said):
    with pytest.raises(UsageError, match=said) as raised:
        spec_of(CredenceAgentsSpec, keys)
    assert "\n" not in raised.value.message
