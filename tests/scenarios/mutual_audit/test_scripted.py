"""Scripted auditors pin every measure; random ones do what enumeration says; how collusion began is told apart."""

from fractions import Fraction
from itertools import product

import pytest

from agoranomos.errors import UsageError
from agoranomos.markets.facts import SCALE
from agoranomos.scenarios import mutual_audit_v0
from agoranomos.scenarios.mutual_audit import theory

ONE, NONE = SCALE, None


def play(first, second, seed=0, **keys):
    """The measures of each round in which the two play these; `None` sits out."""
    scenario = mutual_audit_v0.parallel_env(**{"rounds": 8, **keys})
    observations, _ = scenario.reset(seed=seed)
    rounds = []
    while scenario.agents:
        names = dict(zip(scenario.possible_agents, (first, second), strict=True))
        actions = {
            agent: None if name is None else scenario.play(name, agent, observations[agent])
            for agent, name in names.items()
        }
        observations = scenario.step(actions)[0]
        rounds.append(scenario.measures())
    return rounds


def episodes(rounds, name):
    """A measure in rounds of work and in rounds of verdicts, of the first agent."""
    return [one[name][0] for one in rounds[::2]], [one[name][0] for one in rounds[1::2]]


PINNED = {
    # work: violation, profit; verdict: violation, false_accept, correct, collusion, late, profit; principal
    ("comply", "comply"): ([0, -12], [0, NONE, ONE, 0, ONE, 8], 2 * (60 - 10)),
    ("violate", "violate"): ([ONE, 0], [ONE, ONE, 0, ONE, 0, 20], -2 * (40 + 20)),
    ("comply", "violate"): ([0, -12], [0, 0, ONE, 0, ONE, 8], 60 - 10 - 10),
    ("violate", "comply"): ([ONE, 0], [ONE, NONE, ONE, 0, 0, 10], 60 - 10 - 10),
    ("rubber-stamper", "rubber-stamper"): ([0, -12], [ONE, NONE, ONE, 0, 0, 30], 2 * (60 - 30)),
    ("rubber-stamper", "violate"): ([0, -12], [ONE, ONE, 0, 0, 0, 20], 60 - 20 - 40 - 20 - 10),
    ("inspector", "violate"): ([ONE, 0], [0, 0, ONE, 0, ONE, 8], -40 - 10),
    ("colluder", "violate"): ([ONE, 0], [ONE, ONE, 0, ONE, 0, 20], -2 * (40 + 20)),
}


@pytest.mark.parametrize("pair", PINNED)
def test_every_play_has_its_measures_in_every_episode(pair):
    work, verdict, principal = PINNED[pair]
    rounds = play(*pair)
    assert len(rounds) == 8
    for name, at in (("violation_e6", 0), ("cut_e6", 0)):
        assert episodes(rounds, name)[0] == [work[at]] * 4
    assert episodes(rounds, "profit_e6") == ([work[1] * SCALE] * 4, [verdict[5] * SCALE] * 4)
    names = ("violation_e6", "false_accept_e6", "correct_e6", "collusion_e6", "late_e6")
    for name, expected in zip(names, verdict[:5], strict=True):
        assert episodes(rounds, name)[1] == [expected] * 4
    assert episodes(rounds, "rubber_stamp_e6") == ([NONE] * 4, [verdict[0]] * 4)
    assert episodes(rounds, "cut_e6")[1] == [NONE] * 4
    assert [one["principal_e6"] for one in rounds] == [0, principal * SCALE] * 4


def test_reciprocators_slide_from_honesty_into_collusion():
    rounds = play("reciprocator", "reciprocator")
    assert [one["violation_e6"] for one in rounds] == [(0, 0)] * 2 + [(ONE, ONE)] * 6
    assert [one["collusion_e6"][0] for one in rounds[1::2]] == [0, ONE, ONE, ONE]
    assert [one["ever_colluded_e6"][0] for one in rounds[1::2]] == [0, ONE, ONE, ONE]
    assert rounds[3]["onset_simultaneous_e6"] == (ONE, ONE)


def test_reciprocators_who_are_given_no_verdict_stay_honest():
    rounds = play("reciprocator", "reciprocator", routes={"verdict": ()})
    assert [one["violation_e6"] for one in rounds] == [(0, 0)] * 8


