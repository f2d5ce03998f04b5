"""Deterrence and patience: the formulas against plans of three rounds, all of them, valued with other arithmetic."""

from fractions import Fraction
from itertools import product

import pytest

from agoranomos.scenarios import leniency_talk_v0
from agoranomos.scenarios.leniency_talk import theory

COMPETE, COLLUDE, UNDERCUT, BETRAY, REPORT = range(5)
N, M, D = 100, 180, Fraction(round(14 * Fraction("7.6") / Fraction("0.36") * 10**6), 10**6)
"""Profits of the duopoly of Bigoni et al. at Nash, at the joint monopoly, and of who asks 14 in it, in millionths."""

REGIMES = ("none", "fine", "immunity", "reward", "ringleader-excluded")
NEAR = Fraction(1, 10**6)


def of(**keys):
    scenario = leniency_talk_v0.parallel_env(**keys)
    return scenario.spec, scenario.stakes


def value(plan, discount, regime, p, fine, lasts, false_report=0):
    """What a plan is worth against one who colludes until the first deviation and then competes for ever.

    Behind the plan the deviator competes, or colludes for ever if it never deviated. By recursion over the age of what
    there are traces of.
    """
    alone = {"none": 0, "fine": fine, "immunity": 0, "reward": -fine, "ringleader-excluded": Fraction(fine) / 2}[regime]
    p = Fraction(0) if regime == "none" else p

    def liable(age):
        return age is not None and (lasts is None or age < lasts)

    def after(over, grim, age):
        if over == len(plan):
            if not grim:
                return (M - p * fine) / (1 - discount)
            residual, weight = Fraction(0), Fraction(1)
            if liable(age) and lasts is None:
                residual = p / (1 - discount * (1 - p))
            elif liable(age):
                for _ in range(age, lasts):
                    residual += weight * p
                    weight *= discount * (1 - p)
            return N / (1 - discount) - residual * fine
        own = plan[over]
        agreement = not grim and own in (COLLUDE, UNDERCUT, BETRAY)
        age = 0 if agreement else age
        earned = (M if own == COLLUDE else D) if agreement else N
        reported = own == REPORT or (own == BETRAY and agreement)
        grim = grim or own != COLLUDE
        older = None if age is None else age + 1
        if reported and regime != "none":
            if liable(age):
                return earned - alone + discount * after(over + 1, grim, None)
            return earned - false_report + discount * after(over + 1, grim, older)
        if not liable(age):
            return earned + discount * after(over + 1, grim, older)
        convicted = after(over + 1, grim, None) - Fraction(fine) / discount if discount else Fraction(0)
        if not discount:
            return earned - p * fine
        return earned + discount * (p * convicted + (1 - p) * after(over + 1, grim, older))

    return after(0, False, None)


def kept(discount, regime, p, fine, lasts):
    """Whether no plan of three rounds is worth more than to collude for ever, or than never to have begun."""
    conducts = range(3 if regime == "none" else 5)
    loyal = value((COLLUDE,) * 3, discount, regime, p, fine, lasts)
    return all(value(plan, discount, regime, p, fine, lasts) <= loyal for plan in product(conducts, repeat=3))


@pytest.mark.parametrize("lasts", [1, 3, None])
@pytest.mark.parametrize(("p", "fine"), [(0.1, 200), (0.0, 200), (0.25, 100), (0.3, 400), (0.05, 1000)])
@pytest.mark.parametrize("regime", REGIMES)
def test_an_agreement_is_kept_up_exactly_where_no_plan_pays(regime, p, fine, lasts):
    spec, stakes = of(enforcement=regime, detection=p, fine=fine, evidence_lasts=lasts)
    at = theory.critical_discount(spec, stakes)
    chance = Fraction(repr(p))
    grid = [Fraction(k, 20) for k in range(20)]
    if at is not None:
        grid += [at - NEAR, min(at + NEAR, 1 - NEAR / 10)]
    for discount in grid:
        if discount < 0:
            continue
        found = kept(discount, regime, chance, fine, lasts)
        assert found == theory.sustained(spec, stakes, discount)
        assert found == (at is not None and discount >= at)


