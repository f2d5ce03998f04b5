"""What came of a person's run, read from its finished log: the own profit beside benchmarks, and the institution."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from agoranomos.errors import Finding
from agoranomos.institutions.entries import Opened, Round, decode_entry
from agoranomos.institutions.judgement import Sanction, Transition
from agoranomos.institutions.parts import whole_entries
from agoranomos.markets.facts import SCALE, MarketFacts
from agoranomos.viewer.play_words import edge_words

BENCHMARKS = ("nash", "monopoly", "efficient", "competitive", "comply", "violate")
"""In whose play the own profit is told for comparison, where the market has them and they say what each agent earns."""


@dataclass(slots=True)
class _Read:
    """What was read so far."""

    opened: Opened | None = None
    rounds: int = 0
    profit_e6: int = 0
    fines_e6: int = 0
    cases: int = 0
    others: int = 0
    sanctions: list[dict[str, Any]] = field(default_factory=list)
    moves: list[dict[str, Any]] = field(default_factory=list)


def play_result(lines: Iterable[bytes], agent: str) -> dict[str, Any]:
    """The result of a finished run for `agent`: money in the market's units, over the whole run.

    `profit` is before fines, None where the market publishes none; `benchmarks` is what the agent would have earned in
    as many rounds of each. `cases` are accusations of the agent, `others` sanctions that others were given. Raises
    `Finding` for a log that does not begin as a run's.
    """
    read = _Read()
    for whole in whole_entries(tuple(lines)):
        entry = decode_entry(whole.line)
        _take(read, entry.body, entry.round, agent)
    if read.opened is None:
        raise Finding("the log begins with no `opened` entry")
    facts = read.opened.facts
    place = facts.agents.index(agent)
    earned = _per_agent(facts, "profit_e6")
    profit = read.profit_e6 / SCALE if earned else None
    fines = read.fines_e6 / SCALE
    return {
        "agent": agent,
        "rounds": read.rounds,
        "profit": profit,
        "fines": fines,
        "net": None if profit is None else profit - fines,
        "benchmarks": _benchmarks(facts, place, read.rounds) if earned else [],
        "institution": "" if read.opened.institution is None else read.opened.institution.name,
        "cases": read.cases,
        "sanctions": read.sanctions,
        "transitions": read.moves,
        "others": read.others,
    }


def _take(read: _Read, body: Any, round_number: int, agent: str) -> None:
    if isinstance(body, Opened):
        read.opened = body
    elif isinstance(body, Round) and read.opened is not None:
        read.rounds += 1
        facts = read.opened.facts
        if _per_agent(facts, "profit_e6"):
            row = body.measures.get("profit_e6")
            read.profit_e6 += _cell(row, facts.agents.index(agent))
        read.cases += sum(case.agent == agent for case in body.cases)
    elif isinstance(body, Transition) and body.agent == agent and not body.blocked:
        words = edge_words(read.opened, round_number, body.edge)
        read.moves.append({"round": round_number, "edge": body.edge, **words, "event": body.event.replace("_", " ")})
    elif isinstance(body, Sanction):
        if body.agent != agent:
            read.others += 1
            return
        read.fines_e6 += body.amount_e6
        read.sanctions.append(
            {
                "round": round_number,
                "sanction": body.sanction,
                "rule": body.rule,
                "amount": body.amount_e6 / SCALE,
                "share": body.share_e6 / SCALE,
                "rounds": body.rounds,
            }
        )


def _per_agent(facts: MarketFacts, measure: str) -> bool:
    kind = facts.measures.get(measure)
    return kind is not None and kind.axes == ("firm",)


def _benchmarks(facts: MarketFacts, place: int, rounds: int) -> list[dict[str, Any]]:
    found = []
    for name in BENCHMARKS:
        row = facts.benchmarks.get(name, {}).get("profit_e6")
        if isinstance(row, Sequence) and isinstance(row[place], int):
            found.append({"name": name, "profit": rounds * _cell(row, place) / SCALE})
    return found


def _cell(row: Any, place: int) -> int:
    value = row[place] if isinstance(row, Sequence) else None
    return value if isinstance(value, int) else 0