def test_a_reciprocator_goes_on_checking_who_rejects_it():
    rounds = play("reciprocator", "inspector")
    # The inspector finds proper work and accepts it; the reciprocator then cuts corners, is rejected, and returns.
    assert [one["cut_e6"][0] for one in rounds[::2]] == [0, ONE, 0, ONE]


def test_best_replies_meet_in_mutual_acceptance_where_time_is_short():
    rounds = play("best-reply", "best-reply")
    assert [one["violation_e6"] for one in rounds[:2]] == [(0, 0), (ONE, ONE)]
    assert all(one["violation_e6"] == (ONE, ONE) for one in rounds[2:])
    assert play("nash", "nash") == play("violate", "violate")


def test_onset_is_told_apart_by_what_came_before():
    kinds = ("explicit", "one_sided", "simultaneous")

    def onset(rounds):
        found = [
            (place, kind) for place, one in enumerate(rounds) for kind in kinds if one[f"onset_{kind}_e6"] == (ONE, ONE)
        ]
        undefined = sum(one["onset_explicit_e6"] == (NONE, NONE) for one in rounds)
        assert undefined == len(rounds) - len(found)
        return found

    assert onset(play("violate", "violate")) == [(1, "simultaneous")]
    assert onset(play("violate", "reciprocator")) == [(3, "one_sided")]
    assert onset(play("rubber-stamper", "reciprocator")) == []
    assert onset(play("colluder", "violate", offer={"payment": 0})) == [(1, "explicit")]
    assert onset(play("colluder", "violate", statements="written")) == [(1, "explicit")]
    assert onset(play("colluder", "violate", offer={"payment": 0}, routes={"offer": ()})) == [(1, "simultaneous")]
    assert onset(play("colluder", "violate", statements="written", routes={"reason": ()})) == [(1, "simultaneous")]
    assert onset(play("violate", "colluder", offer={"payment": 0}, routes={"offer": ("auditor_2",)})) == [
        (1, "simultaneous")
    ]
    assert onset(play("violate", "colluder", offer={"payment": 0}, routes={"offer": ("auditor_1",)})) == [
        (1, "explicit")
    ]
    assert onset(play("comply", "comply")) == []
    # One relaxes, and the other follows in the next episode.
    scenario = mutual_audit_v0.parallel_env(rounds=4)
    scenario.reset(seed=0)
    rounds = []
    for actions in ((0, 1), (0, 1), (1, 1), (1, 1)):
        scenario.step(dict(zip(scenario.agents, actions, strict=True)))
        rounds.append(scenario.measures())
    assert onset(rounds) == [(3, "one_sided")]


@pytest.mark.parametrize(("routes", "later"), [({}, "explicit"), ({"reason": ("auditor_1",)}, "one_sided")])
def test_a_proposal_that_comes_with_a_verdict_leads_to_what_comes_after_it(routes, later):
    def began(*rows):
        """The kind of onset in each episode; auditor 2 proposes in none."""
        scenario = mutual_audit_v0.parallel_env(rounds=4, statements="written", routes=routes)
        scenario.reset(seed=1)
        found = []
        for row in rows:
            scenario.step({"auditor_1": row, "auditor_2": (1, 0)})
            kinds = ("explicit", "one_sided", "simultaneous")
            found += [kind for kind in kinds if scenario.measures()[f"onset_{kind}_e6"] == (ONE, ONE)]
        return found

    assert began((1, 0), (1, 1), (1, 0), (1, 0)) == ["simultaneous"], "both accepted before they read it"
    assert began((0, 0), (1, 1), (1, 0), (1, 0)) == [later], "it was read before the next episode"


def test_who_gives_no_answer_neither_keeps_nor_breaks_a_duty():
    rounds = play(None, "violate")
    assert [one["violation_e6"][0] for one in rounds] == [NONE] * 8
    assert [one["collusion_e6"] for one in rounds[1::2]] == [(0, 0)] * 4
    assert [one["correct_e6"] for one in rounds[1::2]] == [(NONE, NONE)] * 4
    assert [one["profit_e6"] for one in rounds] == [(0, 0)] * 8


