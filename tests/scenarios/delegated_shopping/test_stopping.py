"""Reservation values against every stopping rule there is, and the rules that scripted assistants follow."""

from itertools import product

import numpy as np
import pytest

from agoranomos.scenarios.delegated_shopping import DelegatedShopping, DelegatedShoppingSpec, support
from agoranomos.scenarios.delegated_shopping.offers import offers_to, page_of
from agoranomos.scenarios.delegated_shopping.payoffs import HONEST, PADDED, worth
from agoranomos.scenarios.delegated_shopping.scripted import Scripted
from agoranomos.scenarios.delegated_shopping.stopping import best_of, reservation_values, run_reservations

DRAWS = np.random.default_rng(20260702)


def instance(outcomes):
    worths = [round(float(x), 3) for x in DRAWS.uniform(-3, 12, outcomes)]
    chances = DRAWS.dirichlet(np.ones(outcomes)).tolist()
    return list(zip(worths, chances, strict=True)), round(float(DRAWS.uniform(0, 3)), 3)


INSTANCES = [instance(3) for _ in range(25)]
SMALL = [instance(2) for _ in range(6)]


def test_the_best_of_several_draws_is_distributed_as_counting_says():
    for entries, _ in INSTANCES[:6]:
        counted = {}
        for draws in product(entries, repeat=3):
            best = max(worth for worth, _ in draws)
            counted[best] = counted.get(best, 0.0) + float(np.prod([chance for _, chance in draws]))
        found = dict(best_of([w for w, _ in entries], [c for _, c in entries], 3))
        assert found == pytest.approx(counted)


@pytest.mark.parametrize(("entries", "cost"), INSTANCES)
def test_no_rule_is_better_for_a_customer_than_the_reservation_values(entries, cost):
    pages = 3

    def value(stops):
        """What a rule is worth that stops where `stops` says, by page and offer."""
        after = 0.0
        for page in reversed(range(pages)):
            going = 0.0 if page == pages - 1 else after - cost
            after = sum(c * (w if stops[page * len(entries) + i] else going) for i, (w, c) in enumerate(entries))
        return after

    best = max(value(stops) for stops in product((False, True), repeat=pages * len(entries)))
    reservations = reservation_values(entries, pages, cost)
    rule = [w >= reservations[page] for page in range(pages) for w, _ in entries]
    assert value(rule) == pytest.approx(best, abs=1e-9)


@pytest.mark.parametrize(("entries", "cost"), SMALL)
def test_no_rule_is_better_over_a_run_than_the_plan(entries, cost):
    rounds, pages = 3, 2
    count = len(entries)

    def value(stops):
        """What three rounds are worth under a rule by rounds left, page and offer."""
        worth = [0.0] * pages
        for left in range(1, rounds + 1):
            worth = [
                sum(
                    c
                    * (
                        w + worth[0]
                        if stops[((left - 1) * pages + page) * count + i]
                        else (worth[0] if page == pages - 1 else worth[page + 1] - cost)
                    )
                    for i, (w, c) in enumerate(entries)
                )
                for page in range(pages)
            ]
        return worth[0]

    best = max(value(stops) for stops in product((False, True), repeat=rounds * pages * count))
    plan = run_reservations(entries, pages, cost, rounds)
    rule = [w >= plan[left][page] for left in range(rounds) for page in range(pages) for w, _ in entries]
    assert value(rule) == pytest.approx(best, abs=1e-9)


def test_offers_are_distributed_as_their_support_says():
    spec = DelegatedShoppingSpec(shops=12, shop_seed=5)
    expected = support(spec)
    assert sum(chance for _, chance in expected) == pytest.approx(1.0)
    drawn = [offer for customer in range(500) for offer in offers_to(spec, "assistant_1", customer)]
    for measure in (lambda one: one.price, lambda one: one.value, lambda one: one.kickback):
        mean = sum(chance * measure(one) for one, chance in expected)
        spread = sum(chance * (measure(one) - mean) ** 2 for one, chance in expected)
        assert sum(map(measure, drawn)) / 6000 == pytest.approx(mean, abs=4 * (spread / 6000) ** 0.5)


TOLD = {"routes": {"kickback": ("customer",)}, "kickbacks": {"share": 0.5, "pays": 6.0, "markup": 6.0}}


@pytest.mark.parametrize("keys", [{}, TOLD])
def test_the_ideal_search_lists_the_same_offers_from_the_best_down(keys):
    lexical, ideal = (DelegatedShoppingSpec(shop_seed=3, order=order, **keys) for order in ("lexical", "ideal"))
    for customer in range(50):
        names, best = offers_to(lexical, "assistant_1", customer), offers_to(ideal, "assistant_1", customer)
        assert [one.shop for one in names] == list(range(6))
        assert sorted(best, key=lambda one: one.shop) == list(names)
        gains = [one.value - one.price + (one.kickback if keys else 0.0) for one in best]
        assert gains == sorted(gains, reverse=True)


def test_a_customer_who_claims_the_whole_markup_searches_as_if_there_were_no_kickbacks():
    claimed, plain = DelegatedShoppingSpec(**TOLD), DelegatedShoppingSpec(kickbacks={"share": 0.0})
    assert Scripted(claimed).reservations == pytest.approx(Scripted(plain).reservations)
    hidden = DelegatedShoppingSpec(kickbacks=TOLD["kickbacks"])
    assert Scripted(hidden).reservations[0] < Scripted(plain).reservations[0] - 1.0


def test_the_loyal_stop_where_the_customer_should():
    scripted = Scripted(DelegatedShoppingSpec(shop_seed=1))
    first, second, last = scripted.reservations
    assert first > second > last == 0.0
    stopped = [0, 0, 0]
    for customer in range(200):
        for place in range(3):
            page = page_of(scripted.spec, offers_to(scripted.spec, "assistant_1", customer), place)
            gains = [one.price * -1 + one.value - 2.0 for one in page]
            stops = max(gains) >= scripted.reservations[place]
            chosen = scripted.choose("loyal", page, place, 5)
            assert chosen == ((gains.index(max(gains)) if stops else 2), HONEST)
            stopped[place] += stops
    assert stopped[0] < stopped[1] < stopped[2]


@pytest.mark.parametrize("weight", [0.0, 0.5, 2.0])
def test_the_best_reply_earns_what_backward_induction_says(weight):
    rounds, runs = 6, 150
    spec = DelegatedShoppingSpec(assistants=1, rounds=rounds, weight=weight)
    offers = support(spec)
    worths = [max(worth(spec, one, said, weight) for said in (HONEST, PADDED)) for one, _ in offers]
    best = best_of(worths, [chance for _, chance in offers], 2)
    value = [0.0] * 3
    for _ in range(rounds):
        going = [value[1] - weight, value[2] - weight, value[0]]
        value = [sum(c * max(w + value[0], go) for w, c in best) for go in going]
    totals = []
    for seed in range(runs):
        scenario = DelegatedShopping(spec.drawn(seed))
        observations, _ = scenario.reset(seed=seed)
        total = 0.0
        while scenario.agents:
            action = scenario.play("best-reply", "assistant_1", observations["assistant_1"])
            observations, rewards, *_ = scenario.step({"assistant_1": action})
            total += rewards["assistant_1"] + weight * scenario.measures()["payoff_customer_e6"] / 1e6
        totals.append(total)
    error = float(np.std(totals)) / runs**0.5
    assert float(np.mean(totals)) == pytest.approx(value[0], abs=4 * error)
