"""What follows from an event: gates, timers, jitter, caps, counters, fines."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agoranomos.institutions import Governed
from agoranomos.institutions.bind import BoundFine
from agoranomos.institutions.controller import fine_e6
from agoranomos.randomness import named_integer
from institutions.playing import DIVISION, FAITHFUL, FIRMS, NASH, Play, institution, play, text_of

SMALL = """\
kind: institution
version: 1
name: small
states: {free: {label: FREE}, bound: {label: BOUND}}
initial: free
signals: {high: {statistic: mean, measure: hhi, window: 1, at_least: 0.9, accuses: {measure: share, at_least: 0.5}}}
events: {offence: {when: high, accuses: R}}
counters: {seen: {max: 3}, twice: {max: 9, initial: 2, next: "twice + (offence ? 1 : 0)"}}
transitions:
  - {rule: R, from: free, to: bound, on: offence, lasts: 2, set: {seen: seen + 2, twice: seen}}
  - {rule: R, from: bound, to: free, on: expiry}
"""


def altered(old: str, new: str) -> str:
    assert old in SMALL
    return SMALL.replace(old, new)


def test_a_timer_runs_its_rounds_and_the_way_back_is_taken() -> None:
    moments = play(institution(SMALL), lambda n, _: DIVISION if n == 1 else NASH, 6)
    assert [moment.state() for moment in moments] == ["bound", "bound", "free", "free", "free", "free"]
    assert [moment.standings["firm_1"].timer for moment in moments] == [2, 1, 0, 0, 0, 0]
    assert [moment.standings["firm_1"].rounds_in_state for moment in moments] == [0, 1, 0, 1, 2, 3]


def test_counters_are_set_from_the_values_before_and_kept_in_range() -> None:
    moments = play(institution(SMALL), DIVISION, 4)
    assert [moment.standings["firm_1"].counters for moment in moments] == [(2, 0), (2, 1), (2, 2), (3, 2)]


def test_expiry_is_nobodys_offence() -> None:
    moments = play(institution(SMALL), DIVISION, 3)
    back = moments[2].judgement.transitions[0]  # type: ignore[union-attr]
    assert (back.event, back.case) == ("expiry", "")
    assert moments[2].judgement.cases  # type: ignore[union-attr]


def test_jitter_draws_from_the_seed_by_round_and_agent() -> None:
    text = institution(altered("lasts: 2,", "lasts: 2, jitter: 3,"))
    seen = set()
    for seed in range(12):
        moments = play(text, DIVISION, 1, seed=seed)
        for firm in FIRMS:
            expected = 2 + named_integer(seed, "institution", 1, firm) % 4
            assert moments[0].standings[firm].timer == expected
            lasts = [t.lasts for t in moments[0].judgement.transitions if t.agent == firm]  # type: ignore[union-attr]
            assert lasts == [expected]
            seen.add(expected)
    assert seen == {2, 3, 4, 5}


def test_a_cap_scales_what_an_agent_brings_until_the_state_is_left() -> None:
    text = institution(altered("lasts: 2,", "lasts: 2, cap: 0.25,"))
    quantities = []

    def plan(number: int, governed: Governed) -> Play:
        assert governed.may_act("firm_1")
        quantities.append(governed.standings["firm_1"].limit_e6)
        return DIVISION if number == 1 else NASH

    moments = play(text, plan, 4)
    assert quantities == [None, 250_000, 250_000, None]
    capped = [moment.infos["firm_1"]["profit"] for moment in moments[1:3]]
    assert capped[0] == capped[1] != moments[3].infos["firm_1"]["profit"]
    sanction = [s for s in moments[0].judgement.sanctions if s.agent == "firm_1"]  # type: ignore[union-attr]
    assert [(s.sanction, s.share_e6, s.rounds) for s in sanction] == [("cap", 250_000, 2)]


def test_a_cap_of_nothing_is_a_cap_and_keeps_the_agent_from_acting() -> None:
    moments = play(institution(altered("lasts: 2,", "lasts: 2, cap: 0,")), DIVISION, 2)
    kinds = {s.sanction for s in moments[0].judgement.sanctions}  # type: ignore[union-attr]
    assert kinds == {"cap"}
    assert moments[1].infos["firm_1"]["profit"] == 0


def test_a_loop_without_length_lets_timer_and_limit_run_on() -> None:
    text = altered("lasts: 2,", "lasts: 5, cap: 0.5,").replace(
        "  - {rule: R, from: bound, to: free",
        "  - {rule: R, from: bound, to: bound, on: offence}\n  - {rule: R, from: bound, to: free",
    )
    moments = play(institution(text), DIVISION, 4)
    assert moments[2].edges() == ["bound->bound"]
    assert [moment.standings["firm_1"].timer for moment in moments] == [5, 4, 3, 2]
    assert {moment.standings["firm_1"].limit_e6 for moment in moments} == {500_000}


def test_a_denied_request_is_recorded_and_the_next_edge_considered() -> None:
    text = altered(
        "transitions:\n",
        "transitions:\n  - {rule: Q, from: free, to: bound, on: offence, lasts: 9, requires: {late: round > 2, "
        "patience: rounds_in_state > 1}}\n",
    )
    moments = play(institution(text), DIVISION, 6)
    blocked = [t for t in moments[0].judgement.transitions if t.agent == "firm_1"]  # type: ignore[union-attr]
    assert [(t.edge, t.blocked) for t in blocked] == [("Q:free->bound", "late"), ("R:free->bound", "")]
    assert blocked[0].case == blocked[1].case == "1-firm_1"
    assert moments[3].edges() == ["free->bound!patience", "free->bound"]


def test_two_accusations_in_a_round_are_two_cases_and_an_edge_cites_that_of_its_event() -> None:
    text = altered("events: {", "events: {other: {when: high, accuses: Q}, ")
    judgement = play(institution(text), DIVISION, 1)[0].judgement
    assert judgement is not None
    rules = [(case.case, case.agent, case.rule) for case in judgement.cases if case.agent == "firm_1"]
    assert [(label, rule) for label, _, rule in rules] == [("1-firm_1", "Q"), ("1-firm_1-2", "R")]
    assert [t.case for t in judgement.transitions if t.agent == "firm_1"] == ["1-firm_1-2"]


profits = st.lists(st.integers(-(10**10), 10**10), min_size=1, max_size=12)


@given(profits, st.integers(0, 5), st.one_of(st.none(), st.integers(0, 10**9)), st.integers(0, 10**9))
def test_a_fine_is_the_exact_share_rounded_down_and_at_least_the_floor(
    rounds: list[int], rung: int, nash: int | None, floor: int
) -> None:
    rates = (350_000, 750_000, 1_500_000)
    fine = BoundFine(rates, "tier", True, nash is not None, floor)
    evidence = tuple({"profit_e6": (10**12, profit), "nash_profit_e6": (0, nash)} for profit in rounds)
    base = sum(max(profit - (nash or 0), 0) for profit in rounds)
    share = Fraction(rates[min(max(rung, 1), 3) - 1], 10**6)
    assert fine_e6(fine, evidence, 1, rung) == max(floor, int(base * share))


broken = st.lists(st.one_of(st.none(), st.integers(-(10**6), 2 * 10**6)), min_size=1, max_size=12)


@given(broken, st.integers(0, 10**10))
def test_a_fine_by_the_gap_counts_it_for_each_round_that_broke_the_rule(rounds: list[int | None], gap: int) -> None:
    """Readings with an error may lie beyond 0 and 1: they count as that."""
    fine = BoundFine((500_000,), None, True, False, 0, gaps=(10**12, gap))
    evidence = tuple({"profit_e6": (0, 10**12), "violation_e6": (10**6, own)} for own in rounds)
    base = sum(gap * min(max(own or 0, 0), 10**6) // 10**6 for own in rounds)
    assert fine_e6(fine, evidence, 1, 1) == base // 2


@pytest.mark.parametrize("name", [FAITHFUL])
def test_a_ladders_rung_is_read_after_the_edge_has_set_it(name: str) -> None:
    moments = play(institution(text_of(name)), DIVISION, 6)
    assert moments[5].standings["firm_1"].counters[-1] == 1
    assert moments[5].fine() == 0.35 * 1800
