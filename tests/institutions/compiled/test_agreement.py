"""Compiled and interpreted `judge` decide alike, bit for bit: standings, cases, requests, sanctions."""

import re
from pathlib import Path

import numpy as np
import pytest

from agoranomos.institutions import Observed, bind, judge
from agoranomos.institutions.abstract import abstract_bound, signal_measure
from agoranomos.institutions.compiled import Rounds, compile_judge, measured_from, rounds_from
from agoranomos.institutions.guards import GuardFault
from agoranomos.institutions.judge import initial_standings
from agoranomos.institutions.manifest import Counter, Event, Fine, Leniency, Manifest, Sanctions, Transition
from agoranomos.institutions.oversight import Audit, Observation
from agoranomos.institutions.signals import DispersionCollapse, Drift, SynchronousMove, WindowedMean
from agoranomos.institutions.signals.mean import Attribution
from agoranomos.markets.cournot.arrays import measure_arrays_e6
from agoranomos.markets.cournot.benchmarks import benchmarks
from agoranomos.markets.cournot.env import Cournot
from agoranomos.markets.cournot.spec import cournot_spec
from agoranomos.markets.facts import SCALE
from institutions.compiled.agreement import Conduct, Tally, assert_standings, compare
from institutions.compiled.random_institutions import random_institution, random_manifest
from institutions.playing import SHIPPED, institution, shipped


@pytest.mark.parametrize("block", range(10))
def test_random_institutions_markets_and_rounds_are_judged_alike(block):
    tally = Tally()
    for seed in range(8 * block, 8 * block + 8):
        compare(seed, tally, runs=10, rounds=25)
    assert tally.rounds == 2000
    assert all(tally.seen[kind] for kind in ("cases", "requests", "sanctions", "blocked"))


def test_random_institutions_use_every_word_of_the_language():
    texts = [random_manifest(seed)[0] for seed in range(80)]
    used = {word for text in texts for word in re.findall(r"[a-z_.-]+", text)}
    keys = {
        field.alias or name
        for part in (Manifest, Observation, Audit, Event, Counter, Transition, Fine, Leniency, Attribution, Sanctions)
        for name, field in part.model_fields.items()
    }
    keys |= {name for part in (WindowedMean, DispersionCollapse, SynchronousMove, Drift) for name in part.model_fields}
    elsewhere = {"title", "about", "rules", "notices", "extends", "pretext"}  # a notice is no part of the compiled form
    assert keys - used == elsewhere
    assert {"state", "round", "rounds_in_state", "firms", "expiry", "reported", "public", "estimated"} <= used
    assert {"others.s", "least.c", "most.c"} <= used
    assert {"nash", "monopoly", "competitive", "division", "gap"} <= used


@pytest.mark.long
def test_a_million_random_rounds_are_judged_alike():
    tally = Tally()
    for seed in range(10_000, 12_000):
        compare(seed, tally)
    assert tally.rounds == 1_000_000
    assert tally.seen["spared"]


