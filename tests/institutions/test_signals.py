"""Every signal against a brute-force reference in fractions (means, dispersion) or by definition (joint moves)."""

from __future__ import annotations

import itertools
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from agoranomos.institutions.signals import Firing, SignalSpec
from agoranomos.markets.facts import MarketFacts, MeasureKind

FIRMS, GOODS = 3, 2
FACTS = MarketFacts(
    market="small",
    agents=("a", "b", "c"),
    goods=("A", "B"),
    measures={
        "one_e6": MeasureKind((), "one number"),
        "good_e6": MeasureKind(("good",), "of goods"),
        "firm_e6": MeasureKind(("firm",), "of firms"),
        "both_e6": MeasureKind(("firm", "good"), "of both"),
    },
    benchmarks={"nash": {"both_e6": ((10, 30), (10, 20), (10, 10))}},
)

cells = st.one_of(st.none(), st.integers(-(10**9), 10**9))
near = st.integers(699_000, 701_000)


def rounds(cell: st.SearchStrategy[int | None], length: int = 4) -> st.SearchStrategy[tuple[dict[str, Any], ...]]:
    goods = st.tuples(cell, cell)
    one = st.fixed_dictionaries(
        {
            "one_e6": cell,
            "good_e6": goods,
            "firm_e6": st.tuples(cell, cell, cell),
            "both_e6": st.tuples(goods, goods, goods),
        }
    )
    return st.lists(one, min_size=length, max_size=length).map(tuple)


def signal(**given: Any) -> Any:
    return TypeAdapter(SignalSpec).validate_python(given).bind(FACTS)


def mean(values: list[int | None]) -> Fraction | None:
    defined = [value for value in values if value is not None]
    return Fraction(sum(defined), len(defined)) if defined else None


def passes(values: list[int | None], sign: int, threshold: int) -> bool:
    found = mean(values)
    return found is not None and sign * (found - threshold) >= 0


@given(rounds(st.one_of(cells, near)), st.sampled_from(["at_least", "at_most"]), st.integers(0, FIRMS - 1))
def test_an_integer_mean_decides_as_the_exact_mean(window: Any, way: str, firm: int) -> None:
    sign = 1 if way == "at_least" else -1
    for measure, values in (
        ("one", [row["one_e6"] for row in window]),
        ("firm", [row["firm_e6"][firm] for row in window]),
    ):
        found = signal(statistic="mean", measure=measure, window=4, **{way: 0.7}).firing(window, firm)
        assert (found is not None) == passes(values, sign, 700_000)
        if found is not None:
            defined = [value for value in values if value is not None]
            assert found == Firing(sum(defined), 700_000 * len(defined))


@given(rounds(st.one_of(cells, near)), st.sampled_from(["at_least", "at_most"]), st.integers(0, FIRMS - 1))
def test_goods_count_as_any_all_or_their_mean(window: Any, way: str, firm: int) -> None:
    sign = 1 if way == "at_least" else -1
    for measure in ("good", "both"):
        columns = [
            [(row["good_e6"] if measure == "good" else row["both_e6"][firm])[good] for row in window]
            for good in range(GOODS)
        ]
        passing = [passes(column, sign, 700_000) for column in columns]
        defined = [mean(column) is not None for column in columns]
        every = any(passing) and all(p or not d for p, d in zip(passing, defined, strict=True))
        together = passes([cell for column in columns for cell in column], sign, 700_000)
        for goods, expected in (("any", any(passing)), ("all", every), ("mean", together)):
            found = signal(statistic="mean", measure=measure, window=4, goods=goods, **{way: 0.7}).firing(window, firm)
            assert (found is not None) == expected, goods
            if found is not None and goods != "mean":
                assert found.good == FACTS.goods[passing.index(True)]


