"""What pays, against an enumeration of every draw of a round, which knows none of the formulas."""

import random
from itertools import product

import pytest

from agoranomos.errors import UsageError
from agoranomos.markets.market_spec import spec_of
from agoranomos.scenarios.commons_monitor.payoffs import SILENT, TELL, Choice, Circumstances, settle
from agoranomos.scenarios.commons_monitor.spec import CommonsMonitorSpec
from agoranomos.scenarios.commons_monitor.theory import (
    best_choice,
    chance_known,
    choices,
    equilibrium_watch,
    expected,
    honesty_fine,
    pairs,
    restraint_step,
    watch_pays,
    watch_wage,
)

FISHERS = 3


def spec_with(**keys):
    return CommonsMonitorSpec(**{"fishers": FISHERS, "monitor": "appointed", "first": "fisher_1", **keys})


def mean_profit(spec, joint, who):
    """What `who` earns on average over all that may be drawn, in quotas."""
    total = 0.0
    chances = [spec.sight] * FISHERS
    monitor = 0 if spec.watched_over else None
    for seen in product((True, False), repeat=FISHERS):
        weight = 1.0
        for one, chance in zip(seen, chances, strict=True):
            weight *= chance if one else 1.0 - chance
        for weighed, part in ((True, spec.check.probability), (False, 1.0 - spec.check.probability)):
            if weight * part:
                found = settle(spec, joint, Circumstances(60.0, monitor, (0,) * FISHERS, seen, weighed))
                total += weight * part * found.profit[who] / 10.0
    return total


def random_spec(rng):
    steps = sorted(rng.choice([0.0, 0.5, 1.0, 2.0, 4.0]) for _ in range(2))
    routes = rng.choice([{}, {"alarm": ()}, {"report": ()}, {"audit": ()}, {"catch": ("monitor", "community")}])
    chance = rng.choice([0.2, 0.6, 1.0] if routes != {"audit": ()} else [0.0])
    return spec_with(
        multiples=[1.0, 1.5, 2.0],
        sight=rng.choice([0.0, 0.3, 0.7, 1.0]),
        pay=rng.choice([0.0, 0.5, 2.0]),
        effort=rng.choice([0.0, 0.1, 0.5]),
        bribe=rng.choice([0.0, 0.3]),
        check={"probability": rng.choice([0.0, chance]), "penalty": rng.choice([0.0, 1.0, 3.0])},
        sanction={
            "steps": steps,
            "admitted": rng.choice([0.25, 0.5, 1.0]),
            "false_report": rng.choice([0.0, 0.5, 2.0]),
        },
        routes=routes,
    )


def test_what_is_expected_is_the_mean_over_all_draws():
    rng = random.Random(4)
    for _ in range(40):
        spec = random_spec(rng)
        for watch in (TELL, SILENT):
            monitor = Choice(0, 0, watch)
            for take, report in pairs(spec):
                own = Choice(take, report, TELL)
                fisher = mean_profit(spec, (monitor, own, Choice(0, 0)), 1)
                assert abs(fisher - expected(spec, own, watch)) < 1e-9
                keeping = mean_profit(spec, (Choice(take, report, watch), Choice(0, 0), Choice(0, 0)), 0) - spec.pay
                assert abs(keeping - expected(spec, own, watch, is_monitor=True)) < 1e-9


def test_what_the_watch_pays_is_the_mean_over_all_draws():
    rng = random.Random(5)
    for _ in range(40):
        spec = random_spec(rng)
        if "alarm" in spec.routes or "report" in spec.routes:
            continue  # Told or not, a village that hears nothing takes the watch for silent.
        hiding = Choice(2, 0)
        others = (hiding, hiding)
        told, silent = (mean_profit(spec, (Choice(0, 0, watch), *others), 0) for watch in (TELL, SILENT))
        assert abs(told - silent - watch_pays(spec, FISHERS - 1)) < 1e-9


def test_nobody_gains_by_leaving_the_equilibrium():
    rng = random.Random(6)
    watches = set()
    for _ in range(60):
        spec = random_spec(rng)
        if "alarm" in spec.routes or "report" in spec.routes:
            continue
        watch = equilibrium_watch(spec)
        watches.add(watch)
        joint = [best_choice(spec, watch, is_monitor=True), *[best_choice(spec, watch)] * (FISHERS - 1)]
        for who in range(FISHERS):
            stays = mean_profit(spec, joint, who)
            for other in choices(spec):
                moved = [*joint[:who], other, *joint[who + 1 :]]
                assert mean_profit(spec, moved, who) <= stays + 1e-9
    assert watches == {TELL, SILENT}


