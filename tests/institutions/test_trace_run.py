"""Traces are played by the real `judge`, and what comes otherwise than expected is told in a sentence."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from agoranomos.documents import Source
from agoranomos.errors import DocumentError, UsageError
from agoranomos.institutions.trace_run import check_trace, run_trace
from agoranomos.institutions.traces import Expectation, Outcome, Trace, TraceRound, load_traces
from agoranomos.markets.cournot_v0 import parallel_env
from institutions.playing import DIVISION, FAITHFUL, HARDENED, institution, play, shipped, text_of

AUDITED = """\
kind: institution
version: 1
name: audited
states:
  free: {label: A}
  held: {label: B}
initial: free
audits:
  look: {probability: 0.001}
  sweep: {probability: 0.999, of: market}
signals:
  high: {statistic: mean, measure: hhi, window: 3, at_least: 0.7}
events:
  caught: {when: high && look, accuses: R}
  swept: {when: sweep && !look}
  came: {when: reported}
counters:
  seen: {max: 9, next: "swept ? seen + 1 : seen"}
transitions:
  - {rule: R, from: free, to: held, on: caught, lasts: 2, jitter: 3, suspend: true}
  - {rule: R, from: free, to: free, on: came, set: {seen: "9"}, fine: {rate: 0, floor: 7}}
  - {rule: R, from: held, to: free, on: expiry}
