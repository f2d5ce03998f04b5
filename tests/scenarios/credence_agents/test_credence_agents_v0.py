"""What scripted experts and assistants come to, and what is said."""

from pathlib import Path

import pytest
from pettingzoo.test import parallel_api_test

from agoranomos.errors import UsageError
from agoranomos.scenarios import credence_agents_v0
from agoranomos.scenarios.credence_agents.spec import CredenceAgentsSpec
from scenarios.credence_agents.trades import SCALE, mean, played, trade


def test_it_is_a_parallel_environment():
    parallel_api_test(credence_agents_v0.parallel_env(), num_cycles=20)
    parallel_api_test(credence_agents_v0.parallel_env(seats="assistants"), num_cycles=20)


@pytest.mark.parametrize(
    ("institution", "play", "expected"),
    [
        ("none", "comply", {"violation_e6": 0, "undertreatment_e6": 0, "overtreatment_e6": 0, "overcharging_e6": 0}),
        ("none", "undertreater", {"violation_e6": 1, "undertreatment_e6": 1, "overtreatment_e6": 0}),
        ("none", "overtreater", {"violation_e6": 1, "undertreatment_e6": 0, "overtreatment_e6": 1}),
        ("none", "overcharger", {"violation_e6": 1, "undertreatment_e6": 0, "overcharging_e6": 1}),
        ("none", "violate", {"violation_e6": 1, "undertreatment_e6": 1, "overcharging_e6": 1, "fraud_e6": 1}),
        ("none", "nash", {"violation_e6": 1, "undertreatment_e6": 1, "overcharging_e6": 1, "fraud_e6": 1}),
        ("verifiability", "nash", {"violation_e6": 0, "fraud_e6": 0, "efficiency_e6": 1}),
        ("verifiability", "overcharger", {"violation_e6": 0, "fraud_e6": 0}),
        ("verifiability", "undertreater", {"violation_e6": 1, "undertreatment_e6": 1, "overcharging_e6": None}),
        ("liability", "nash", {"violation_e6": 1, "undertreatment_e6": 0, "overcharging_e6": 1, "efficiency_e6": 1}),
        ("liability", "undertreater", {"violation_e6": 0, "fraud_e6": 0}),
        ("both", "nash", {"violation_e6": 0, "fraud_e6": 0, "price_paid_e6": None}),
    ],
)
def test_every_scripted_expert_pins_every_rate(institution, play, expected):
    measures = played(trade(institution=institution, customers=8), play)
    found = {name: mean(measures, name) for name in expected if name != "price_paid_e6"}
    # Of undertreated minor needs nobody is overcharged, and with verifiability nobody at all.
    wanted = {name: value for name, value in expected.items() if name != "price_paid_e6"}
    if wanted.get("overcharging_e6", 0) is None:
        assert found.pop("overcharging_e6") in (0, None)
        wanted.pop("overcharging_e6")
    assert found == pytest.approx(wanted)


def test_in_one_round_with_theory_the_trade_of_the_equilibrium_is_that_of_theory():
    scenario = trade(rounds=1, beliefs="theory", routes={"result": (), "reputation": ()}, customers=40)
    (found,) = played(scenario, "nash")
    assert found["participation_e6"] == SCALE
    assert found["price_paid_e6"] == 3 * SCALE
    (honest,) = played(scenario, "comply")
    assert honest["participation_e6"] == 0, "nobody believes an expert at 3 and 7 whom nothing binds"
    assert honest["hhi_e6"] is honest["fraud_e6"] is None


@pytest.mark.parametrize("seats", ["assistants", "customers"])
def test_scripted_choosers(seats):
    keys = {"seats": seats, "given": [(0, 0), (0, 4), (1, 0), (2, 1)], "sponsor": "expert_4", "rounds": 6}
    scenario = trade(**keys, kickback=1.0 if seats == "assistants" else 0.0)
    loyal, paid = played(scenario, "comply"), played(scenario, "sponsored")
    assert mean(loyal, "violation_e6") == mean(loyal, "loss_e6") == 0
    assert mean(paid, "violation_e6") == mean(paid, "sponsored_e6") == 1
    assert mean(paid, "kickback_e6") == (1.0 if seats == "assistants" else 0.0)
    assert mean(played(scenario, "violate"), "violation_e6") == 1
    first = played(scenario, "cheapest", rounds=1)[0]
    assert first["loss_e6"] == (0,) * 4
    assert mean(paid, "undertreatment_e6") == 1
    bought = mean(played(scenario, "nash"), "sponsored_e6")
    if seats == "customers":
        assert played(scenario, "nash") == loyal
    else:
        # At 6 and 10 the sponsor promises 3 less than the best, and 0.2 x 3 is less than the kickback.
        assert 0.0 < bought <= 1.0
        assert played(scenario, "nash", rounds=1)[0]["sponsored_e6"] == (SCALE,) * 4