def test_reporting_pays_from_the_honesty_fine_on():
    for sight, part, step, weighed in product((0.2, 0.4, 0.8), (0.5, 0.9), (0.5, 1.0), (0.0, 0.1)):
        keys = {"sight": sight, "effort": 0.0, "multiples": [1.0, 2.0], "pay": 8.0, "check": {"probability": weighed}}
        spec = spec_with(**keys, sanction={"steps": [step], "admitted": part, "false_report": 0.0})
        fine = honesty_fine(spec, 1)
        if not weighed:
            assert fine == pytest.approx(max(step * (part / sight - 1.0), 0.0))
        for extra, honest in ((-0.01, False), (0.01, True)):
            if fine + extra < 0.0:
                continue
            rules = {"steps": [step], "admitted": part, "false_report": fine + extra}
            tried = spec_with(**keys, sanction=rules)
            told = [mean_profit(tried, (Choice(0, 0), Choice(1, report), Choice(0, 0)), 1) for report in (1, 0)]
            assert (told[0] > told[1]) == honest
    assert honesty_fine(spec_with(sight=0.0), 1) is None


def test_the_quota_pays_from_the_step_of_restraint_on():
    for sight, part, fine, weighed in product((0.4, 0.8, 1.0), (0.5, 0.9, 1.0), (0.0, 0.5), (0.0, 0.2)):
        keys = {"sight": sight, "effort": 0.0, "multiples": [1.0, 1.5, 2.0], "check": {"probability": weighed}}
        rules = {"admitted": part, "false_report": fine}
        least = restraint_step(spec_with(**keys, sanction={"steps": [1.0], **rules}), TELL)
        for extra, keeps in ((-0.01, False), (0.01, True)):
            spec = spec_with(**keys, sanction={"steps": [least + extra], **rules})
            paid = {
                (take, report): mean_profit(spec, (Choice(0, 0), Choice(take, report), Choice(0, 0)), 1)
                for take, report in pairs(spec)
            }
            assert (max(paid, key=paid.get) == (0, 0)) == keeps
    assert restraint_step(spec_with(), SILENT) is None


def test_the_watch_pays_from_its_wage_on():
    for sight, weighed, bribe, penalty in product((0.4, 1.0), (0.2, 0.5), (0.0, 0.3), (0.0, 0.1)):
        keys = {"sight": sight, "bribe": bribe, "check": {"probability": weighed, "penalty": penalty}}
        wage = watch_wage(spec_with(**keys))
        for extra, pays in ((-0.01, False), (0.01, True)):
            spec = spec_with(**keys, pay=wage + extra)
            others = (Choice(3, 1), Choice(3, 1))
            told, silent = (mean_profit(spec, (Choice(1, 1, watch), *others), 0) for watch in (TELL, SILENT))
            assert (told > silent) == pays
    assert watch_wage(spec_with()) is None


def test_by_hand():
    spec = CommonsMonitorSpec(pay=1.0, effort=0.1, check={"probability": 0.25, "penalty": 2.0})
    assert watch_pays(spec, 4) == pytest.approx(0.25 * 3.0 - 0.4)
    assert equilibrium_watch(spec) == TELL
    assert chance_known(spec, SILENT, is_monitor=False) == 0.25
    assert watch_wage(
        spec.model_copy(update={"check": spec.check.model_copy(update={"penalty": 0.0})})
    ) == pytest.approx(1.6)
    assert CommonsMonitorSpec().check.probability == 0.0
    assert equilibrium_watch(CommonsMonitorSpec()) == SILENT


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ({"multiples": [1.0]}, "multiples"),
        ({"multiples": [0.0, 2.0]}, "the quota itself"),
        ({"multiples": [1.0, 0.5, 2.0]}, "rising order"),
        ({"multiples": [1.0, 2.5]}, "more than the lake holds"),
        ({"monitor": "chosen"}, "monitor"),
        ({"monitor": "none", "bribe": 0.5}, "has none"),
        ({"monitor": "none", "routes": {"catch": ["monitor"]}}, "no party"),
        ({"routes": {"catches": ["fisher_1"]}}, "no round has an item 'catches'"),
        ({"routes": {"catch": ["fisher_9"]}}, "cannot be given to 'fisher_9'"),
        ({"routes": {"catch": ["monitor", "monitor"]}}, "twice"),
        ({"first": "nobody"}, "no fisher"),
        ({"statements": "written"}, "offered"),
        ({"sanction": {"steps": [2.0, 1.0]}}, "none below the one before"),
        ({"fabricated": {"rounds": 2}}, "never happened"),
        ({"initial_stock": 120.0}, "above the capacity"),
        ({"fishers": 1}, "fishers"),
        ({"wording": 5}, "there are 5"),
        ({"sees": {"others_actions": "names"}}, "routes"),
    ],
)
def test_a_file_that_makes_no_sense_is_refused_with_one_clear_error(keys, said):
    with pytest.raises(UsageError, match=said) as raised:
        spec_of(CommonsMonitorSpec, keys)
    assert "\n" not in raised.value.message