def _plays(spec, rng, runs, rounds):
    """Quantities int64[runs, rounds, N, M] that turn between collusion, Nash and noise, so that ladders are climbed."""
    nash = np.rint(benchmarks(spec).nash.quantity * SCALE).astype(np.int64)
    division = np.rint(benchmarks(spec).division.quantity * SCALE).astype(np.int64)
    noise = rng.integers(0, 60 * SCALE, (runs, rounds, *nash.shape))
    kind = np.repeat(rng.integers(0, 4, (runs, -(-rounds // 6))), 6, axis=1)[:, :rounds, None, None]
    return np.select([kind == 0, kind == 1, kind == 2], [nash, division, (division * 9 + nash) // 10], noise)


@pytest.mark.parametrize("firms", [2, 3])
@pytest.mark.parametrize("name", SHIPPED)
def test_shipped_institutions_judge_played_markets_alike(name, firms):
    costs = {"marginal_cost": ((40, 50), (50, 40), (45, 45))[:firms]}
    spec = cournot_spec(**costs)
    market = Cournot(spec)
    bound = bind(shipped(name), market.facts)
    compiled = compile_judge(bound, citing=True)
    runs, rounds = 6, 60
    measures = measure_arrays_e6(spec, benchmarks(spec), _plays(spec, np.random.default_rng(firms), runs, rounds))
    interpreted = [initial_standings(bound) for _ in range(runs)]
    arrays = compiled.start(runs)
    fined = np.zeros((runs, firms), np.int64)
    for number in range(1, rounds + 1):
        now = {key: values[:, number - 1] for key, values in measures.items()}
        judged = compiled.judge(arrays, Rounds(number, now))
        for r in range(runs):
            observed = Observed(number, {key: measured_from(values[r]) for key, values in now.items()})
            judgement = judge(bound, interpreted[r], observed)
            interpreted[r] = judgement.standings
            assert judged.fine_e6[r].tolist() == [judgement.fine_of(agent) for agent in market.facts.agents]
        assert_standings(compiled, interpreted, judged, f"round {number}")
        fined += judged.fine_e6
        arrays = judged.standings
    assert np.all(fined.sum(axis=1) > 0)


@pytest.mark.parametrize("name", SHIPPED)
def test_institutions_without_a_market_judge_alike(name):
    bound = abstract_bound(shipped(name), ("one", "two", "three"))
    compiled = compile_judge(bound)
    rng = np.random.default_rng(4)
    runs = 5
    interpreted = [initial_standings(bound) for _ in range(runs)]
    arrays = compiled.start(runs)
    for number in range(1, 41):
        fires = rng.random((runs, 3, len(bound.signals))) < 0.5
        profits = rng.integers(0, 2000 * SCALE, (runs, 3))
        observed = [
            Observed(
                number,
                {signal_measure(s): tuple((fires[r, :, k] * SCALE).tolist()) for k, s in enumerate(bound.signals)}
                | {"profit_e6": tuple(profits[r].tolist()), "nash_profit_e6": (500 * SCALE,) * 3}
                | {"violation_e6": tuple((fires[r, :, 0] * SCALE).tolist())},
            )
            for r in range(runs)
        ]
        judged = compiled.judge(arrays, rounds_from(compiled, observed))
        interpreted = [judge(bound, own, one).standings for own, one in zip(interpreted, observed, strict=True)]
        assert_standings(compiled, interpreted, judged, f"round {number}")
        arrays = judged.standings
    assert len(np.unique(arrays.state)) > 1


def test_a_standing_taken_from_a_run_goes_on_as_the_run_does():
    _, found, facts = random_institution(3)
    bound = bind(found, facts)
    compiled = compile_judge(bound)
    runs = [Conduct(f"{k}", facts, facts.agents) for k in range(5)]
    standings = compiled.start(5)
    for number in range(1, 9):
        standings = compiled.judge(standings, rounds_from(compiled, [own.observed(number) for own in runs])).standings
    observed = [own.observed(9) for own in runs]
    together = compiled.judge(standings, rounds_from(compiled, observed)).standings.packed()
    for k in range(5):
        alone = compiled.judge(standings.take([k]), rounds_from(compiled, [observed[k]])).standings.packed()
        np.testing.assert_array_equal(alone[0], together[k])


FAULTY = """
kind: institution
version: 1
name: faulty
initial: free
states: {free: {label: FREE}}
counters: {rounds: {max: 9, next: rounds + 1}}
signals: {dear: {statistic: mean, measure: price, window: 1, at_least: 1.0}}
events: {late: {when: 6 / (3 - rounds) > 100 || dear}}
transitions: [{rule: R, from: free, to: free, on: late}]
"""


def test_a_guard_that_cannot_be_decided_is_a_fault_in_the_same_round():
    market = Cournot(cournot_spec())
    bound = bind(institution(FAULTY), market.facts)
    compiled = compile_judge(bound)
    standings = compiled.start(2)
    for number in range(1, 4):
        standings = compiled.judge(standings, Rounds(number, {"price_e6": np.zeros((2, 2), np.int64)})).standings
    with pytest.raises(GuardFault, match="could not be decided"):
        compiled.judge(standings, Rounds(4, {"price_e6": np.zeros((2, 2), np.int64)}))


def test_signals_may_be_given_instead_of_measures():
    market = Cournot(cournot_spec())
    bound = bind(shipped(SHIPPED[0]), market.facts)
    compiled = compile_judge(bound, remembers=False)
    assert compiled.needed == ()
    standings = compiled.start(1)
    fired = np.zeros((1, 2, len(compiled.signals)), bool)
    fired[0, 0, compiled.signals.index("specialisation")] = True
    states = []
    for number in range(1, 9):
        judged = compiled.control(standings, Rounds(number), fired)
        standings = judged.standings
        states.append(tuple(bound.institution.states[k] for k in standings.state[0]))
    assert states[0] == ("warning", "active")
    assert ("fined", "active") in states


def test_the_example_of_the_docs_runs(capsys):
    page = (Path(__file__).parents[3] / "docs" / "explanation" / "compiled-judge.md").read_text()
    block = re.search(r"```python\n(.*?)```", page, re.DOTALL)
    assert block is not None
    exec(compile(block[1], "compiled-judge.md", "exec"), {})
    assert capsys.readouterr().out == "(1000, 2) (1000, 2)\n"
