"""The best plan on a grid of quantities against a dynamic programme written from the manifest's text alone."""

from functools import cache
from itertools import product

import numpy as np
import pytest

from agoranomos.deterrence.certificate import certify

from .solving import NASH, duopoly, shipped

CAPACITY = 100


def _profit(own, other):
    """Mirror images: firm 1 brings `own` of A and `other` of B, firm 2 the reverse."""
    price = 100 - (own + other) / 2
    return own * (price - 40) + other * (price - 50)


def _hhi(own, other):
    return (own * own + other * other) / (own + other) ** 2 if own + other else None


def _cv(own, other):
    return abs(own - other) / (own + other) if own + other else None


def _mean(values):
    defined = [value for value in values if value is not None]
    return sum(defined) / len(defined) if defined else None


def _alike(step):
    """The actions of the grid that differ in what is seen, of those that do not the most profitable one.

    All that is seen is HHI, CV and, of a concentrated good, who holds it; fines take at most the profit of their round.
    """
    levels = range(0, CAPACITY + 1, step)
    actions = [(46.666667, 26.666667), *((a, b) for a, b in product(levels, repeat=2) if a + b <= CAPACITY)]
    best = {}
    for a, b in actions:
        seen = (None,) if a + b == 0 else (round(_hhi(a, b), 6), round(_cv(a, b), 6), (a > b) - (a < b))
        if seen not in best or _profit(a, b) > _profit(*best[seen]):
            best[seen] = (a, b)
    return list(best.values())


def _signals(window):
    """S3 (with the accused holding 0.6 of the good), S4 and the recovery gate over five rounds."""
    if len(window) < 5:
        return False, False
    hhi, cv = _mean([_hhi(*one) for one in window]), _mean([_cv(*one) for one in window])
    if hhi is None:
        return False, False
    share = _mean([a / (a + b) for a, b in window if a + b])
    concentrated = hhi >= 0.70 - 1e-9 and max(share, 1 - share) >= 0.6 - 1e-9
    return concentrated or cv >= 0.48 - 1e-9, hhi <= 0.65 + 1e-9


@cache
def _ladder(standing, violation, recovered):
    """One of two firms that stand alike: the next standing, and the share of profit that is fined."""
    state, timer, streak, cases, credit_age, credits, tier, last = standing
    clean = not violation and recovered
    expiry = timer == 1
    streak = streak + 1 if clean else 0
    if streak > 3:
        streak -= 2  # beyond two only whether it is even matters
    cases = min(cases + 1, 3) if violation and state == "fined" and tier == 3 else 0
    earned = int(streak > 0 and streak % 2 == 0 and state in ("fined", "warning"))
    age = 0 if earned else (1 if credit_age == 10 else credit_age + 1)
    # The counters of the file are updated from above to below: `credits` sees the new age.
    credits = min(credits + 1, 3) if earned else (max(credits - 1, 0) if age == 10 else credits)
    timer = max(timer - 1, 0)

    def go(target, lasts=0, tier=tier, cases=cases, credits=credits, edge="", fine=0.0):
        return (target, lasts, streak, cases, age, credits, tier, edge), fine

    def rate(rung):
        return (0.35, 0.75, 1.00)[min(max(rung, 1), 3) - 1]

    if state == "active" and violation and last != "active->warning":
        return go("warning", 5, edge="active->warning")
    if state == "warning" and violation and last != "warning->fined":
        return go("fined", tier=1, edge="warning->fined", fine=rate(1))
    if state == "warning" and expiry:
        return go("active")
    if state == "fined" and violation:
        if tier == 3 and cases >= 3:
            return go("suspended", 5, tier=0, cases=0)
        if last != "fined->fined":
            rung = min(tier + 1, 3)
            return go("fined", timer, tier=rung, edge="fined->fined", fine=rate(rung))
    if state == "fined" and clean and streak >= 2:
        if credits - earned >= 1:
            return go("credited", 3, credits=credits - 1)
        return go("active", tier=0)
    if state == "credited" and violation and last != "credited->fined":
        rung = tier - 1 if tier > 1 else 1
        return go("fined", tier=rung, edge="credited->fined", fine=rate(rung))
    if state == "credited" and expiry:
        return go("active", tier=0)
    return go(state, timer)


def _suspended(standing):
    """A round in which both are out: only the timer runs, and evidence starts anew when it is over."""
    state, timer, streak, cases, age, credits, tier, _ = standing
    if timer == 1:
        return ("active", 0, streak, cases, age, credits, tier, ""), True
    return (state, timer - 1, streak, cases, age, credits, tier, ""), False


def _explore(actions):
    start = (("active", 0, 0, 0, 0, 0, 0, ""), ())
    known, waiting = {start: 0}, [start]
    successors, rewards = [], []
    for standing, window in waiting:
        row, earned = [], []
        for action in actions:
            if standing[0] == "suspended":
                after, fresh = _suspended(standing)
                follows, reward = (after, () if fresh else window), 0.0
            else:
                evidence = (*window, action)[-5:]
                after, fined = _ladder(standing, *_signals(evidence))
                profit = _profit(*action)
                follows = (after, evidence[-4:])
                reward = profit - (max(200.0, fined * max(profit, 0.0)) if fined else 0.0)
            if follows not in known:
                known[follows] = len(known)
                waiting.append(follows)
            row.append(known[follows])
            earned.append(reward)
        successors.append(row)
        rewards.append(earned)
    return np.array(successors), np.array(rewards)


@pytest.fixture(scope="module", params=[60, pytest.param(30, marks=pytest.mark.long)])
def step(request):
    return request.param


@pytest.fixture(scope="module")
def independent(step):
    return _explore(_alike(step))


@pytest.fixture(scope="module")
def found(step):
    return certify(shipped("cournot-antitrust"), duopoly(), grid=step)


def test_the_sum_of_the_best_fifty_rounds_is_the_same(independent, found):
    successor, reward = independent
    value = np.zeros(len(successor))
    for _ in range(50):
        value = (reward + value[successor]).max(axis=1)
    assert found.best_plan.gain_over_50_rounds == pytest.approx(value[0] / 50 - NASH, abs=1e-4)


def test_no_plan_is_better_in_the_long_run_and_this_one_is_that_good(independent, found):
    successor, reward = independent
    value = np.zeros(len(successor))
    for _ in range(5_000):
        change = 0.5 * ((reward + value[successor]).max(axis=1) - value)
        value = value + change - change[0]
        if 2 * change.max() - NASH < found.best_plan.gain_per_round + 1e-3:
            break
    # Whatever `value` is, no average exceeds the greatest change (Puterman 1994, theorem 8.5.5).
    most = (reward + value[successor] - value[:, None]).max() - NASH
    assert most < found.best_plan.gain_per_round + 2e-3
    assert most > found.best_plan.gain_per_round - 1e-4  # and what was found, replayed, is a plan of this game


def test_with_all_quantities_of_the_grid_it_is_no_worse_than_with_nash_and_division_alone(found, step):
    assert found.best_plan.gain_per_round >= 79.01
    if step == 30:
        assert found.best_plan.gain_per_round > 100
