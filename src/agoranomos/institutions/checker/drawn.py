"""A counterexample as a small table, a line for each round or for several equal ones."""

from __future__ import annotations

from agoranomos.institutions.traces import EVERYONE, NONE, Expectation, Trace, TraceRound

HEADINGS = ("round", "what happens", "what follows", "sanction", "stands then")


def drawn(trace: Trace) -> tuple[tuple[str, ...], ...]:
    """The table's rows under `HEADINGS`, of the trace's first agent."""
    agent = trace.agents[0]
    rows = []
    number = 1
    for one in trace.rounds:
        last = number + one.repeat - 1
        counted = str(number) if one.repeat == 1 else f"{number}-{last}"
        expected = one.expect.get(agent, Expectation())
        rows.append(
            (counted, _happens(one, agent), _follows(expected), ", ".join(expected.sanctions or ()), _then(expected))
        )
        number = last + 1
    return tuple(rows)


def lines(trace: Trace) -> tuple[str, ...]:
    """The table as lines of text, columns aligned."""
    table = [HEADINGS, *drawn(trace)]
    widths = [max(len(row[column]) for row in table) for column in range(len(HEADINGS))]
    return tuple(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in table
    )


def _happens(one: TraceRound, agent: str) -> str:
    parts = [
        *one.signals.get(agent, one.signals.get(EVERYONE, ())),
        *one.audits.get(agent, one.audits.get(EVERYONE, ())),
    ]
    parts += ["reports"] if agent in one.reports else []
    return ", ".join(parts) or "nothing"


def _follows(expected: Expectation) -> str:
    parts = [f"{gate} denies" for gate in expected.blocked or ()]
    if expected.edge not in (None, NONE):
        parts.append(str(expected.edge).partition(":")[2].replace("->", " -> "))
    elif expected.cases:
        parts.append("accused")
    return ", ".join(parts)


def _then(expected: Expectation) -> str:
    left = expected.rounds_left or 0
    return f"{expected.state}" + (f", {left} {'round' if left == 1 else 'rounds'} left" if left else "")