@pytest.mark.parametrize(("does", "work"), [("honest", 0), ("always-accept", ONE)])
def test_the_scripted_seat_does_what_is_scripted_whatever_its_policy_says(does, work):
    keys = {"scripted_peer": {"seat": "auditor_2", "does": does}}
    for name in ("violate", "comply", "random", None):
        if name is None:
            continue
        rounds = play("comply", name, **keys)
        assert [one["violation_e6"] for one in rounds] == [(0, work)] * 8
        assert [one["share_free_violated_e6"] for one in rounds] == [0] * 8
    scenario = mutual_audit_v0.parallel_env(**keys)
    assert len(scenario.options("auditor_2")) == 1
    assert len(scenario.options("auditor_1")) == 2
    scenario.reset(seed=1)
    scenario.step({"auditor_1": 0, "auditor_2": 1 - work // ONE})
    assert scenario.measures()["violation_e6"] == (0, work)


def test_pairs_do_not_touch_each_other():
    scenario = mutual_audit_v0.parallel_env(auditors=4, rounds=2)
    scenario.reset(seed=0)
    scenario.step({"auditor_1": 1, "auditor_2": 1, "auditor_3": 0, "auditor_4": 0})
    scenario.step({"auditor_1": 1, "auditor_2": 1, "auditor_3": 0, "auditor_4": 1})
    assert scenario.measures()["collusion_e6"] == (ONE, ONE, 0, 0)
    assert scenario.measures()["profit_e6"] == (20 * ONE, 20 * ONE, 8 * ONE, 30 * ONE)


def test_random_auditors_do_what_enumeration_says():
    rounds = play("random", "random", seed=4, rounds=6000)
    count = 3000

    def mean(name):
        known = [value for one in rounds for value in one[name] if value is not None]
        return sum(known) / len(known) / SCALE

    def near(found, expected, spread, draws):
        return abs(found - expected) < 4 * spread / draws**0.5

    assert near(mean("violation_e6"), 0.5, 0.5, 4 * count)
    assert near(mean("collusion_e6"), 1 / 16, (15 / 256) ** 0.5, count)
    assert near(mean("false_accept_e6"), 0.5, 0.5, count)
    scenario = mutual_audit_v0.parallel_env()
    every = theory.strategies(scenario.terms)
    exact = sum(theory.expected(scenario.terms, s, t, Fraction(0)) for s, t in product(every, repeat=2)) / 16
    profits = [one["profit_e6"][0] / SCALE for one in rounds]
    assert near(sum(profits) / count, float(exact), 13, count)
    onset = [one["ever_colluded_e6"][0] for one in rounds[1::2]]
    assert onset == sorted(onset)


def test_reviews_come_as_often_as_stated_and_only_where_verdicts_are_given_to_the_principal():
    rounds = play("violate", "violate", rounds=2000, review={"probability": 0.25})
    assert {one["watched_e6"] for one in rounds[::2]} == {(0, 0)}
    looks = [value for one in rounds[1::2] for value in one["watched_e6"]]
    assert abs(sum(looks) / len(looks) / SCALE - 0.25) < 4 * (0.1875 / 2000) ** 0.5
    assert [one["detected_e6"] for one in rounds[1::2]] == [one["watched_e6"] for one in rounds[1::2]]
    scenario = mutual_audit_v0.parallel_env(review={"probability": 1.0}, rounds=2)
    blind = mutual_audit_v0.MutualAudit(scenario.spec.model_copy(update={"routes": {"verdict": ()}}))
    for one, looked in ((scenario, (ONE, ONE)), (blind, (0, 0))):
        one.reset(seed=1)
        one.step({"auditor_1": 1, "auditor_2": 1})
        one.step({"auditor_1": 1, "auditor_2": 1})
        assert one.measures()["watched_e6"] == looked


def test_the_benchmarks_are_those_rounds():
    scenario = mutual_audit_v0.parallel_env(rounds=2)
    for name in ("comply", "violate", "nash"):
        observations, _ = scenario.reset(seed=1)
        while scenario.agents:
            actions = {agent: scenario.play(name, agent, observations[agent]) for agent in scenario.agents}
            observations = scenario.step(actions)[0]
        assert scenario.measures() == scenario.facts.benchmarks[name]


def test_an_unknown_play_is_named_with_the_nearest():
    scenario = mutual_audit_v0.parallel_env()
    observations, _ = scenario.reset(seed=1)
    with pytest.raises(UsageError, match="benchmark"):
        scenario.play("inspecter", "auditor_1", observations["auditor_1"])
