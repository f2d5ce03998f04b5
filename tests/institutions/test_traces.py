"""Files of traces: what they may say, what is refused and in which words, and that writing reads back."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agoranomos.documents import Source
from agoranomos.errors import DocumentError
from agoranomos.institutions.traces import (
    Expectation,
    Outcome,
    Trace,
    TraceRound,
    Traces,
    folded,
    load_traces,
    of_agent,
    to_yaml,
    traces_of,
)
from agoranomos.workspace import library_root

HEAD = "kind: traces\nversion: 1\ninstitution: cournot-antitrust\n"


def read(text: str, head: str = HEAD) -> Traces:
    return load_traces(Source("some.traces.yaml", head + text))


def test_a_file_of_each_kind_is_read() -> None:
    found = read(
        """\
market: cournot-duopoly
traces:
  - name: by quantities
    rounds:
      - {repeat: 3, quantities: {firm_1: [60, 0]}, benchmark: nash, expect: {all: {state: active}}}
    expect: {gain_per_round: 59.26, over_last: 2}
  - name: by signals
    agents: [a, b]
    rounds:
      - {signals: {a: [high]}, profits: {all: 10}, audits: {b: [look]}, reports: [a], jitter: {a: 2}}
"""
    )
    by_quantities, by_signals = found.traces
    assert (by_quantities.abstract, by_quantities.length) == (False, 3)
    assert (by_signals.abstract, by_signals.agents) == (True, ("a", "b"))


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        ("traces: []\n", "traces", 4),
        ("traces:\n  - {name: a, rounds: []}\n", "rounds", 5),
        ("traces:\n  - {name: a, rounds: [{}], expects: {}}\n", "unknown key 'expects'", 5),
        ("traces:\n  - name: a\n    rounds:\n      - {sgnals: {}}\n", "Did you mean 'signals'?", 7),
        ("traces:\n  - name: a\n    rounds:\n      - {quantities: {f: [-1]}}\n", "(found -1)", 7),
        ("traces:\n  - {name: a, rounds: [{benchmark: nash}]}\n", "need a `market`", 1),
        ("traces:\n  - {name: a, rounds: [{}]}\n  - {name: a, rounds: [{}]}\n", "two traces are called 'a'", 1),
        ("traces:\n  - {name: a, agents: [x, x], rounds: [{}]}\n", "stands twice", 5),
        ("traces:\n  - {name: a, agents: [all], rounds: [{}]}\n", "which means everyone", 5),
        ("traces:\n  - {name: a, rounds: [{repeat: 100000}, {}]}\n", "it has 100001 rounds", 5),
        ("traces:\n  - {name: a, rounds: [{}], expect: {over_last: 2}}\n", "`over_last` is 2", 5),
        ("market: m\ntraces:\n  - {name: a, rounds: [{benchmark: nash}, {signals: {f: [s]}}]}\n", "rounds.1", 6),
        ("market: m\ntraces:\n  - {name: a, agents: [f], rounds: [{benchmark: nash}]}\n", "the market says it", 6),
    ],
)
def test_what_cannot_be_meant_is_refused_with_its_line(text: str, message: str, line: int) -> None:
    with pytest.raises(DocumentError) as caught:
        read(text)
    assert message in str(caught.value)
    assert caught.value.place.startswith(f"some.traces.yaml:{line}:")


def test_what_is_given_to_all_holds_for_those_that_are_not_named() -> None:
    assert of_agent({"all": 1, "a": 2}, "a") == 2
    assert of_agent({"all": 1, "a": 2}, "b") == 1
    assert of_agent({"a": 2}, "b") is None


def test_neighbours_that_are_equal_are_folded_into_one() -> None:
    one, other = TraceRound(signals={"a": ("s",)}), TraceRound()
    rounds = [one, one, other, one, TraceRound(signals={"a": ("s",)}, repeat=3)]
    assert [(r.repeat, r.signals) for r in folded(rounds)] == [
        (2, one.signals),
        (1, {}),
        (4, one.signals),
    ]


names = st.sampled_from(["firm_1", "all", "1", "yes", "null", "a b", "ü: #", "- x", "'q'"])
amounts = st.floats(0, 1e6, allow_nan=False).map(lambda x: round(x, 6))
expectations = st.builds(
    Expectation,
    state=st.none() | names,
    edge=st.none() | names,
    blocked=st.none() | st.tuples(names),
    sanctions=st.none() | st.just(("fine",)),
    fine=st.none() | amounts,
    counters=st.dictionaries(names, st.integers(-5, 5), max_size=2),
)
rounds_of_signals = st.builds(
    TraceRound,
    repeat=st.integers(1, 50),
    signals=st.dictionaries(names, st.lists(names, max_size=2).map(tuple), max_size=2),
    profits=st.dictionaries(names, amounts, max_size=2),
    reports=st.lists(names, max_size=2).map(tuple),
    expect=st.dictionaries(names, expectations, max_size=2),
)
rounds_of_quantities = st.builds(
    TraceRound, benchmark=st.just("nash"), quantities=st.dictionaries(names, st.tuples(amounts, amounts), max_size=2)
)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(rounds_of_signals, min_size=1, max_size=4), st.lists(rounds_of_quantities, min_size=1, max_size=4), names
)
def test_what_is_written_reads_back(signals: list[TraceRound], quantities: list[TraceRound], name: str) -> None:
    traces = traces_of(
        name,
        [
            Trace(name="one", agents=("a", "b"), nash_profit=3.25, rounds=tuple(signals)),
            Trace(name="two", about="x\ny", rounds=tuple(quantities), expect=Outcome(gain_per_round=-1.5, over_last=1)),
        ],
        market=name,
        about="why: #1",
    )
    assert load_traces(Source("back.yaml", to_yaml(traces))) == traces


def test_every_round_is_written_on_a_line_of_its_own() -> None:
    rounds = tuple(TraceRound(repeat=n, signals={"all": ("s",) * 30}) for n in range(1, 8))
    text = to_yaml(traces_of("i", [Trace(name="t", rounds=rounds)]))
    lines = [line.strip() for line in text.splitlines() if "signals" in line]
    assert [line[:12] for line in lines[1:]] == [f"- {{repeat: {n}" for n in range(2, 8)]
    assert lines[0].startswith("- {signals")


SHIPPED = (library_root() / "institutions" / "cournot-antitrust.traces.yaml").read_text()


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_any_text_is_a_file_of_traces_or_a_clear_error(data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(SHIPPED)))
    text = SHIPPED[:start] + data.draw(st.text(max_size=8)) + SHIPPED[start + data.draw(st.integers(0, 30)) :]
    with suppress(DocumentError):
        assert read(text, "").traces
