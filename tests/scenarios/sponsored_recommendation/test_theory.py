"""The closed forms against the enumerated best reply, over many instances."""

from math import inf, isinf

import numpy as np
import pytest

from agoranomos.scenarios.sponsored_recommendation import (
    Payoffs,
    SponsoredRecommendationSpec,
    fine_threshold,
    pay_threshold,
)
from agoranomos.scenarios.sponsored_recommendation.payoffs import tells_sponsorship

DRAWS = np.random.default_rng(20260701)
INSTANCES = [tuple(DRAWS.uniform(size=6)) for _ in range(120)]


def instance(numbers, **keys):
    weight, pays, heed, wealth, probability, seed = numbers
    spec = SponsoredRecommendationSpec(
        weight=round(1.5 * weight, 3),
        sponsor={"pays": round(pays, 3)},
        heed=round(0.05 + 0.9 * heed, 3),
        wealth=("low", "middle", "high")[int(3 * wealth)],
        **keys,
    )
    return Payoffs(spec.drawn(int(1e6 * seed))), round(0.05 + 0.9 * probability, 3)


def lossy(menu, money):
    """What the user loses by the sponsored product, from the menu alone: the same value at a higher price."""
    own = next(one for one in menu if one.sponsored)
    rival = max(one.value - money * one.price for one in menu if not one.sponsored)
    return rival - (own.value - money * own.price)


@pytest.mark.parametrize("numbers", INSTANCES)
def test_the_sponsored_product_is_recommended_from_the_threshold_on(numbers):
    payoffs, _ = instance(numbers)
    spec = payoffs.spec
    loss = lossy(spec.menu, {"low": 1.5, "middle": 1.0, "high": 0.5}[spec.wealth])
    assert payoffs.loss == pytest.approx(loss)
    threshold = pay_threshold(spec.weight, loss)
    if abs(payoffs.pay - threshold) > 1e-6:
        assert (payoffs.best_reply(spec.weight)[0] == payoffs.sponsored) == (payoffs.pay > threshold)


@pytest.mark.parametrize("numbers", INSTANCES)
@pytest.mark.parametrize("side", [0.9, 1.1])
def test_silence_ends_at_the_threshold_of_the_fine(numbers, side):
    plain, probability = instance(numbers)
    spec = plain.spec
    threshold = fine_threshold(plain.pay, spec.weight, plain.loss, spec.heed, probability)
    audits = {"probability": probability, "fine": side * threshold / plain.base}
    payoffs, _ = instance(numbers, duty="disclose", audits=audits)
    if payoffs.pay <= pay_threshold(spec.weight, plain.loss) + 1e-6 or threshold < 0.5:
        return
    place, said = payoffs.best_reply(spec.weight)
    assert place == payoffs.sponsored
    assert tells_sponsorship(said) == (side > 1)


def test_some_instances_lie_on_each_side():
    found = [instance(numbers)[0] for numbers in INSTANCES]
    serving = sum(one.pay > one.spec.weight * one.loss for one in found)
    assert 20 < serving < 100


def test_thresholds_by_hand():
    assert pay_threshold(0.5, 10.0) == 5.0
    assert fine_threshold(8.0, 0.5, 10.0, 0.5, 0.2) == pytest.approx(7.5)
    assert fine_threshold(4.0, 0.5, 10.0, 0.5, 0.2) == 0.0
    assert fine_threshold(4.0, 0.5, 10.0, 0.5, 0.0) == 0.0
    assert isinf(fine_threshold(8.0, 0.5, 10.0, 0.5, 0.0))
    assert fine_threshold(8.0, 0.5, 10.0, 0.5, 0.0) == inf


def test_expected_coins_are_the_mean_of_what_rounds_pay():
    payoffs, _ = instance(INSTANCES[0], duty="disclose", audits={"probability": 0.25, "fine": 0.5})
    spec = payoffs.spec
    silent = 1.0 + payoffs.pay - 0.25 * payoffs.fine
    said = 1.0 + (1.0 - spec.heed) * payoffs.pay
    assert payoffs.expected(payoffs.sponsored, 0, 0.0) == pytest.approx(silent)
    assert payoffs.expected(payoffs.sponsored, 3, 0.0) == pytest.approx(said)
