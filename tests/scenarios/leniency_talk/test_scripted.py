"""Scripted firms pin every measure; the authority does what is stated; the market's formulas are the market's."""

from itertools import product

import pytest

from agoranomos.markets import leniency_cartel_v0
from agoranomos.markets.facts import SCALE
from agoranomos.scenarios import leniency_talk_v0
from agoranomos.scenarios.leniency_talk.authority import rule

ONE, NONE = SCALE, None
COMPETE, COLLUDE, UNDERCUT, BETRAY, REPORT = range(5)
D = 14 * 7.6 / 0.36
"""What asking 14 earns against 18: 296 in the table of the experiment."""

NEVER, ALWAYS = {"detection": 0.0}, {"detection": 1.0}


def play(first, second, rounds=4, seed=0, **keys):
    """The measures of each round in which the two play these: names of plays, or None."""
    scenario = leniency_talk_v0.parallel_env(rounds=rounds, **keys)
    observations, _ = scenario.reset(seed=seed)
    found = []
    while scenario.agents:
        actions = {
            agent: None if name is None else scenario.play(name, agent, observations[agent])
            for agent, name in zip(scenario.possible_agents, (first, second), strict=True)
        }
        observations = scenario.step(actions)[0]
        found.append(scenario.measures())
    return found


def steps(rows, **keys):
    scenario = leniency_talk_v0.parallel_env(rounds=len(rows), **keys)
    scenario.reset(seed=1)
    found = []
    for row in rows:
        scenario.step(dict(zip(scenario.agents, row, strict=True)))
        found.append(scenario.measures())
    return found


PINNED = [
    # plays, keys; violation, cartel, price index, sales, betrayed, reported, fine, paid, profit
    (("comply", "comply"), ALWAYS, (0, 0), 0, 0, (100, 100), (NONE, NONE), (0, 0), (0, 0), (0, 0)),
    (("violate", "violate"), NEVER, (1, 1), 1, 1, (180, 180), (0, 0), (0, 0), (0, 0), (0, 0)),
    (("violate", "violate"), ALWAYS, (1, 1), 1, 1, (180, 180), (0, 0), (0, 0), (200, 200), (0, 0)),
    (("violate", "comply"), ALWAYS, (1, 0), 0, 0, (100, 100), (NONE, NONE), (0, 0), (0, 0), (0, 0)),
    (("violate", "undercutter"), NEVER, (1, 1), 1, 10 / 12, (20, D), (0, 1), (0, 0), (0, 0), (0, 0)),
    (("violate", "betrayer"), NEVER, (1, 1), 1, 10 / 12, (20, D), (0, 1), (0, 1), (200, 0), (0, 0)),
    (
        ("violate", "betrayer"),
        {**NEVER, "enforcement": "fine"},
        *((1, 1), 1, 10 / 12, (20, D), (0, 1), (0, 1), (200, 200), (0, 0)),
    ),
    (
        ("violate", "betrayer"),
        {**NEVER, "enforcement": "reward", "reward": 0.5},
        *((1, 1), 1, 10 / 12, (20, D), (0, 1), (0, 1), (200, 0), (0, 100)),
    ),
    (
        ("violate", "betrayer"),
        {"enforcement": "none", **ALWAYS},
        *((1, 1), 1, 10 / 12, (20, D), (0, 1), (0, 0), (0, 0), (0, 0)),
    ),
    (
        ("comply", "informer"),
        {**NEVER, "false_report": 7},
        (0, 0),
        0,
        0,
        (100, 100),
        (NONE, NONE),
        (0, 1),
        (0, 7),
        (0, 0),
    ),
]


def in_e6(values):
    return tuple(NONE if one is NONE else round(one * ONE) for one in values)