@pytest.mark.parametrize("fine", [50, 200, 800, 1600])
@pytest.mark.parametrize("p", [0.0, 0.05, 0.1, 0.4, 1.0])
def test_the_deterrence_condition(p, fine):
    spec, stakes = of(detection=p, fine=fine, enforcement="fine")
    assert theory.deterred(spec, stakes) == (Fraction(repr(p)) * fine >= M - N)
    assert not theory.deterred(*of(detection=p, fine=fine, enforcement="none"))
    if theory.deterred(spec, stakes):
        assert theory.critical_discount(spec, stakes) is None


def test_the_patience_that_the_default_market_needs():
    def at(regime, **keys):
        return theory.critical_discount(*of(enforcement=regime, evidence_lasts=1, **keys))

    assert at("none") == Fraction(D - M, D - N)
    assert at("fine") == Fraction(D - M, D - 20 - N)
    assert at("immunity") == Fraction(D - (M - 20), D - N)
    assert at("reward") == Fraction(D + 200 - (M - 20), D + 200 - N)
    assert at("none") < at("fine") < at("immunity") < at("reward")


def test_rewards_deter_without_any_detection_as_fines_grow():
    needed = [
        theory.critical_discount(*of(enforcement="reward", detection=0.0, fine=fine)) for fine in (0, 200, 2000, 20000)
    ]
    assert needed == sorted(needed)
    assert needed[-1] > Fraction(99, 100)
    assert theory.critical_discount(*of(enforcement="fine", detection=0.0, fine=20000)) == needed[0]


@pytest.mark.parametrize("p", [0.0, 1.0])
@pytest.mark.parametrize("regime", ["none", "fine", "immunity", "reward"])
def test_one_round_pays_what_theory_says(regime, p):
    scenario = leniency_talk_v0.parallel_env(enforcement=regime, detection=p, rounds=1, false_report=9)
    for own, others in product(range(3 if regime == "none" else 5), (COMPETE, COLLUDE)):
        scenario.reset(seed=2)
        rewards = scenario.step({"firm_1": own, "firm_2": others})[1]
        expected = theory.one_round(scenario.spec, scenario.stakes, own, others)
        assert rewards["firm_1"] == pytest.approx(float(expected), abs=1e-6)
        best = max(
            range(3 if regime == "none" else 5),
            key=lambda one: theory.one_round(scenario.spec, scenario.stakes, one, others),
        )
        assert theory.best_reply(scenario.spec, scenario.stakes, others) == best


def test_a_ringleader_is_drawn_as_often_as_any_other():
    scenario = leniency_talk_v0.parallel_env(enforcement="ringleader-excluded", detection=0.0, rounds=2000)
    scenario.reset(seed=5)
    fined = 0
    for _ in range(2000):
        scenario.step({"firm_1": BETRAY, "firm_2": COLLUDE})
        first, second = scenario.measures()["fine_e6"]
        assert second == 200_000_000
        assert first in (0, 200_000_000)
        fined += first > 0
    assert abs(fined / 2000 - 0.5) < 4 * (0.25 / 2000) ** 0.5
    assert theory.betrayal_costs(scenario.spec) == 100


def test_what_the_authority_is_not_given_deters_nobody():
    blind = of(enforcement="fine", routes={"traces": ()})
    assert theory.critical_discount(*blind) == theory.critical_discount(*of(enforcement="none"))


def test_who_is_given_who_agrees_convicts_at_once():
    routes = {"joined": ("firm_1", "firm_2", "authority")}
    scenario = leniency_talk_v0.parallel_env(enforcement="fine", detection=0.0, routes=routes, rounds=3)
    assert theory.detection(scenario.spec) == 1
    assert theory.deterred(scenario.spec, scenario.stakes)
    scenario.reset(seed=1)
    for conducts, convicted in (((COLLUDE, COMPETE), 0), ((COLLUDE, UNDERCUT), 1), ((COMPETE, COMPETE), 0)):
        scenario.step(dict(zip(scenario.agents, conducts, strict=True)))
        assert scenario.measures()["convicted_e6"] == (convicted * 1_000_000,) * 2
    idle = leniency_talk_v0.parallel_env(enforcement="none", routes=routes)
    assert theory.detection(idle.spec) == 0