"""


def trace(*rounds: dict[str, Any], **more: Any) -> Trace:
    return Trace.model_validate({"name": "t", "rounds": rounds, **more})


def test_quantities_are_cleared_as_the_governed_market_clears_them() -> None:
    given = Trace(
        name="division", rounds=(TraceRound(repeat=19, quantities={k: tuple(v) for k, v in DIVISION.items()}),)
    )
    told = run_trace(shipped(FAITHFUL), given, parallel_env())
    played = [moment.judgement for moment in play(FAITHFUL, DIVISION, 19)]
    assert list(told) == played


def test_a_trace_may_be_longer_than_the_market_plays() -> None:
    assert len(run_trace(shipped(FAITHFUL), trace({"benchmark": "nash", "repeat": 30}), parallel_env(rounds=4))) == 30


def test_quantities_stay_within_a_cap() -> None:
    text = text_of(FAITHFUL).replace("on: violation, lasts: 5, cooldown: 1}", "on: violation, lasts: 5, cap: 0.3}")
    given = trace({"repeat": 6, "benchmark": "division"}, expect={"fines": 0.7 * 2 * (85 - 40) * 0})
    last = run_trace(institution(text), given, parallel_env())[-1]
    assert last.fine_of("firm_1") == 472_500_000  # 35% of 30 units at 85 less 40


def test_everything_expected_is_compared() -> None:
    named = {"high_concentration": 1}
    rounds = (
        {"signals": {"all": list(named)}, "expect": {"all": {
            "state": "fined", "edge": "fined->fined", "blocked": ["cooldown"], "cases": [], "sanctions": ["fine"],
            "fine": 3, "counters": {"fine_tier": 2}, "rounds_left": 4}}},
    )  # fmt: skip
    outcome = {"gain_per_round": 5, "fines": 7, "cases": 9, "sanctions": 1}
    found = check_trace(shipped(FAITHFUL), trace(*rounds, expect=outcome, agents=["firm_2"]))
    assert [str(mismatch) for mismatch in found] == [
        "round 1, firm_2: state: fined was expected, warning came",
        "round 1, firm_2: edge: fined->fined was expected, active->warning came",
        "round 1, firm_2: blocked: cooldown was expected, none came",
        "round 1, firm_2: cases: none was expected, P2_independent_decision came",
        "round 1, firm_2: sanctions: fine was expected, none came",
        "round 1, firm_2: fine: 3 was expected, 0 came",
        "round 1, firm_2: counters.fine_tier: 2 was expected, 0 came",
        "round 1, firm_2: rounds_left: 4 was expected, 5 came",
        "gain per round: 5 was expected, 0 came",
        "fines: 7 was expected, 0 came",
        "cases: 9 was expected, 1 came",
        "sanctions: 1 was expected, 0 came",
    ]
    assert found[0].path == ("rounds", 0, "expect", "all", "state")


def test_what_comes_as_expected_is_no_mismatch() -> None:
    given = trace(
        {"signals": {"all": ["specialisation"]}, "expect": {"all": {
            "state": "warning", "edge": "P2_independent_decision:active->warning", "blocked": [], "fine": 0,
            "cases": ["P2_independent_decision"], "sanctions": [], "rounds_left": 5}}},
        {"signals": {"all": ["specialisation"]}, "profits": {"firm_1": 1800, "all": 100}, "expect": {
            "firm_1": {"edge": "warning->fined", "fine": 630.004, "sanctions": ["fine"]}, "firm_2": {"fine": 200}}},
        {"repeat": 1, "expect": {"all": {"edge": "none", "state": "fined"}}},
        nash_profit=100, expect={"fines": 830, "cases": 2, "sanctions": 2, "over_last": 2,
                                 "gain_per_round": (1800 - 630 + 100 - 200 - 4 * 100) / 4},
    )  # fmt: skip
    assert [str(m) for m in check_trace(shipped(FAITHFUL), given)] == []


def test_of_repeated_rounds_the_first_mismatch_is_told() -> None:
    given = trace({"repeat": 9, "benchmark": "division", "expect": {"all": {"state": "active"}}})
    assert [str(m) for m in check_trace(shipped(FAITHFUL), given, parallel_env())] == [
        "round 5, firm_1: state: active was expected, warning came"
    ]


def test_audits_and_jitter_are_as_the_round_says_whatever_their_probability() -> None:
    read = institution(AUDITED)
    given = trace(
        {"signals": {"all": ["high"]}, "expect": {"all": {"state": "free", "counters": {"seen": 0}}}},
        {"audits": {"firm_1": ["sweep"], "firm_2": ["look"]}, "expect": {
            "firm_1": {"counters": {"seen": 1}}, "firm_2": {"counters": {"seen": 0}, "state": "free"}}},
        {"reports": ["firm_2"], "expect": {"firm_1": {"edge": "none"}, "firm_2": {"fine": 7, "counters": {"seen": 9}}}},
        {"signals": {"all": ["high"]}, "audits": {"all": ["look"]}, "jitter": {"firm_1": 3}, "expect": {
            "firm_1": {"state": "held", "rounds_left": 5, "sanctions": ["suspension"]}, "firm_2": {"rounds_left": 2}}},
        {"signals": {"all": ["high"]}, "repeat": 2, "expect": {"all": {"cases": []}, "firm_1": {"state": "held"}}},
        {"expect": {"firm_2": {"state": "free"}}},
    )  # fmt: skip
    assert [str(m) for m in check_trace(read, given)] == []


@pytest.mark.parametrize(
    ("rounds", "message", "advice"),
    [
        ({"signals": {"firm_3": []}}, "rounds.0.signals.firm_3: unknown agent 'firm_3'", "Did you mean 'firm_"),
        ({"signals": {"firm_1": ["high_concentratoin"]}}, "unknown signal", "Did you mean 'high_concentration'?"),
        ({"profits": {"firm": 1}}, "unknown agent 'firm'", "firm_"),
        ({"audits": {"all": ["look"]}}, "unknown audit 'look'", "This institution has no audit."),
        ({"reports": ["all"]}, "unknown agent 'all'", "firm_1"),
        ({"jitter": {"all": 1}}, "no edge lasts 1 rounds longer", ""),
        ({"expect": {"all": {"state": "fine"}}}, "unknown state 'fine'", "Did you mean 'fined'?"),
        ({"expect": {"all": {"edge": "fined->warning"}}}, "unknown edge", "Did you mean"),
        ({"expect": {"all": {"blocked": ["streak"]}}}, "unknown gate 'streak'", "coordination_streak"),
        ({"expect": {"all": {"cases": ["P3_restoration"]}}}, "unknown rule", "P2_independent_decision"),
        ({"expect": {"all": {"counters": {"tier": 1}}}}, "unknown counter 'tier'", "fine_tier"),
        ({"quantities": {"firm_1": [1], "all": [1, 2]}}, "1 quantities; 2 were expected, one a good (A, B)", ""),
        ({"quantities": {"firm_1": [1, 2]}}, "round 1: firm_2 brings nothing", "Give `quantities` for firm_2"),
        ({"quantities": {"all": [90, 20]}}, "firm_1 and firm_2 cannot do that", "capacity"),
    ],
)
def test_a_name_that_means_nothing_is_refused_with_the_nearest(rounds: Any, message: str, advice: str) -> None:
    with pytest.raises(UsageError) as caught:
        run_trace(shipped(FAITHFUL), trace(rounds), parallel_env())
    assert "trace 't': rounds.0" in caught.value.message
    assert message in caught.value.message
    assert advice in caught.value.advice


def test_with_a_place_the_error_names_the_line() -> None:
    text = "kind: traces\nversion: 1\ninstitution: i\ntraces:\n  - name: t\n    rounds:\n      - {reports: [firm_9]}\n"
    source = Source("x.traces.yaml", text)
    (given,) = load_traces(source).traces
    with pytest.raises(DocumentError, match=r"x\.traces\.yaml:7:20: unknown agent 'firm_9'"):
        check_trace(shipped(FAITHFUL), given, None, in_file(source, 0))


def in_file(source: Source, index: int) -> Any:
    from agoranomos.institutions.trace_play import places

    return places(source, index)


def test_a_trace_of_quantities_needs_a_market() -> None:
    with pytest.raises(UsageError, match="need a market to clear them"):
        run_trace(shipped(FAITHFUL), trace({"benchmark": "nash"}))


def test_a_trace_of_signals_takes_its_agents_from_the_market() -> None:
    market = parallel_env(firms=("a", "b", "c"), marginal_cost=[[40, 50]] * 3, capacity=[100] * 3)
    (judgement,) = run_trace(
        shipped(HARDENED), trace({"signals": {"c": ["elevated_prices", "still_elevated"]}}), market
    )
    assert [case.agent for case in judgement.cases] == ["c"]
    assert len(judgement.standings) == 3


def test_more_audits_than_can_be_tried_are_refused() -> None:
    audits = "".join(f"  look{n}: {{probability: 0.5}}\n" for n in range(17))
    text = AUDITED.replace("audits:\n", "audits:\n" + audits)
    with pytest.raises(UsageError, match="has 19 audits"):
        run_trace(institution(text), trace({}))


def test_an_empty_expectation_and_outcome_expect_nothing() -> None:
    given = Trace(name="t", rounds=(TraceRound(expect={"all": Expectation()}),), expect=Outcome())
    assert check_trace(shipped(FAITHFUL), given) == ()


def test_a_gain_needs_a_market_that_publishes_nash_profit() -> None:
    market = parallel_env()
    measures = {name: kind for name, kind in market.facts.measures.items() if name != "nash_profit_e6"}
    market.facts = msgspec.structs.replace(market.facts, measures=measures)
    with pytest.raises(UsageError, match="publishes no 'nash_profit_e6'"):
        run_trace(shipped(FAITHFUL), trace({"benchmark": "nash"}, expect={"gain_per_round": 1}), market)


def test_a_benchmark_needs_quantities() -> None:
    market = parallel_env()
    market.facts = msgspec.structs.replace(market.facts, benchmarks={"division": market.facts.benchmarks["division"]})
    with pytest.raises(UsageError, match="has no benchmark 'nash'"):
        run_trace(shipped(FAITHFUL), trace({"benchmark": "nash"}), market)
