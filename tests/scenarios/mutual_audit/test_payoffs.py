"""What an episode pays, by a table that is written out again; what breaks mutual acceptance, by other arithmetic."""

from fractions import Fraction
from itertools import product

import pytest

from agoranomos.markets.facts import SCALE
from agoranomos.scenarios import mutual_audit_v0
from agoranomos.scenarios.mutual_audit import theory
from agoranomos.scenarios.mutual_audit.payoffs import Terms
from agoranomos.scenarios.mutual_audit.spec import MutualAuditSpec

PROPER, CUT, OFFER = 0, 1, 2
CHECK, ACCEPT, REJECT = 0, 1, 2


def by_hand(work, verdict, peer_work, peer_verdict, reviewed, peer_reviewed, ample=False, payment=3):
    """The payoff of an episode with the default pay: 20, 10, effort 12 and 2, fine 10, four hours."""
    if peer_work is None:
        right = None
    else:
        said = {None: None, CHECK: peer_work == PROPER, ACCEPT: True, REJECT: False}[verdict]
        right = None if said is None else said == (peer_work == PROPER)
    accepted = False
    if work is not None and peer_verdict is not None:
        accepted = {CHECK: work == PROPER, ACCEPT: True, REJECT: False}[peer_verdict]
    stands = work == PROPER if peer_reviewed and work is not None and peer_verdict is not None else accepted
    spent = {None: 0, PROPER: 4, CUT: 1, OFFER: 1}[work] + (4 if verdict == CHECK else 0)
    total = 20 if stands and (ample or spent <= 4) else 0
    total += 10 if right else 0
    total -= 12 if work == PROPER else 0
    total -= 2 if verdict == CHECK else 0
    total -= 10 if reviewed and right is False else 0
    total -= payment if work == OFFER and accepted else 0
    if peer_work == OFFER and verdict is not None:
        total += payment if verdict == ACCEPT else 0
    return total


@pytest.mark.parametrize("probability", [0.0, 1.0])
@pytest.mark.parametrize("ample", [True, False])
def test_what_an_episode_earns_in_every_case(ample, probability):
    keys = {} if not ample else {"hours": "ample"}
    scenario = mutual_audit_v0.parallel_env(rounds=2, offer={"payment": 3}, review={"probability": probability}, **keys)
    choices = (0, 1, 2, None)
    for works in product(choices, repeat=2):
        for verdicts in product(choices, repeat=2):
            scenario.reset(seed=3)
            first = scenario.step(dict(zip(scenario.agents, works, strict=True)))[1]
            assert scenario.measures()["profit_e6"] == tuple(-12 * SCALE if w == PROPER else 0 for w in works)
            second = scenario.step(dict(zip(scenario.possible_agents, verdicts, strict=True)))[1]
            looked = [probability == 1.0 and one is not None for one in verdicts]
            for i, agent in enumerate(scenario.possible_agents):
                expected = by_hand(
                    works[i], verdicts[i], works[1 - i], verdicts[1 - i], looked[i], looked[1 - i], ample
                )
                assert first[agent] + second[agent] == expected
            found = scenario.measures()
            assert found["watched_e6"] == tuple(SCALE * one for one in looked)
            assert found["welfare_e6"] == sum(found["profit_e6"]) + found["principal_e6"]


def test_shared_pay_goes_to_both_in_equal_parts():
    scenario = mutual_audit_v0.parallel_env(rounds=2, hours="ample", pay={"shared": True})
    scenario.reset(seed=1)
    scenario.step({"auditor_1": PROPER, "auditor_2": CUT})
    rewards = scenario.step({"auditor_1": ACCEPT, "auditor_2": CHECK})[1]
    # 20 and 0 for work and 0 and 10 for verdicts of the two, plus 20 for the second's accepted work: 50 in all.
    assert rewards == {"auditor_1": 25, "auditor_2": 23}


def test_the_principal_has_the_worth_of_what_stands_less_what_it_pays():
    scenario = mutual_audit_v0.parallel_env(rounds=2, hours="ample", review={"probability": 1.0, "cost": 1})
    scenario.reset(seed=1)
    scenario.step({"auditor_1": PROPER, "auditor_2": CUT})
    scenario.step({"auditor_1": ACCEPT, "auditor_2": CHECK})
    # The first's work: worth 60, paid 20. Its false acceptance is undone and fined 10. The second's verdict: paid 10.
    assert scenario.measures()["principal_e6"] == (60 - 20 + 10 - 10 - 2) * SCALE
    assert scenario.measures()["payoff_principal_e6"] == scenario.measures()["principal_e6"]
    unreviewed = mutual_audit_v0.parallel_env(rounds=2, hours="ample")
    unreviewed.reset(seed=1)
    unreviewed.step({"auditor_1": CUT, "auditor_2": CUT})
    unreviewed.step({"auditor_1": ACCEPT, "auditor_2": ACCEPT})
    assert unreviewed.measures()["principal_e6"] == 2 * (-40 - 20) * SCALE


# -- theory ------------------------------------------------------------------------------------------------------------

CASES = [
    {},
    {"hours": "ample"},
    {"offer": {"payment": 3}},
    {"hours": "ample", "offer": {"payment": 0}},
    {"hours": "ample", "pay": {"accepted": 30, "correct": 6}},
    {"pay": {"shared": True}},
    {"hours": "ample", "effort": {"work": 1, "check": 11}},
    {"hours": {"budget": 8, "work": 4, "shortcut": 1, "check": 4}, "review": {"fine": 25}},
]


