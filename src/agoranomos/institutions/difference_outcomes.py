"""What the same conduct brings under two institutions: a library of plays, run through both.

Without a market a play is a word over three kinds of rounds: an offence (the fewest signals that open a case, with
every audit taking place), a clean round (the fewest signals that make an event happen which accuses nobody), and a
round in which no signal fires. Each institution is told of them in its own signals, and at once: no window has to fill.
In a market a play is a word over its benchmarks.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from agoranomos.institutions.institution import EXPIRY, Institution
from agoranomos.institutions.judge import first_notices, initial_standings
from agoranomos.institutions.judgement import Judgement, Standing
from agoranomos.institutions.oracle import detect
from agoranomos.institutions.trace_play import AGENTS, Played, bound_for, first_observed, play_trace
from agoranomos.institutions.traces import EVERYONE, Expectation, Trace, TraceRound, folded
from agoranomos.markets.facts import SCALE
from agoranomos.markets.market import Market

OFFENCE, CLEAN, QUIET = "offence", "clean", "quiet"

OFFENCE_PROFIT, NASH_PROFIT = 1800.0, 1444.444444
"""What an offence earns a round, and what Nash play does: the division of the papers' duopoly."""

MOST_SIGNALS_TRIED = 3
"""An offence that needs more signals at once than this is not found."""


@dataclass(frozen=True, slots=True)
class Play:
    """A word over kinds of rounds, or over benchmarks of a market; `by_all` tells whether every agent does it."""

    about: str
    rounds: tuple[str, ...]
    by_all: bool = True


@dataclass(frozen=True, slots=True)
class Sums:
    """What a play drew in all, over agents and rounds; `fines` are money."""

    cases: int
    sanctions: int
    fines: float
    suspended: int


@dataclass(frozen=True, slots=True)
class Compared:
    """One play under both: its sums, and the first round in which an agent's lot differs (0: none does).

    `traces` are the play up to that round in the signals of each institution, with what came of it as expectation.
    """

    play: Play
    before: Sums
    after: Sums
    differs: int
    traces: tuple[Trace, Trace] | None


def plays() -> Iterator[Play]:
    """The library for institutions that no market is given for."""
    yield Play("an offence in every round", (OFFENCE,) * 14)
    yield Play("an offence in every round, by one agent alone", (OFFENCE,) * 14, by_all=False)
    yield Play("clean from the first round on", (CLEAN,) * 20)
    yield Play("no signal in any round", (QUIET,) * 20)
    for pause in (1, 2, 3, 4, 5, 6, 8, 10, 15):
        yield Play(f"an offence, then clean rounds ({pause}), over and over", (OFFENCE, *(CLEAN,) * pause) * 4)
        yield Play(f"an offence, then quiet rounds ({pause}), over and over", (OFFENCE, *(QUIET,) * pause) * 4)
    for offences in (2, 3, 4, 6):
        for pause in (2, 5, 15):
            word = ((OFFENCE,) * offences + (CLEAN,) * pause) * 3
            yield Play(f"offences ({offences}), then clean rounds ({pause}), over and over", word)


def market_plays(market: Market) -> Iterator[Play]:
    """The library for a market: its benchmarks, and cycles of division and Nash play."""
    known = [name for name, measures in market.facts.benchmarks.items() if "quantity_e6" in measures]
    for name in known:
        yield Play(f"{name} in every round", (name,) * 40)
    if not {"nash", "division"} <= set(known):
        return
    for pause in (1, 2, 3, 4, 5, 7, 9, 14):
        yield Play(f"division, then Nash rounds ({pause}), over and over", ("division", *("nash",) * pause) * 4)
    for length in (2, 5, 10):
        word = (("division",) * length + ("nash",) * length) * 3
        yield Play(f"division rounds ({length}), then as many Nash rounds, over and over", word)
    yield Play("Nash rounds (10), then division", ("nash",) * 10 + ("division",) * 30)


def outcomes(one: Institution, other: Institution, market: Market | None = None) -> tuple[Compared, ...]:
    """The library under both institutions; with a market, its plays too."""
    agents = market.facts.agents if market is not None else AGENTS
    first, second = _Speech(one, agents), _Speech(other, agents)
    found = [_compared(play, first, second, None) for play in plays()]
    if market is not None:
        found += [_compared(play, first, second, market) for play in market_plays(market)]
    return tuple(found)


def first_difference(compared: Sequence[Compared]) -> Compared | None:
    """The play that tells the two apart soonest; None where none does."""
    apart = [one for one in compared if one.differs]
    return min(apart, key=lambda one: one.differs, default=None)


