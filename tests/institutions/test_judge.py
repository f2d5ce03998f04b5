"""`judge` is pure, deterministic, fair to all firms alike, and keeps every standing in range."""

from __future__ import annotations

import copy
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agoranomos.institutions import Observed, bind, initial_standings, judge
from agoranomos.institutions.judge import first_notices, record_of
from agoranomos.institutions.judgement import Judgement
from agoranomos.markets.cournot_v0 import parallel_env
from institutions.playing import FAITHFUL, SHIPPED, bound_to_duopoly, institution, shipped, text_of

SYMMETRIC = {"marginal_cost": [[40.0, 40.0]] * 3, "capacity": [100.0] * 3}

shares = st.integers(0, 1_000_000)
elevations = st.integers(-1_000_000, 1_500_000)


@st.composite
def measures(draw: st.DrawFn, firms: int = 2) -> dict[str, Any]:
    """Any values of the published measures, in their shape: `judge` does not ask whether a market could give them."""
    pair = st.tuples(shares, shares)
    return {
        "price_e6": draw(pair),
        "quantity_e6": tuple(draw(st.tuples(*[st.integers(0, 60_000_000)] * 2)) for _ in range(firms)),
        "share_e6": tuple(draw(pair) for _ in range(firms)),
        "nash_profit_e6": tuple(draw(st.integers(0, 10**9)) for _ in range(firms)),
        "profit_e6": tuple(draw(st.integers(-(10**9), 3 * 10**9)) for _ in range(firms)),
        "hhi_e6": draw(st.tuples(*[st.one_of(st.none(), st.integers(500_000, 1_000_000))] * 2)),
        "cv_e6": tuple(draw(st.one_of(st.none(), shares)) for _ in range(firms)),
        "price_elevation_e6": draw(st.tuples(elevations, elevations)),
        "restraint_e6": tuple(draw(shares) for _ in range(firms)),
    }


@st.composite
def histories(draw: st.DrawFn, firms: int = 2, rounds: int = 30) -> list[dict[str, Any]]:
    """Stretches of equal rounds, so that windows fill and ladders are climbed."""
    stretches = draw(st.lists(st.tuples(measures(firms), st.integers(1, 12)), min_size=1, max_size=5))
    return [one for one, count in stretches for _ in range(count)][:rounds]


def fold(bound: Any, history: list[dict[str, Any]], draws: tuple[int, ...] = ()) -> list[Judgement]:
    standings = first_notices(bound, initial_standings(bound)).standings
    judgements = []
    for number, one in enumerate(history, start=1):
        judgements.append(judge(bound, standings, Observed(number, one, draws)))
        standings = judgements[-1].standings
    return judgements


@pytest.mark.parametrize("name", SHIPPED)
@settings(max_examples=25, deadline=None)
@given(history=histories())
def test_judge_is_pure_and_deterministic(name: str, history: list[dict[str, Any]]) -> None:
    before = copy.deepcopy(history)
    bound = bound_to_duopoly(name)
    anew = bind(institution(text_of(name)), bound.facts)  # nothing remembered yet
    for number, (judgement, again) in enumerate(zip(fold(bound, history), fold(anew, history), strict=True)):
        assert msgspec.json.encode(judgement.standings) == msgspec.json.encode(again.standings), number
        assert judgement == again
    assert history == before


@pytest.mark.parametrize("name", SHIPPED)
@settings(max_examples=25, deadline=None)
@given(history=histories())
def test_standings_are_not_edited(name: str, history: list[dict[str, Any]]) -> None:
    bound = bound_to_duopoly(name)
    standings = first_notices(bound, initial_standings(bound)).standings
    for number, one in enumerate(history, start=1):
        kept = copy.deepcopy(standings)
        judgement = judge(bound, standings, Observed(number, one))
        assert standings == kept
        standings = judgement.standings


@pytest.mark.parametrize("name", SHIPPED)
@settings(max_examples=40, deadline=None)
@given(history=histories())
def test_standings_stay_in_range_and_move_one_edge_at_most(name: str, history: list[dict[str, Any]]) -> None:
    bound = bound_to_duopoly(name)
    edges = {edge.key: edge.spec for edge in bound.institution.edges}
    states = dict.fromkeys(bound.facts.agents, bound.institution.manifest.initial)
    for judgement in fold(bound, history):
        for agent, standing in zip(bound.facts.agents, judgement.standings, strict=True):
            tops = [most for _, most, _ in bound.institution.counter_updates]
            assert all(0 <= value <= top for value, top in zip(standing.counters, tops, strict=True))
            assert len(standing.window) <= bound.window
            assert standing.timer >= 0
            applied = [t for t in judgement.transitions if t.agent == agent and not t.blocked]
            assert len(applied) <= 1
            if applied:
                assert edges[applied[0].edge].source == states[agent]
                assert edges[applied[0].edge].target == standing.state
            else:
                assert standing.state == states[agent]
            assert [s for s in judgement.sanctions if s.agent == agent] == [] or applied
            states[agent] = standing.state
        assert all(sanction.amount_e6 >= 0 for sanction in judgement.sanctions)
        assert len({case.agent for case in judgement.cases}) == len(judgement.cases)


@pytest.mark.parametrize("name", SHIPPED)
@settings(max_examples=25, deadline=None)
@given(history=histories(firms=3, rounds=24), order=st.permutations(range(3)))
def test_firms_are_judged_alike_whatever_their_order(
    name: str, history: list[dict[str, Any]], order: list[int]
) -> None:
    """Equal firms that swap places swap their judgements and nothing else."""
    bound = bind(shipped(name), parallel_env(**SYMMETRIC).facts)
    by_firm = ("quantity_e6", "share_e6", "profit_e6", "nash_profit_e6", "cv_e6", "restraint_e6")
    swapped = [
        {key: tuple(one[key][firm] for firm in order) if key in by_firm else value for key, value in one.items()}
        for one in history
    ]
    for judgement, other in zip(fold(bound, history), fold(bound, swapped), strict=True):
        records = [record_of(standing) for standing in judgement.standings]
        assert [record_of(standing) for standing in other.standings] == [records[firm] for firm in order]
        fines = [judgement.fine_of(agent) for agent in bound.facts.agents]
        assert [other.fine_of(agent) for agent in bound.facts.agents] == [fines[firm] for firm in order]
        blocked = [[t.blocked for t in judgement.transitions if t.agent == agent] for agent in bound.facts.agents]
        others = [[t.blocked for t in other.transitions if t.agent == agent] for agent in bound.facts.agents]
        assert others == [blocked[firm] for firm in order]


def test_a_judgement_of_a_market_of_any_size() -> None:
    bound = bind(shipped(FAITHFUL), parallel_env(**SYMMETRIC).facts)
    assert len(initial_standings(bound)) == 3
    first = first_notices(bound, initial_standings(bound))
    assert [notice.agent for notice in first.issued] == list(bound.facts.agents)
    assert first.fine_of("firm_1") == 0


def test_without_a_template_nothing_is_issued() -> None:
    text = text_of(FAITHFUL).split("notices:")[0]
    bound = bind(institution(text), bound_to_duopoly(FAITHFUL).facts)
    first = first_notices(bound, initial_standings(bound))
    assert first.issued == ()
    assert [(notice.text, notice.label) for notice in first.notices] == [("", "CLEAR")] * 2
