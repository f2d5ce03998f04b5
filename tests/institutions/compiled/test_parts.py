"""The parts of the compiled judge against plain Python, at the edges of what integers of 64 bits can hold."""

import random

import numpy as np
import pytest

from agoranomos.errors import AgoraError, UsageError
from agoranomos.institutions import bind, draws
from agoranomos.institutions.bind import BoundFine
from agoranomos.institutions.compiled import UNDEFINED, Rounds, compile_judge, unique
from agoranomos.institutions.compiled import draws as array_draws
from agoranomos.institutions.compiled.dispersion import alike
from agoranomos.institutions.compiled.fines import fines_e6, spared_e6
from agoranomos.institutions.compiled.mean import reaches
from agoranomos.institutions.compiled.statistics import compile_signal
from agoranomos.institutions.compiled.synchronous import ArraySynchronous
from agoranomos.institutions.compiled.tables import GuardTable
from agoranomos.institutions.controller import fine_e6
from agoranomos.institutions.controller import spared_e6 as spared_alone
from agoranomos.institutions.guards import Vocabulary
from agoranomos.institutions.signals.dispersion import BoundDispersion
from agoranomos.institutions.signals.synchronous import BoundSynchronous
from agoranomos.markets.cournot.env import Cournot
from agoranomos.markets.cournot.spec import cournot_spec
from institutions.playing import FAITHFUL, HARDENED, institution, shipped

LARGEST = 2**53 - 1


def test_draws_are_the_same_bits():
    chance = random.Random(1)
    values = [0, 1, 2**53 - 1, *(chance.getrandbits(53) for _ in range(500))]
    for salted in (0, draws.MASK, draws.salt("audit inspected")):
        arrays = np.array(values, np.uint64)
        assert array_draws.uniform(arrays, salted).tolist() == [draws.uniform(own, salted) for own in values]
        assert array_draws.normal(arrays, salted).tolist() == [draws.normal(own, salted) for own in values]


TYPES = {"a": int, "b": int, "c": int, "d": int, "e": int, "yes": bool, "state": str, "p": int}
STATES = ("calm", "tense")


def _table(expression, most=None):
    guard = Vocabulary(TYPES).guard(expression, bool if most is None else int)
    return guard, GuardTable(guard, TYPES, STATES, {"p": 3}, most)


def _names(chance, count, largest):
    found = {name: np.array([chance.randint(0, largest) for _ in range(count)], np.int64) for name in "abcde"}
    return found | {
        "yes": np.array([chance.random() < 0.5 for _ in range(count)], bool),
        "state": np.array([chance.randrange(2) for _ in range(count)], np.int16),
    }


@pytest.mark.parametrize("largest", [3, 40, 70_000, 2**60])
@pytest.mark.parametrize(
    "expression", ["a > b", "yes && state == 'tense'", "(a % 7 + b % 5 + c % 3 + d % 2 + e % 2) > p", "true"]
)
def test_a_table_says_what_cel_says_for_small_counts_and_large(expression, largest):
    chance = random.Random(largest)
    guard, table = _table(expression)
    for count in (30, 0, 200):
        names = _names(chance, count, largest)
        expected = []
        for k in range(count):
            values = {name: int(own[k]) for name, own in names.items()}
            values |= {"yes": bool(names["yes"][k]), "state": STATES[names["state"][k]], "p": 3}
            expected.append(guard.evaluate(values))
        assert table(names).tolist() == expected
        rows = np.arange(0, count, 3)
        assert table(names, rows).tolist() == expected[::3]


def test_a_table_of_counts_keeps_them_in_range_and_takes_negative_ones():
    _, table = _table("a - 3", most=5)
    assert table({"a": np.array([0, 3, 4, 8, 90, -7])}).tolist() == [0, 0, 1, 5, 5, 0]


def test_means_are_compared_exactly_however_many_values_they_sum():
    for count in (1, 64, 65, 9000):
        values = np.full((3, count), LARGEST, np.int64)
        values[1, 0] -= 1
        values[2, -1] = UNDEFINED
        passes, defined = reaches(values, LARGEST, (1,))
        assert passes.tolist() == [True, False, count > 1]
        assert defined.tolist() == [True, True, count > 1]
        assert reaches(-values[:2], -LARGEST, (1,), -1)[0].tolist() == [True, False]
        assert not reaches(values, 10**300, (1,))[0].any()
        assert reaches(values[:2], -(10**300), (1,))[0].all()


