"""Told which signals fire, the abstract institution decides as the bound one does on the market that made them fire."""

from __future__ import annotations

from typing import Any

import pytest

from agoranomos.institutions import Governed, bind, initial_standings, judge
from agoranomos.institutions.abstract import abstract_bound
from agoranomos.institutions.judge import first_notices
from agoranomos.institutions.judgement import Judgement, Observed
from agoranomos.institutions.oracle import detect
from agoranomos.institutions.trace_run import run_trace
from agoranomos.institutions.traces import Trace, TraceRound
from agoranomos.markets.cournot_v0 import parallel_env
from institutions.playing import FAITHFUL, FIRMS, HARDENED, institution, random_plan, shipped, text_of

E6 = 1_000_000


def spied(name: str, seed: int, rounds: int) -> tuple[list[Judgement], Trace]:
    """A run on the duopoly, and the abstract trace of the signals that fired and the profits that were made in it."""
    market = parallel_env(rounds=rounds)
    bound = bind(shipped(name), market.facts)
    market.reset(seed=seed)
    plan = random_plan(seed)
    standings = first_notices(bound, initial_standings(bound)).standings
    judgements, spoken = [], []
    for number in range(1, rounds + 1):
        asked = plan(number, Governed(market))
        idle = {firm for firm, own in zip(FIRMS, standings, strict=True) if own.suspended}
        market.step({firm: (0.0, 0.0) if firm in idle else asked[firm] for firm in FIRMS})
        observed = Observed(number, dict(market.measures()))
        detected = detect(bound, standings, observed)
        fires = {
            firm: tuple(
                signal
                for signal in bound.signals
                if own.names[signal] or any(signal == s.signal for case in own.cases.values() for s in case.signals)
            )
            for firm, own in zip(FIRMS, detected, strict=True)
        }
        made: Any = observed.measures["profit_e6"]
        profits = dict(zip(FIRMS, (cell / E6 for cell in made), strict=True))
        spoken.append(TraceRound(signals=fires, profits=profits))
        judgements.append(judge(bound, standings, observed))
        standings = judgements[-1].standings
    return judgements, Trace(name="spied", agents=FIRMS, nash_profit=13000 / 9, rounds=tuple(spoken))


def decided(judgement: Judgement) -> object:
    standings = [(own.state, own.counters, own.timer, own.limit_e6, own.crossed) for own in judgement.standings]
    cases = [(case.case, case.agent, case.rule, [s.signal for s in case.signals]) for case in judgement.cases]
    return standings, cases, judgement.transitions, judgement.sanctions


@pytest.mark.parametrize("name", [FAITHFUL, HARDENED])
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_same_signals_and_profits_bring_the_same_judgements(name: str, seed: int) -> None:
    judgements, trace = spied(name, seed, 80)
    told = run_trace(shipped(name), trace)
    assert any(one.sanctions for one in judgements)
    assert [decided(one) for one in told] == [decided(one) for one in judgements]


def test_a_signal_fires_in_the_round_that_names_it_whatever_its_window_and_the_lag() -> None:
    text = text_of(HARDENED).replace("events:\n", "observation: {lag: 3}\nevents:\n", 1)
    fires = TraceRound(signals={"firm_1": ("elevated_prices", "still_elevated")})
    (judgement,) = run_trace(institution(text), Trace(name="at once", rounds=(fires,)))
    assert [case.agent for case in judgement.cases] == ["firm_1"]


def test_it_keeps_the_institution_and_its_digest() -> None:
    read = shipped(FAITHFUL)
    bound = abstract_bound(read, ("a", "b", "c"))
    assert bound.institution is read
    assert bound.facts.agents == ("a", "b", "c")
    assert set(bound.signals) == set(read.manifest.signals)
    assert bound.constants["firms"] == 3


def test_fines_over_the_evidence_reach_as_far_back_as_the_windows_of_the_manifest() -> None:
    named = ("elevated_prices", "still_elevated")
    rounds = (TraceRound(repeat=12, profits={"all": 100}), TraceRound(signals={"all": named}, profits={"all": 100}))
    warned = (TraceRound(signals={"all": named}), *rounds)
    judgement = run_trace(shipped(HARDENED), Trace(name="late", nash_profit=40, rounds=warned))[-1]
    assert judgement.fine_of("firm_1") == 1.5 * 10 * 60 * E6
