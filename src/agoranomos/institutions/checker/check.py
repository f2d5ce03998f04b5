"""`check`: every reachable standing of an institution, under everything that its guards can be told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from agoranomos.institutions.bind import Bound, bind
from agoranomos.institutions.checker.amounts import find_misstatements
from agoranomos.institutions.checker.circumstances import MOST_JITTER, circumstances
from agoranomos.institutions.checker.decoration import find_decoration
from agoranomos.institutions.checker.evidence import find_baseless_sanctions
from agoranomos.institutions.checker.examination import Examination
from agoranomos.institutions.checker.exclusion import find_endless
from agoranomos.institutions.checker.exclusions import Exclusions, exclusions
from agoranomos.institutions.checker.explore import explore
from agoranomos.institutions.checker.finding import Findings, Report
from agoranomos.institutions.checker.folding import folded, unfounded
from agoranomos.institutions.checker.guarded import find_idle_guards, find_undecided
from agoranomos.institutions.checker.ladders import find_unused_rungs, find_weakening
from agoranomos.institutions.checker.layout import Layout, is_strange, layout_of, needs_company
from agoranomos.institutions.checker.linted import add_remarks
from agoranomos.institutions.checker.offences import find_free_offences
from agoranomos.institutions.checker.order import find_overlaps
from agoranomos.institutions.checker.overflow import find_overflows
from agoranomos.institutions.checker.reach import find_traps, find_unreached
from agoranomos.institutions.checker.requests import requests
from agoranomos.institutions.checker.space import Space
from agoranomos.institutions.checker.stepping import Stepper
from agoranomos.institutions.checker.witness import Witnesses
from agoranomos.institutions.institution import Institution
from agoranomos.institutions.trace_play import AGENTS, bound_for
from agoranomos.institutions.traces import Trace, TraceRound
from agoranomos.markets.facts import MarketFacts

MOST_STANDINGS = 1_000_000
"""Standings that are judged before a check gives up and says so."""

Progress = Callable[[int, int], None]


def check(
    institution: Institution,
    facts: MarketFacts | None = None,
    *,
    most_standings: int = MOST_STANDINGS,
    progress: Progress | None = None,
) -> Report:
    """What is wrong with an institution, over all its reachable standings.

    With the `facts` of a market, thresholds are also held against the measures' ranges, and its agents play. `progress`
    is told how many standings were judged and how many are known. Raises `UsageError` for an institution that cannot be
    bound to the market, or whose guards ask for too many signals.
    """
    space, findings = examine(institution, facts, most_standings=most_standings, progress=progress)
    find_misstatements(institution, findings)
    add_remarks(institution, findings)
    rounds = int(space.explored.sum()) * len(space.circumstances)
    return Report(findings.sorted(), space.size, rounds, space.complete, _limits(space))


def examine(
    institution: Institution,
    facts: MarketFacts | None = None,
    *,
    most_standings: int = MOST_STANDINGS,
    progress: Progress | None = None,
) -> tuple[Space, Findings]:
    """The reachable standings, and what they show; `check` adds what can be read off the file."""
    if facts is not None:
        bind(institution, facts)  # raises what is wrong between the two
    possible = exclusions(institution.manifest, facts)
    space = survey(institution, facts, possible, most_standings=most_standings, progress=progress)
    findings = Findings(institution)
    given = _examination(institution, facts, space, findings)
    _find_impossible_signals(given, possible)
    for find in _RULES:
        find(given)
    return space, findings


_RULES: tuple[Callable[[Examination], None], ...] = (
    find_undecided,
    find_unreached,
    find_traps,
    find_idle_guards,
    find_overlaps,
    find_weakening,
    find_unused_rungs,
    find_endless,
    find_free_offences,
    find_baseless_sanctions,
    find_overflows,
    find_decoration,
)


def survey(
    institution: Institution,
    facts: MarketFacts | None = None,
    possible: Exclusions | None = None,
    *,
    most_standings: int = MOST_STANDINGS,
    progress: Progress | None = None,
) -> Space:
    """Every reachable standing, under every circumstance that `possible` leaves (by default all but contradictions)."""
    possible = possible if possible is not None else exclusions(institution.manifest, facts)
    bound = abstract(institution, facts)
    plain = layout_of(bound)
    given = circumstances(bound, possible)
    layout = folded(plain)
    while True:
        space = explore(bound, layout, given, Stepper(bound, layout, given), most_standings, progress)
        if not any(layout.folds):
            return space
        doubtful = unfounded(space, Stepper(bound, plain, given))
        if not doubtful:
            return space
        folds = tuple(None if index in doubtful else clock for index, clock in enumerate(layout.folds))
        layout = replace(layout, folds=folds)


def abstract(institution: Institution, facts: MarketFacts | None = None) -> Bound:
    """The institution with its signals at will: one agent where others make no difference, else all, or two."""
    agents = facts.agents if facts is not None else AGENTS
    bound = _bound_with(institution, agents)
    return bound if needs_company(bound) else _bound_with(institution, agents[:1])


def _bound_with(institution: Institution, agents: tuple[str, ...]) -> Bound:
    return bound_for(institution, Trace(name="any", agents=agents, rounds=(TraceRound(),)))


def _examination(institution: Institution, facts: MarketFacts | None, space: Space, findings: Findings) -> Examination:
    def stepper_for(bound: Bound, layout: Layout) -> Stepper:
        return Stepper(bound, layout, space.circumstances)

    asked = requests(space, stepper_for)
    return Examination(institution, facts, space, asked, Witnesses(space), findings, stepper_for)


def _find_impossible_signals(given: Examination, possible: Exclusions) -> None:
    """signal-out-of-range, which only a market's ranges can show."""
    for name in sorted(possible.never):
        spec = given.institution.manifest.signals[name]
        market = given.facts.market if given.facts is not None else ""
        given.findings.add(
            "signal-out-of-range",
            ("signals", name),
            f"the signal {name!r} never fires in {market}: its threshold lies outside the range of {spec.measure!r}",
            "Give the threshold in the measure's own units.",
        )


def _limits(space: Space) -> tuple[str, ...]:
    """What the exploration left out, in words."""
    found = []
    if space.fault is not None:
        found.append(
            "Stopped where a guard has no answer: what lies beyond, and what never happens, was not looked for."
        )
    elif not space.complete:
        found.append(
            f"Stopped after {space.size:,} standings: what never happens was not looked for. "
            "Raise --max-standings to see everything."
        )
    longest = max((edge.spec.jitter for edge in space.edges), default=0)
    if longest > MOST_JITTER:
        found.append(f"A jitter of {longest} was tried at its shortest and its longest only.")
    for name, clock in (("round", space.layout.round), ("rounds_in_state", space.layout.in_state)):
        if clock is not None and is_strange(space.bound, name):
            found.append(
                f"Beyond {clock.turn} of `{name}` further rounds were taken to be like the last {clock.period}."
            )
    return tuple(found)