def test_dispersion_is_settled_exactly_at_its_bar():
    # For quantities 1 - x and 1 + x the coefficient of variation is x, in millions of millionths.
    base = 2**52
    for bar in (100_000, 1_000_000, 500_001):
        apart = base // 1_000_000 * bar
        mean = base // 1_000_000 * 1_000_000
        on_it = np.array([[mean - apart, mean + apart]])
        assert not alike(on_it, bar).any()
        assert alike(on_it + np.array([[1, 0]]), bar).all()
        assert not alike(on_it - np.array([[1, 0]]), bar).any()
    assert not alike(np.array([[0, 0]]), 10**9).any()
    assert not alike(np.array([[5, 5]]), 0).any()
    assert alike(np.array([[5, 5]]), 1).all()
    assert alike(np.array([[0, LARGEST]]), 10**300).all()


def test_dispersion_equals_the_interpreted_one_on_quantities_of_any_size():
    chance = random.Random(5)
    for firms in (1, 2, 3, 5):
        for bar in (50_000, 333_333, 1_414_213):
            signal = BoundDispersion("quantity_e6", 1, bar, (0,), ("A",))
            rows = [_quantities(chance, firms) for _ in range(200)]
            arrays = compile_signal(signal, Cournot(cournot_spec()).facts).passes(
                {"quantity_e6": np.array(rows, np.int64)[:, None, :, None]}
            )
            for row, found in zip(rows, arrays.tolist(), strict=True):
                window = ({"quantity_e6": tuple((q,) for q in row)},)
                assert found == [signal.firing(window, firm) is not None for firm in range(firms)]