class _Speech:
    """An institution with its own words for an offence and for clean conduct."""

    def __init__(self, institution: Institution, agents: Sequence[str]) -> None:
        self.institution = institution
        self.agents = tuple(agents)
        self.audits = tuple(institution.manifest.audits)
        self.signals = _kinds(institution, self.agents)

    def trace(self, play: Play, market: Market | None) -> Trace:
        """The play as a trace of this institution."""
        if market is not None:
            rounds = [TraceRound.model_validate({"benchmark": name}) for name in play.rounds]
            return Trace(name=play.about, rounds=tuple(rounds))
        doers = self.agents if play.by_all else self.agents[:1]
        rounds = [self._round(kind, doers) for kind in play.rounds]
        return Trace(name=play.about, agents=self.agents, nash_profit=NASH_PROFIT, rounds=tuple(rounds))

    def _round(self, kind: str, doers: Sequence[str]) -> TraceRound:
        named = self.signals.get(kind, ())
        offends = kind == OFFENCE
        whom = (EVERYONE,) if len(doers) == len(self.agents) else tuple(doers)
        profits = dict.fromkeys(whom, OFFENCE_PROFIT if offends else NASH_PROFIT)
        return TraceRound(
            signals=dict.fromkeys(whom, named) if named else {},
            profits={**profits, EVERYONE: profits.get(EVERYONE, NASH_PROFIT)},
            audits=dict.fromkeys(whom, self.audits) if offends and self.audits else {},
        )


def _kinds(institution: Institution, agents: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """The fewest signals of an offence and of a clean round, from the initial standings; left out where none are."""
    manifest = institution.manifest
    found: dict[str, tuple[str, ...]] = {}
    for size in range(min(len(manifest.signals), MOST_SIGNALS_TRIED) + 1):
        for named in itertools.combinations(manifest.signals, size):
            happened = _events(institution, agents, named)
            accused = [name for name in happened if manifest.events[name].accuses is not None]
            asked = {edge.on for edge in manifest.transitions}
            if accused and OFFENCE not in found:
                found[OFFENCE] = named
            if not accused and asked.intersection(happened) and CLEAN not in found:
                found[CLEAN] = named
    return found


def _events(institution: Institution, agents: Sequence[str], named: tuple[str, ...]) -> list[str]:
    """The events that these signals make happen to the first agent, with every audit taking place."""
    audits = tuple(institution.manifest.audits)
    one = TraceRound(signals=dict.fromkeys(agents, named), audits=dict.fromkeys(agents, audits) if audits else {})
    trace = Trace(name="kind", agents=tuple(agents), rounds=(one,))
    bound = bound_for(institution, trace)
    standings = first_notices(bound, initial_standings(bound)).standings
    detected = detect(bound, standings, first_observed(bound, trace))
    return [name for name, _ in institution.events if detected[0].names[name] and name != EXPIRY]


def _compared(play: Play, one: _Speech, other: _Speech, market: Market | None) -> Compared:
    traces = one.trace(play, market), other.trace(play, market)
    before = play_trace(one.institution, traces[0], market)
    after = play_trace(other.institution, traces[1], market)
    agents = market.facts.agents if market is not None else one.agents
    lots = [_lots(played.judgement, agents) for played in before], [_lots(played.judgement, agents) for played in after]
    differs = next((number for number, (a, b) in enumerate(zip(*lots, strict=True), start=1) if a != b), 0)
    cut = None
    if differs:
        cut = _cut(traces[0], before, differs, agents), _cut(traces[1], after, differs, agents)
    return Compared(play, _sums(before), _sums(after), differs, cut)


def _lots(judgement: Judgement, agents: Sequence[str]) -> list[tuple[object, ...]]:
    """What each agent sees of the judgement that matters to it."""
    found: list[tuple[object, ...]] = []
    for agent, standing in zip(agents, judgement.standings, strict=True):
        sanctions = [
            (s.sanction, s.amount_e6, s.share_e6, s.rounds, s.count) for s in judgement.sanctions if s.agent == agent
        ]
        cases = [case.agent for case in judgement.cases if case.agent == agent]
        found.append((standing.state, standing.limit_e6, sanctions, cases))
    return found


def _sums(played: Sequence[Played]) -> Sums:
    judgements = [one.judgement for one in played]
    return Sums(
        cases=sum(len(one.cases) for one in judgements),
        sanctions=sum(len(one.sanctions) for one in judgements),
        fines=sum(s.amount_e6 for one in judgements for s in one.sanctions) / SCALE,
        suspended=sum(standing.suspended for one in judgements for standing in one.standings),
    )


def _cut(trace: Trace, played: Sequence[Played], at: int, agents: Sequence[str]) -> Trace:
    """The trace up to the round `at`, which expects what came in it."""
    judgement = played[at - 1].judgement
    came = {agent: _came(judgement, agent, own) for agent, own in zip(agents, judgement.standings, strict=True)}
    if all(one == came[agents[0]] for one in came.values()):
        came = {EVERYONE: came[agents[0]]}
    rounds = [*trace.rounds[: at - 1], trace.rounds[at - 1].model_copy(update={"expect": came})]
    return trace.model_copy(update={"rounds": folded(rounds)})


def _came(judgement: Judgement, agent: str, standing: Standing) -> Expectation:
    return Expectation(
        state=standing.state,
        cases=tuple(case.rule for case in judgement.cases if case.agent == agent),
        sanctions=tuple(s.sanction for s in judgement.sanctions if s.agent == agent),
        fine=judgement.fine_of(agent) / SCALE,
    )