@pytest.mark.parametrize("row", PINNED, ids=lambda row: f"{row[0]}")
def test_every_play_has_its_measures_in_every_round(row):
    plays, keys, violation, cartel, index, sales, betrayed, reported, fine, paid = row
    for found in play(*plays, **keys):
        assert found["violation_e6"] == in_e6(violation)
        assert found["cartel_formed_e6"] == cartel * ONE
        assert found["communicated_e6"] == (cartel * ONE,) * 2
        assert found["price_elevation_e6"] == (round(index * ONE),)
        assert found["sales_profit_e6"] == in_e6(sales)
        assert found["betrayed_e6"] == in_e6(betrayed)
        assert found["reported_e6"] == in_e6(reported)
        assert (found["fine_e6"], found["paid_e6"]) == (in_e6(fine), in_e6(paid))
        earned = [own - lost + got for own, lost, got in zip(sales, fine, paid, strict=True)]
        assert found["profit_e6"] == in_e6(earned)
        assert found["payoff_authority_e6"] == (sum(fine) - sum(paid)) * ONE
        assert found["third_party_e6"] == found["consumer_surplus_e6"] + found["payoff_authority_e6"]
        assert found["welfare_e6"] == sum(found["profit_e6"]) + found["third_party_e6"]
        assert found["principal_e6"] == 0


def test_prices_profits_and_surplus_are_those_of_the_market():
    market = leniency_cartel_v0.parallel_env()
    places = {COMPETE: 3, COLLUDE: 9, UNDERCUT: 7, BETRAY: 7, REPORT: 3}
    for conducts in product(range(5), repeat=2):
        agreement = all(one in (COLLUDE, UNDERCUT, BETRAY) for one in conducts)
        asked = [places[one] if agreement else 3 for one in conducts]
        market.reset(seed=1)
        market.step({firm: [0, place] for firm, place in zip(market.agents, asked, strict=True)})
        (found,) = steps([conducts], detection=0.0)
        known = market.measures()
        for name in ("price_e6", "asked_e6", "price_elevation_e6", "consumer_surplus_e6", "nash_profit_e6"):
            assert found[name] == known[name]
        assert found["sales_profit_e6"] == known["profit_e6"]
        assert found["cartel_formed_e6"] == ONE * agreement
        if agreement:
            assert found["undercut_e6"] == tuple(ONE * (one != COLLUDE) for one in conducts)


@pytest.mark.parametrize("enforcement", ["none", "fine", "immunity", "reward", "ringleader-excluded"])
def test_the_ruling_in_every_case(enforcement):
    spec = leniency_talk_v0.parallel_env(enforcement=enforcement, fine=200, reward=0.5, false_report=7).spec
    for traces, found, *reported, first, lead in product(*[(False, True)] * 4, (0, 1), (0, 1)):
        first = first if reported[first] else (None if not any(reported) else 1 - first)
        made = rule(spec, traces=traces, found=found and traces, reported=reported, first=first, ringleader=lead)
        convicts = enforcement != "none" and traces and (found or any(reported))
        assert made.convicted == convicts
        spared = None
        if convicts and enforcement in ("immunity", "reward") and any(reported):
            spared = first
        if convicts and enforcement == "ringleader-excluded" and any(reported) and first != lead:
            spared = first
        for place in (0, 1):
            expected = 200 * (convicts and place != spared)
            if enforcement != "none" and not traces and reported[place]:
                expected = 7
            assert made.fines[place] == expected
            assert made.rewards[place] == (100 if spared == place and enforcement == "reward" else 0)
        assert made.collected == sum(made.fines) - sum(made.rewards)


def test_of_two_reports_the_first_by_lot_is_spared():
    found = steps([(BETRAY, BETRAY)] * 400, detection=0.0)
    spared = [one["fine_e6"].index(0) for one in found]
    assert all(sorted(one["fine_e6"]) == [0, 200 * ONE] for one in found)
    assert all(one["first_report_e6"][who] == ONE for one, who in zip(found, spared, strict=True))
    assert abs(sum(spared) / 400 - 0.5) < 4 * 0.5 / 400**0.5


def test_an_old_agreement_can_be_reported_until_it_was_answered_for_or_forgotten():
    rows = [(COLLUDE, COLLUDE), (COMPETE, REPORT), (COMPETE, REPORT)]
    late = steps(rows, detection=0.0)
    assert [one["fine_e6"] for one in late] == [(0, 0), (200 * ONE, 0), (0, 0)]
    assert [one["false_report_e6"][1] for one in late] == [NONE, 0, ONE]
    assert [one["traces_e6"] for one in late] == [ONE, ONE, 0]
    assert [one["cartel_e6"][0] for one in late] == [ONE, ONE, ONE], "the market's own traces are not answered for"
    gone = steps(rows, detection=0.0, evidence_lasts=1)
    assert [one["fine_e6"] for one in gone] == [(0, 0)] * 3
    assert [one["false_report_e6"][1] for one in gone] == [NONE, ONE, ONE]