@given(rounds(st.one_of(cells, near)), st.integers(0, FIRMS - 1))
def test_a_market_wide_signal_accuses_those_whose_own_mean_reaches_the_bar(window: Any, firm: int) -> None:
    def column(good: int, own: bool) -> list[int | None]:
        return [(row["both_e6"][firm] if own else row["good_e6"])[good] for row in window]

    by_good = signal(
        statistic="mean",
        measure="good",
        window=4,
        at_least=0.7,
        accuses={"measure": "both", "at_least": "firms / 30.0"},
    )
    expected = [
        good
        for good in range(GOODS)
        if passes(column(good, False), 1, 700_000) and passes(column(good, True), 1, 100_000)
    ]
    found = by_good.firing(window, firm)
    assert (found.good if found else "") == (FACTS.goods[expected[0]] if expected else "")
    by_firm = signal(
        statistic="mean", measure="one", window=4, at_least=0.7, accuses={"measure": "firm", "at_least": 0.1}
    )
    own = [row["firm_e6"][firm] for row in window]
    wide = [row["one_e6"] for row in window]
    assert (by_firm.firing(window, firm) is not None) == (passes(wide, 1, 700_000) and passes(own, 1, 100_000))


quantities = st.one_of(st.just(0), st.integers(0, 100_000_000), st.integers(49_000_000, 51_000_000))


@given(rounds(quantities, 3), st.integers(0, FIRMS - 1))
def test_dispersion_without_roots_decides_as_the_exact_square(window: Any, firm: int) -> None:
    bound = signal(statistic="dispersion-collapse", measure="both", window=3, below=0.1, nash_at_least=0.2)
    assert bound.watched == (1,)  # good A is alike at Nash: dispersion says nothing there
    columns = [[row[1] for row in one["both_e6"]] for one in window]

    def collapsed(column: list[int]) -> bool:
        average = Fraction(sum(column), FIRMS)
        return average > 0 and sum((q - average) ** 2 for q in column) / FIRMS < (average / 10) ** 2

    expected = all(collapsed(column) for column in columns) and columns[-1][firm] > 0
    found = bound.firing(window, firm)
    assert found == (Firing(3, 3, "B") if expected else None)


def test_dispersion_watches_every_good_where_no_benchmark_is_asked_for() -> None:
    assert signal(statistic="dispersion-collapse", measure="both", window=3, below=0.1).watched == (0, 1)


@given(rounds(st.one_of(st.just(0), st.integers(0, 12).map(lambda n: n * 10_000_000)), 5), st.integers(0, FIRMS - 1))
def test_joint_moves_are_those_that_enough_firms_make_one_way(window: Any, firm: int) -> None:
    bound = signal(statistic="synchronous-move", measure="both", change=0.1, persists=2, within=4)
    assert (bound.window, bound.firms) == (5, 3)  # 0.75 of three firms, rounded up

    def direction(before: int, after: int) -> int:
        if before == after or abs(after - before) < Fraction(1, 10) * before:
            return 0
        return 1 if after > before else -1

    expected = None
    for good, name in enumerate(FACTS.goods):
        joint = 0
        for before, after in itertools.pairwise(row["both_e6"] for row in window):
            moves = [direction(before[f][good], after[f][good]) for f in range(FIRMS)]
            joint += moves[firm] != 0 and moves.count(moves[firm]) >= 3
        if joint >= 2 and expected is None:
            expected = Firing(joint, 2, name)
    assert bound.firing(window, firm) == expected


def test_the_published_single_step_is_ten_per_cent_and_both_firms() -> None:
    bound = signal(statistic="synchronous-move", measure="both", change=0.1, persists=1, within=1, firms=2)

    def window(*steps: tuple[int, int]) -> Any:
        return tuple({"both_e6": (*tuple((step[f], 0) for f in range(2)), (0, 0))} for step in steps)

    assert bound.firing(window((100, 200), (110, 220)), 0) == Firing(1, 1, "A")
    assert bound.firing(window((100, 200), (109, 220)), 1) is None
    assert bound.firing(window((100, 200), (110, 180)), 1) is None


@pytest.mark.parametrize("threshold", [0.5, "1.5 / firms", "goods == 2.0 ? 0.5 : 0.6"])
def test_a_threshold_may_depend_on_the_size_of_the_market(threshold: Any) -> None:
    assert signal(statistic="mean", measure="one", window=1, at_least=threshold).threshold == 500_000
