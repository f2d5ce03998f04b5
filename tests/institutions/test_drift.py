"""The signal `drift` against the chart it is made of, in fractions, and over arrays."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from agoranomos.errors import UsageError
from agoranomos.institutions.compiled.conversion import array_of
from agoranomos.institutions.compiled.statistics import compile_signal
from agoranomos.institutions.signals import Firing, SignalSpec
from agoranomos.markets.facts import SCALE, MarketFacts, MeasureKind, to_e6
from agoranomos.statistics.early_warning import UNITS, calibrated, first_alarms, statistics_of

AGENTS = ("a", "b", "c")
BOUNDS: dict[str, Any] = {"least_e6": 0, "most_e6": SCALE}
FACTS = MarketFacts(
    market="small",
    agents=AGENTS,
    goods=("A", "B"),
    measures={
        "share_e6": MeasureKind((), "of the market", **BOUNDS),
        "own_e6": MeasureKind(("firm",), "of each agent", **BOUNDS),
        "good_e6": MeasureKind(("good",), "of each good", **BOUNDS),
        "both_e6": MeasureKind(("firm", "good"), "of both", **BOUNDS),
        "share_violated_e6": MeasureKind((), "of those who answered", **BOUNDS),
        "price_e6": MeasureKind(("good",), "no share", least_e6=0),
    },
    benchmarks={},
)
WINDOW = 8


def drift(facts: MarketFacts = FACTS, **given: Any) -> Any:
    said = {"statistic": "drift", "window": WINDOW, "baseline": 0.2, "to": 0.6, **given}
    return TypeAdapter(SignalSpec).validate_python(said).bind(facts)


def passed(columns: list[list[int | None]], weight: int, agents: int) -> bool:
    """Whether some recent stretch of rounds exceeds the reference by the limit; None says nothing."""
    chart = calibrated(agents, 0.2, 0.6, 50, 0.05)
    sums = [
        sum(
            Fraction(weight * min(max(cell, 0), SCALE), SCALE) - weight * Fraction(chart.reference, UNITS)
            for cell in row
        )
        for row in [[cell for cell in row if cell is not None] for row in columns]
    ]
    largest = max([Fraction(0), *(sum(sums[start:], Fraction(0)) for start in range(len(sums)))])
    return largest >= Fraction(2 * chart.limit - 1, 2 * UNITS)


cells = st.one_of(
    st.none(), st.sampled_from([0, SCALE]), st.sampled_from([333_333, 666_667, SCALE]), st.integers(-9, 2 * SCALE)
)
pairs = st.tuples(cells, cells)
rounds = st.lists(
    st.fixed_dictionaries(
        {
            "share_e6": cells,
            "own_e6": st.tuples(cells, cells, cells),
            "good_e6": pairs,
            "both_e6": st.tuples(pairs, pairs, pairs),
        }
    ),
    min_size=WINDOW,
    max_size=WINDOW,
).map(tuple)


@given(rounds, st.integers(0, 2), st.sampled_from(["agent", "market"]))
def test_it_fires_where_a_recent_stretch_speaks_for_the_rise(window: Any, firm: int, of: str) -> None:
    own = [[row["own_e6"][firm]] for row in window]
    pooled = [list(row["own_e6"]) for row in window]
    expected = passed(own, 1, 1) if of == "agent" else passed(pooled, 1, 3)
    assert (drift(measure="own", of=of).firing(window, firm) is not None) == expected
    assert (drift(measure="share").firing(window, firm) is not None) == passed(
        [[row["share_e6"]] for row in window], 3, 3
    )
    goods = [passed([[row["good_e6"][good]] for row in window], 3, 3) for good in range(2)]
    found = drift(measure="good").firing(window, firm)
    assert (found.good if found else None) == ("AB"[goods.index(True)] if any(goods) else None)


@given(st.lists(rounds, min_size=1, max_size=4), st.sampled_from(["agent", "market"]))
def test_it_is_the_same_over_arrays(windows: Any, of: str) -> None:
    for measure in ("share", "own", "good", "both"):
        if of == "agent" and measure in {"share", "good"}:
            continue
        signal = drift(measure=measure, of=of)
        values = np.stack([[array_of(row[f"{measure}_e6"]) for row in window] for window in windows])
        found = np.broadcast_to(compile_signal(signal, FACTS).passes({f"{measure}_e6": values}), (len(windows), 3))
        expected = [[signal.firing(window, firm) is not None for firm in range(3)] for window in windows]
        assert found.tolist() == expected


@pytest.mark.parametrize("agents", [3, 7, 8])
def test_on_shares_and_on_each_agents_own_it_alarms_in_the_same_rounds_as_the_chart(agents: int) -> None:
    names = tuple(f"agent_{k}" for k in range(agents))
    facts = MarketFacts("group", names, ("A",), FACTS.measures, {})
    chart, rng = calibrated(agents, 0.2, 0.6, 50, 0.05), np.random.default_rng(agents)
    broke = (rng.random((200, 20, agents)) < np.linspace(0.1, 0.4, 20)[:, None]).astype(int)
    expected = first_alarms(chart, statistics_of(chart, broke.sum(axis=-1), window=WINDOW))
    assert 0 < (expected > 0).sum() < 200
    for run, alarm in zip(broke, expected.tolist(), strict=True):
        measured = tuple({"share_e6": to_e6(row.mean()), "own_e6": tuple((SCALE * row).tolist())} for row in run)
        for measure in ("share", "own"):
            signal = drift(facts, measure=measure, of="market")
            fired = [
                place for place in range(WINDOW, 21) if signal.firing(measured[place - WINDOW : place], 0) is not None
            ]
            assert (fired[0] if fired else 0) == alarm


def test_it_falls_silent_again_when_the_rule_is_kept() -> None:
    signal = drift(measure="own", of="market")
    broken, kept = {"own_e6": (SCALE,) * 3}, {"own_e6": (0,) * 3}
    assert signal.firing((kept,) * 3 + (broken,) * 5, 0) == Firing(9_150_000, signal.limit, "")
    assert signal.firing((broken,) * 5 + (kept,) * 3, 0) is not None
    assert signal.firing((broken,) + (kept,) * 7, 0) is None


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"measure": "price"}, "between 0 and 1; 'price' is none"),
        ({"measure": "share", "of": "agent"}, "measure of each agent; 'share' is none"),
        ({"measure": "shar"}, "publishes no measure 'shar'"),
        ({"measure": "own", "of": "agent", "window": 3}, "can never reach the limit"),
        ({"measure": "share_violated"}, "as a share of those who answered"),
    ],
)
def test_a_market_where_it_means_nothing_is_refused(given: dict[str, Any], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        drift(**given)


def test_advice_on_a_window_that_is_too_short_can_be_followed() -> None:
    given: dict[str, Any] = {"measure": "own", "of": "agent", "false_alarms": 0.001}
    shorts: tuple[dict[str, Any], ...] = (
        {"window": 3, "horizon": 50},
        {"window": 3, "horizon": 3},
        {"window": 1, "horizon": 4},
    )
    for short in shorts:
        with pytest.raises(UsageError) as refused:
            drift(**given, **short)
        needed = int(re.search(r"of (\d+) or more", refused.value.advice or "")[1])  # type: ignore[index]
        followed: dict[str, Any] = {"window": needed, "horizon": max(short["horizon"], needed)}
        assert drift(**given, **followed).window == needed
        with pytest.raises(UsageError):
            drift(**given, **{**followed, "window": needed - 1})


def test_agents_who_persist_are_warned_of_at_a_higher_limit() -> None:
    limits = [drift(measure="own", of="market", persistence=again).limit for again in (None, 0.2, 0.5, 0.6)]
    assert limits[0] == limits[1]
    assert limits[1] < limits[2] < limits[3]


def test_as_few_false_alarms_are_raised_where_some_do_not_answer() -> None:
    names = tuple(f"agent_{k}" for k in range(8))
    signal = drift(MarketFacts("group", names, ("A",), FACTS.measures, {}), measure="own", of="market", window=20)
    rng = np.random.default_rng(5)
    for answering in (3, 5):
        broke = SCALE * (rng.random((1500, 50, answering)) < 0.2)
        silent = (None,) * (8 - answering)
        alarms = 0
        for run in broke.tolist():
            rows = tuple({"own_e6": (*row, *silent)} for row in run)
            alarms += any(signal.firing(rows[end - 20 : end], 0) is not None for end in range(20, 51, 2))
        assert alarms / 1500 <= 0.05 + 3 * (0.05 * 0.95 / 1500) ** 0.5


def test_so_many_rounds_that_rounded_shares_could_decide_are_refused() -> None:
    facts = MarketFacts("crowd", tuple(f"agent_{k}" for k in range(50)), (), FACTS.measures, {})
    with pytest.raises(UsageError, match="together at most 9999"):
        drift(facts, measure="share", window=200, horizon=200)


@pytest.mark.parametrize(
    "given",
    [
        {"to": 0.1},
        {"baseline": 0.0},
        {"to": 0.205},
        {"window": 51},
        {"false_alarms": 0},
        {"persistence": 0.1},
    ],
)
def test_what_is_no_rise_is_refused_when_it_is_read(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        drift(measure="own", **given)