def test_random_experts_do_what_counting_the_menu_says():
    """Of 20 entries four are honest."""
    values = [one for seed in range(40) for one in played(trade(seed), "random", seed, rounds=2)[1]["violation_e6"]]
    share = sum(values) / SCALE / len(values)
    assert abs(share - 0.8) < 4.0 * (0.8 * 0.2 / len(values)) ** 0.5


def test_simulated_experts_and_the_sponsor_are_drawn_and_written_down():
    spec = CredenceAgentsSpec(seats="assistants", kickback=1.0)
    drawn = [spec.drawn(seed) for seed in range(60)]
    assert {one.sponsor for one in drawn} == set(spec.experts)
    for one in drawn:
        assert sorted(place for _, place in one.given) == [0, 1, 2, 3]
    assert len({one.given for one in drawn}) > 20
    assert CredenceAgentsSpec(seats="assistants", institution="both").drawn(1).possible_conducts == (
        "honest",
        "overtreat",
    )


def test_one_seed_gives_one_transcript():
    for keys in ({}, {"seats": "assistants", "kickback": 1.0}):
        one, two = (played(trade(9, **keys), "random", 9) for _ in range(2))
        assert one == two


def test_an_unknown_play_is_named_with_the_nearest_one():
    scenario = trade()
    observations, _ = scenario.reset(seed=1)
    with pytest.raises(UsageError, match="undertreater"):
        scenario.play("undertreat", "expert_1", observations["expert_1"])


def prompts():
    """All paraphrases in every institution, with every preference, and with all and nothing told."""
    heard = {"prices": ["customers"], "result": ["customers"]}
    experts = ["expert_1", "expert_2"]
    everybody = {item: [*experts, *heard.get(item, ())] for item in ("prices", "custom", "reputation", "conduct")}
    regimes = {
        "none": {},
        "verifiability, self-interested": {"institution": "verifiability", "preference": "self-interested"},
        "liability, inequity-averse": {"institution": "liability", "preference": "inequity-averse"},
        "both, efficiency-loving": {"institution": "both", "preference": "efficiency-loving", "duty": False},
        "all told": {"routes": everybody},
        "nothing told": {
            "routes": dict.fromkeys(CredenceAgentsSpec.ITEMS, ()),
            "sees": {"own_reward": False, "others_actions": "nothing", "detection": "nothing"},
        },
        "assistants": {"seats": "assistants", "kickback": 1.0, "sponsor": "expert_2"},
        "assistants, nothing told": {"seats": "assistants", "routes": dict.fromkeys(CredenceAgentsSpec.ITEMS, ())},
        "customers": {"seats": "customers"},
    }
    said = []
    for name, keys in regimes.items():
        for wording in range(5):
            scenario = trade(experts=2, customers=2, prices=[(3.0, 7.0)], order_seed=0, **{**keys, "wording": wording})
            observations, _ = scenario.reset(seed=2)
            first, second = scenario.possible_agents
            said += [f"=== {name}, wording {wording}", scenario.opening(first)]
            said += [scenario.question(first, observations[first])]
            acts = {first: [0, 0], second: [0, 1]} if scenario.of_experts else {first: 0, second: 2}
            observations = scenario.step(acts)[0]
            said += [f"{who}: {scenario.feedback(who, observations[who])}" for who in (first, second)]
    return "\n".join(said) + "\n"


def test_every_prompt_is_what_it_was():
    assert prompts() == (Path(__file__).parent / "prompts.txt").read_text()


def test_no_two_paraphrases_are_alike_and_no_place_is_left_open():
    for keys in ({}, {"seats": "assistants"}, {"seats": "customers"}):
        assert len({trade(wording=place, **keys).opening(trade(**keys).possible_agents[0]) for place in range(5)}) == 5
    assert "$" not in prompts()
    assert "  " not in prompts()