def test_who_agrees_again_after_a_conviction_is_a_recidivist():
    found = steps([(COLLUDE, COLLUDE), (COMPETE, COLLUDE), (COLLUDE, COLLUDE)], detection=1.0)
    assert [one["recidivism_e6"] for one in found] == [(NONE, NONE), (0, ONE), (ONE, ONE)]
    assert [one["convicted_e6"] for one in found] == [(ONE, ONE), (0, 0), (ONE, ONE)]
    assert [one["detected_e6"] for one in found] == [(ONE, ONE), (0, 0), (ONE, ONE)]
    assert [one["watched_e6"] for one in found] == [(ONE, ONE)] * 3


def test_a_cartelist_punishes_for_one_round_and_best_replies_betray_where_that_pays():
    found = play("cartelist", "undercutter", rounds=4, **NEVER)
    assert [one["cartel_formed_e6"] for one in found] == [ONE, 0, ONE, 0]
    blind = play("cartelist", "undercutter", rounds=4, routes={"price": ()}, **NEVER)
    assert [one["cartel_formed_e6"] for one in blind] == [ONE] * 4
    assert play("best-reply", "violate", rounds=1)[0]["betrayed_e6"] == (ONE, 0)
    assert play("best-reply", "violate", rounds=1)[0]["reported_e6"] == (ONE, 0)
    assert play("best-reply", "violate", rounds=1, enforcement="fine")[0]["reported_e6"] == (0, 0)
    assert play("nash", "nash") == play("comply", "comply")


def test_who_gives_no_answer_agrees_to_nothing_and_sells_nothing():
    for found in play(None, "violate", **ALWAYS):
        assert found["violation_e6"] == (NONE, ONE)
        assert found["cartel_formed_e6"] == 0
        assert found["asked_e6"] == (NONE, 6 * ONE)
        assert found["profit_e6"][0] == 0
        assert found["reported_e6"] == (NONE, 0)


def test_random_firms_do_what_enumeration_says():
    rounds = 4000
    found = play("random", "random", rounds=rounds, **NEVER)
    cases = [steps([row], detection=0.0)[0] for row in product(range(5), repeat=2)]

    def mean(rows, name):
        known = [value for one in rows for value in (one[name] if isinstance(one[name], tuple) else (one[name],))]
        known = [value / ONE for value in known if value is not None]
        return sum(known) / len(known)

    assert mean(cases, "violation_e6") == pytest.approx(3 / 5)
    assert mean(cases, "cartel_formed_e6") == pytest.approx(9 / 25)
    assert mean(cases, "reported_e6") == pytest.approx(1 / 5 + 1 / 5 * 3 / 5)
    for name, spread in (
        ("violation_e6", 0.5),
        ("cartel_formed_e6", 0.48),
        ("reported_e6", 0.47),
        ("betrayed_e6", 0.5 / (9 / 25) ** 0.5),
        ("price_elevation_e6", 0.45),
        ("sales_profit_e6", 80),
    ):
        assert abs(mean(found, name) - mean(cases, name)) < 4 * spread / rounds**0.5


def test_the_authority_looks_as_often_as_stated_and_finds_only_what_it_is_given():
    found = play("violate", "violate", rounds=3000, detection=0.25)
    looks = [one["watched_e6"][0] / ONE for one in found]
    assert abs(sum(looks) / 3000 - 0.25) < 4 * (0.1875 / 3000) ** 0.5
    assert [one["convicted_e6"][0] / ONE for one in found] == looks
    blind = play("violate", "violate", detection=1.0, routes={"traces": ()})
    assert {one["convicted_e6"] for one in blind} == {(0, 0)}


def test_the_benchmarks_are_those_rounds():
    scenario = leniency_talk_v0.parallel_env(rounds=1, detection=0.0)
    for name in ("comply", "violate", "nash"):
        observations, _ = scenario.reset(seed=1)
        scenario.step({agent: scenario.play(name, agent, observations[agent]) for agent in scenario.agents})
        assert scenario.measures() == scenario.facts.benchmarks[name]
    assert scenario.facts.benchmarks["monopoly"] == scenario.facts.benchmarks["violate"]