def _quantities(chance, firms):
    size = chance.choice([1, 3, 10**6, LARGEST // 4])
    middle = chance.randint(0, size)
    return [max(middle + chance.randint(-size // 2, size // 2), 0) for _ in range(firms)]


@pytest.mark.parametrize("change", [1, 100_000, 333_333, 10_000_000])
def test_steps_of_any_size_are_told_from_none_exactly(change):
    chance = random.Random(change)
    signal = BoundSynchronous("quantity_e6", 2, 1, change, 2, ("A",))
    rows = []
    for _ in range(400):
        before = chance.choice([0, 1, 7, 10**6, chance.randint(0, LARGEST // 16)])
        needed = -(-change * before // 10**6)
        after = max(before + chance.choice([-1, 1]) * (needed + chance.randint(-1, 1)), 0)
        rows.append((((before,),) * 3, ((after,), (after,), (before,))))
    found = ArraySynchronous(signal, 3).passes({"quantity_e6": np.array(rows, np.int64)})
    for row, own in zip(rows, found.tolist(), strict=True):
        window = tuple({"quantity_e6": measured} for measured in row)
        assert own == [signal.firing(window, firm) is not None for firm in range(3)]
    assert 0 < found.sum() < 800


@pytest.mark.parametrize("above", [False, True])
@pytest.mark.parametrize("size", [10**9, 2**50])
def test_fines_are_exact_below_64_bits_and_refused_beyond(size, above):
    chance = random.Random(size)
    fine = BoundFine((350_000, 999_999, 77_777_777), "tier", True, above, 200_000_000)
    length, count = 7, 100
    profits = np.array([[chance.randint(-size, size) for _ in range(length)] for _ in range(count)])
    nash = np.array([[chance.randint(-size, size) for _ in range(length)] for _ in range(count)])
    profits[0, :], nash[1, :] = UNDEFINED, UNDEFINED
    counted = np.array([chance.randint(0, length) for _ in range(count)])
    rungs = np.array([chance.randint(-1, 5) for _ in range(count)])
    found = fines_e6(fine, profits, nash if above else None, counted, rungs)
    for k in range(count):
        evidence = tuple(
            {"profit_e6": (_none(p),), "nash_profit_e6": (_none(n),)} for p, n in zip(profits[k], nash[k], strict=True)
        )[length - counted[k] :]
        assert found[k] == fine_e6(fine, evidence, 0, int(rungs[k]))
    with pytest.raises(AgoraError, match="beyond what is counted"):
        fines_e6(
            BoundFine((10**9,), None, False, False, 0),
            np.array([[LARGEST, LARGEST]]),
            None,
            np.array([2]),
            np.array([1]),
        )


def _none(value):
    return None if value == UNDEFINED else int(value)


def test_leniency_is_divided_among_the_first_alike():
    chance = random.Random(2)
    fine = BoundFine((1,), None, False, False, 0, lenient_share=333_333, lenient_within=4)
    now = np.full(200, 10)
    reports = np.array([[chance.choice([0, 6, 7, 8, 9, 10]) for _ in range(3)] for _ in range(200)])
    amounts = np.array([chance.randint(0, 2**60) for _ in range(200)])
    found = spared_e6(fine, amounts, reports, now, reports[:, 1])
    expected = [spared_alone(fine, int(a), tuple(r), 10, 1) for a, r in zip(amounts, reports.tolist(), strict=True)]
    assert found.tolist() == expected
    assert found.any()


def test_runs_that_stand_alike_are_found():
    bound = bind(shipped(HARDENED), Cournot(cournot_spec()).facts)
    compiled = compile_judge(bound, remembers=False)
    standings = compiled.start(6)
    fired = np.zeros((6, 2, len(compiled.signals)), bool)
    fired[[1, 4], 0] = True
    judged = compiled.control(standings, Rounds(1), fired)
    rows, inverse = unique(judged.standings)
    assert len(rows) == 2
    assert inverse[1] == inverse[4] != inverse[0] == inverse[5]
    np.testing.assert_array_equal(judged.standings.take(rows).packed()[inverse], judged.standings.packed())


DRAWING = """
kind: institution
version: 1
name: drawing
initial: free
states: {free: {label: FREE}, seen: {label: SEEN}}
audits: {inspected: {probability: 0.5}}
observation: {benchmarks: {estimated: 0.1}}
signals: {held: {statistic: mean, measure: restraint, window: 1, at_least: 0.1}}
events: {caught: {when: held && inspected}}
transitions: [{rule: R, from: free, to: seen, on: caught}]
"""


def test_what_is_missing_is_named():
    market = Cournot(cournot_spec())
    compiled = compile_judge(bind(shipped(FAITHFUL), market.facts))
    with pytest.raises(UsageError, match="reads hhi_e6, share_e6, cv_e6, profit_e6, which is not given"):
        compiled.judge(compiled.start(1), Rounds(1))
    drawing = bind(institution(DRAWING), market.facts)
    measures = {"restraint_e6": np.zeros((1, 2), np.int64)}
    with pytest.raises(UsageError, match="`draws` are needed"):
        compile_judge(drawing).judge(compile_judge(drawing).start(1), Rounds(1, measures))
    some = np.zeros((1, 2), np.uint64)
    with pytest.raises(UsageError, match="`run_draw` is needed"):
        compile_judge(drawing).judge(compile_judge(drawing).start(1), Rounds(1, measures, draws=some))


def test_without_evidence_signals_must_be_given():
    compiled = compile_judge(bind(shipped(HARDENED), Cournot(cournot_spec()).facts), remembers=False)
    for ask in (compiled.fired, compiled.judge):
        with pytest.raises(UsageError, match="keeps no evidence"):
            ask(compiled.start(1), Rounds(1))


def test_the_round_is_one_number_or_one_a_run():
    bound = bind(shipped(FAITHFUL), Cournot(cournot_spec()).facts)
    compiled = compile_judge(bound, remembers=False)
    fired = np.ones((3, 2, len(compiled.signals)), bool)
    alike = [
        compiled.control(compiled.start(3), Rounds(number), fired).standings.packed()
        for number in (7, np.int64(7), np.full(3, 7))
    ]
    np.testing.assert_array_equal(alike[0], alike[1])
    np.testing.assert_array_equal(alike[0], alike[2])


def test_an_unknown_statistic_and_too_many_agents_are_refused():
    class Unknown:
        window = 1

    facts = Cournot(cournot_spec()).facts
    with pytest.raises(UsageError, match="Unknown has no compiled form"):
        compile_signal(Unknown(), facts)
    bound = bind(shipped(HARDENED), facts)
    crowd = type("Crowd", (), {"facts": type("Facts", (), {"agents": ("firm",) * 1001})()})()
    with pytest.raises(UsageError, match="1001 agents"):
        compile_judge(crowd)
    assert compile_judge(bound).signals == tuple(bound.signals)