def played(spec, own, other, probability):
    """The mean payoff of an episode that the environment itself plays, over many draws of reviews."""
    scenario = mutual_audit_v0.MutualAudit(spec.model_copy(update={"rounds": 2}))
    total = 0.0
    episodes = 1 if probability in (0, 1) else 1500
    for seed in range(episodes):
        scenario.reset(seed=seed)
        work = scenario.step({"auditor_1": own[0], "auditor_2": other[0]})[1]["auditor_1"]
        total += work + scenario.step({"auditor_1": own[1], "auditor_2": other[1]})[1]["auditor_1"]
    return total / episodes


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("probability", [0, 1])
def test_the_expected_payoffs_are_those_of_the_environment(case, probability):
    review = {"probability": probability, **case.get("review", {})}
    spec = MutualAuditSpec(**{**case, "review": review})
    terms = Terms.of(spec)
    for own, other in product(theory.strategies(terms), repeat=2):
        assert theory.expected(terms, own, other, Fraction(probability)) == played(spec, own, other, probability)


def test_reviews_by_chance_pay_on_average_what_theory_says():
    spec = MutualAuditSpec(review={"probability": 0.3})
    mean = played(spec, theory.COLLUDE, theory.COLLUDE, 0.3)
    # 20 (1 - q) - 10 q, with a standard deviation of at most 30 over 1500 episodes.
    assert theory.expected(Terms.of(spec), theory.COLLUDE, theory.COLLUDE, Fraction(3, 10)) == 11
    assert abs(mean - 11) < 4 * 30 / 1500**0.5


@pytest.mark.parametrize("case", CASES)
def test_the_review_that_breaks_acceptance_is_where_enumeration_finds_a_better_strategy(case):
    terms = Terms.of(MutualAuditSpec(**case))
    at = theory.breaking_review(terms)
    grid = [Fraction(k, 200) for k in range(201)]
    if at is not None:
        grid += [at] + [q for q in (at - Fraction(1, 10**9), at + Fraction(1, 10**9)) if 0 <= q <= 1]
    for q in grid:
        kept = theory.expected(terms, theory.COLLUDE, theory.COLLUDE, q)
        better = any(theory.expected(terms, s, theory.COLLUDE, q) > kept for s in theory.strategies(terms))
        assert theory.is_equilibrium(terms, theory.COLLUDE, q) is not better
        if at is None or q < at:
            assert not better
        elif q > at:
            assert better


def test_the_review_of_the_default_terms_in_closed_form():
    # Against acceptance a check earns 10 - 2 and no pay for late work; acceptance earns 20 (1 - q) - 10 q.
    assert theory.breaking_review(Terms.of(MutualAuditSpec())) == Fraction(20 - 8, 30)
    assert theory.breaking_review(Terms.of(MutualAuditSpec(hours="ample"))) == 0


def repeated_pays(terms, discount, review, rounds=60):
    """Whether some pure deviation pays against a peer that is honest ever after, summed round by round.

    After the deviation the deviator takes the best of all pure strategies; the rest of the sums is a geometric series.
    """
    u = theory.expected
    kept = u(terms, theory.COLLUDE, theory.COLLUDE, review) / (1 - discount)
    after = max(u(terms, s, theory.HONEST, review) for s in theory.strategies(terms))
    for s in theory.strategies(terms):
        total = u(terms, s, theory.COLLUDE, review)
        if s == theory.COLLUDE:
            continue
        total += sum(discount**k * after for k in range(1, rounds))
        total += discount**rounds * after / (1 - discount)
        if total > kept:
            return True
    return False


@pytest.mark.parametrize("review", [Fraction(0), Fraction(1, 10)])
@pytest.mark.parametrize("case", CASES)
def test_the_critical_discount_factor_is_where_no_deviation_pays_any_more(case, review):
    terms = Terms.of(MutualAuditSpec(**case))
    at = theory.critical_discount(terms, review)
    if theory.is_equilibrium(terms, theory.COLLUDE, review):
        assert at == 0, "nothing has to be threatened where one episode is an equilibrium"
        return
    grid = [Fraction(k, 50) for k in range(50)]
    if at is not None:
        grid += [at, at - Fraction(1, 10**9), min(at + Fraction(1, 10**9), Fraction(999, 1000))]
    for discount in grid:
        assert repeated_pays(terms, discount, review) is (at is None or discount < at)


def test_the_critical_discount_factor_where_time_suffices():
    # Kept: 20. Checking a corner-cutter once: 20 + 10 - 2. Against an honest peer for ever: 20 + 10 - 12.
    terms = Terms.of(MutualAuditSpec(hours="ample"))
    assert theory.critical_discount(terms, Fraction(0)) == Fraction(28 - 20, 28 - 18)
    assert theory.critical_discount(Terms.of(MutualAuditSpec()), Fraction(0)) == 0


def test_where_honesty_pays_more_no_patience_keeps_collusion_up():
    terms = Terms.of(MutualAuditSpec(hours="ample", effort={"work": 4, "check": 2}))
    assert theory.critical_discount(terms, Fraction(0)) is None


@pytest.mark.parametrize("case", CASES)
def test_nash_is_an_equilibrium_or_the_best_reply_to_honesty(case):
    terms = Terms.of(MutualAuditSpec(**case))
    play = theory.stage_play(terms, Fraction(0))
    stable = [s for s in theory.strategies(terms) if theory.is_equilibrium(terms, s, Fraction(0))]
    if stable:
        assert play in stable
    else:
        best = max(theory.expected(terms, s, theory.HONEST, Fraction(0)) for s in theory.strategies(terms))
        assert theory.expected(terms, play, theory.HONEST, Fraction(0)) == best
