"""The Controller over arrays: `institutions.controller.control`, for every agent of every run at once."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from agoranomos.institutions.bind import NASH_PROFIT, PROFIT, VIOLATION, Bound, BoundFine
from agoranomos.institutions.compiled.evidence import Evidence
from agoranomos.institutions.compiled.fines import fines_e6, shares, spared_e6
from agoranomos.institutions.compiled.values import FREE, NEVER, UNDEFINED, Bools, Ints, Judged, Rounds, Standings
from agoranomos.institutions.compiled.words import Words
from agoranomos.institutions.institution import Edge
from agoranomos.markets.facts import SCALE

_MOST_REASONS = 120


class ArrayEdge:
    """A transition with its expressions as tables."""

    def __init__(self, bound: Bound, words: Words, edge: Edge) -> None:
        spec, institution = edge.spec, bound.institution
        most = {name: largest for name, largest, _ in institution.counter_updates}
        places = {name: k for k, name in enumerate(most)}
        self.index = edge.index
        self.spec = spec
        self.source = institution.states.index(spec.source)
        self.target = institution.states.index(spec.target)
        self.moved = spec.source != spec.target
        self.when = words.table(edge.when) if edge.when is not None else None
        self.requires = [words.table(guard) for _, guard in edge.requires]
        self.set = [(places[name], words.table(guard, most[name])) for name, guard in edge.set]
        self.forfeit = [(places[name], taken) for name, taken in spec.forfeit.items()]
        self.limit = 0 if spec.suspend else None if spec.cap is None else round(spec.cap * SCALE)
        self.fine: BoundFine | None = bound.fines.get(edge.index)
        self.rung = places[self.fine.by] if self.fine is not None and self.fine.by is not None else None
        self.span = bound.spans[spec.on] if self.fine is not None and self.fine.over_evidence else 1
        self.late = self.fine is not None and (self.fine.over_evidence or bound.lag > 0)


class _Draft:
    """The judgement of a round while its edges are traversed, one row an agent: flat arrays [R * N]."""

    def __init__(
        self,
        standings: Standings,
        counters: Ints,
        reported: Ints,
        evidence: Evidence,
        reasons: type,
        now: int | Ints,
    ) -> None:
        self.now = now
        count = standings.state.size
        self.state = standings.state.flatten()
        self.counters = counters
        self.rounds_in_state = standings.rounds_in_state.flatten() + 1
        self.timer = np.maximum(standings.timer.flatten() - 1, 0)
        self.limit = standings.limit_e6.flatten()
        self.crossed = standings.crossed.reshape(count, -1).copy()
        self.reported = reported
        self.counted = evidence.counted.flatten()
        self.edge = np.full(count, -1, np.int16)
        self.lasts = np.zeros(count, np.int64)
        self.blocked: npt.NDArray[Any] = np.zeros(self.crossed.shape, reasons)
        self.fine = np.zeros(count, np.int64)
        self.spared = np.zeros(count, np.int64)
        self.forfeited = np.zeros(counters.shape, np.int64)


def _at(now: int | Ints, rows: Ints) -> int | Ints:
    return now if isinstance(now, int) else now[rows]


class ArrayController:
    """Updates counters, then lets every agent traverse at most one edge.

    With `fines` False no amount is reckoned, and no measure is asked for: what an exploration of the graph needs.
    """

    def __init__(self, bound: Bound, words: Words, *, fines: bool) -> None:
        self._bound = bound
        self._words = words
        self._fines = fines
        institution = bound.institution
        self._updates = [
            (k, name, words.table(guard, most))
            for k, (name, most, guard) in enumerate(institution.counter_updates)
            if guard is not None
        ]
        self._edges: dict[int, list[ArrayEdge]] = {}
        for edge in institution.edges:
            own = ArrayEdge(bound, words, edge)
            self._edges.setdefault(own.source, []).append(own)
        most_reasons = max((len(edge.requires) for edge in institution.edges), default=0)
        self._reasons: type = np.int8 if most_reasons <= _MOST_REASONS else np.int16

    def control(self, standings: Standings, rounds: Rounds, evidence: Evidence, fired: Bools) -> Judged:
        """The Controller's part of `judge`, and the Oracle's from the signals on."""
        words = self._words
        names = words.oracle(standings, rounds, fired)
        rows = None if evidence.evident.all() else np.flatnonzero(np.repeat(evidence.evident, fired.shape[1]))
        events = words.happened(names, rows)
        counters = standings.counters.reshape(standings.state.size, -1).copy()
        for k, name, table in self._updates:
            if rows is None:
                counters[:, k] = names[name] = table(names)
            elif len(rows):
                counters[rows, k] = table(names, rows)
                names[name] = counters[:, k].copy()
        runs, firms = standings.state.shape
        words.extremes(names, counters.reshape(runs, firms, -1))
        now = int(rounds.round) if np.ndim(rounds.round) == 0 else np.repeat(rounds.round, firms)
        reported = self._reports(standings, rounds, now)
        draft = _Draft(standings, counters, reported, evidence, self._reasons, now)
        for state, edges in self._edges.items():
            there = np.flatnonzero(names["state"] == state)
            for edge in edges if len(there) else ():
                there = self._request(edge, there, names, draft, rounds, evidence)
        return self._judged(draft, evidence, fired, events)

    def _reports(self, standings: Standings, rounds: Rounds, now: int | Ints) -> Ints:
        """The round of each agent's oldest report that still counts, this round's included: int64[R * N]."""
        memory = self._bound.report_memory
        if not memory:
            return np.zeros(standings.state.size, np.int64)
        before = standings.reported.ravel()
        kept = np.where(before > now - memory, before, 0)
        if rounds.reports is None:
            return kept
        return np.where((kept == 0) & rounds.reports.ravel(), now, kept)

    def _request(
        self,
        edge: ArrayEdge,
        there: Ints,
        names: dict[str, npt.NDArray[Any]],
        draft: _Draft,
        rounds: Rounds,
        evidence: Evidence,
    ) -> Ints:
        """Let those of `there` traverse the edge that may; returns those who stay for the edges that follow."""
        asking = there[names[edge.spec.on][there]]
        if edge.when is not None and len(asking):
            asking = asking[edge.when(names, asking)]
        if not len(asking):
            return there
        last = draft.crossed[asking, edge.index]
        cooling = (last != NEVER) & (_at(draft.now, asking) - last <= edge.spec.cooldown)
        crossing = asking
        if cooling.any():
            draft.blocked[asking[cooling], edge.index] = 1
            crossing = asking[~cooling]
        for reason, table in enumerate(edge.requires):
            if len(crossing):
                holds = table(names, crossing)
                draft.blocked[crossing[~holds], edge.index] = 2 + reason
                crossing = crossing[holds]
        if not len(crossing):
            return there
        self._traverse(edge, crossing, names, draft, rounds, evidence)
        return there[draft.edge[there] < 0]

    def _traverse(
        self,
        edge: ArrayEdge,
        rows: Ints,
        names: dict[str, npt.NDArray[Any]],
        draft: _Draft,
        rounds: Rounds,
        evidence: Evidence,
    ) -> None:
        spec = edge.spec
        lasts = np.full(len(rows), spec.lasts, np.int64)
        if spec.jitter:
            assert rounds.draws is not None
            lasts += (rounds.draws.ravel()[rows] % np.uint64(spec.jitter + 1)).astype(np.int64)
        given = [(place, table(names, rows)) for place, table in edge.set]
        for place, values in given:
            draft.counters[rows, place] = values
        if edge.fine is not None and self._fines:
            self._fined(edge, edge.fine, rows, draft, rounds, evidence)
        for place, taken in edge.forfeit:
            had = draft.counters[rows, place]
            draft.counters[rows, place] = np.maximum(had - taken, 0)
            draft.forfeited[rows, place] = np.minimum(had, taken)
        draft.edge[rows] = edge.index
        draft.lasts[rows] = lasts
        draft.state[rows] = edge.target
        draft.rounds_in_state[rows] = 0
        draft.timer[rows] = lasts if edge.moved else np.where(lasts > 0, lasts, draft.timer[rows])
        if edge.limit is not None or edge.moved:
            draft.limit[rows] = FREE if edge.limit is None else edge.limit
        draft.crossed[rows, edge.index] = _at(draft.now, rows)
        if spec.fresh_evidence:
            draft.counted[rows] = np.minimum(draft.counted[rows], evidence.lag)

    def _fined(
        self,
        edge: ArrayEdge,
        fine: BoundFine,
        rows: Ints,
        draft: _Draft,
        rounds: Rounds,
        evidence: Evidence,
    ) -> None:
        firms = evidence.counted.shape[1]
        run, firm = np.divmod(rows, firms)

        def base(measure: str) -> Ints:
            if edge.late:
                return evidence.last(measure, edge.span)[run, :, firm]
            return rounds.measures[measure][run, firm][:, None]

        profits = base(VIOLATION if fine.gaps else PROFIT)
        if fine.gaps:
            broke = np.where(profits == UNDEFINED, 0, profits).clip(0, SCALE)
            profits = shares(np.array(fine.gaps, np.int64)[firm][:, None], broke)
        counted = evidence.seen.ravel()[rows] if edge.late else np.ones(len(rows), np.int64)
        rungs = np.ones(len(rows), np.int64) if edge.rung is None else draft.counters[rows, edge.rung]
        less = base(NASH_PROFIT) if fine.above_nash else None
        amounts = fines_e6(fine, profits, less, counted, rungs)
        reports = draft.reported.reshape(-1, firms)[run]
        spared = spared_e6(fine, amounts, reports, _at(draft.now, rows), draft.reported[rows])
        draft.fine[rows] = amounts - spared
        draft.spared[rows] = spared

    def _judged(self, draft: _Draft, evidence: Evidence, fired: Bools, events: Bools) -> Judged:
        runs, firms = fired.shape[:2]

        def per_agent(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
            return values.reshape(runs, firms, *values.shape[1:])

        return Judged(
            standings=Standings(
                state=per_agent(draft.state),
                counters=per_agent(draft.counters),
                rounds_in_state=per_agent(draft.rounds_in_state),
                timer=per_agent(draft.timer),
                limit_e6=per_agent(draft.limit),
                crossed=per_agent(draft.crossed),
                reported=per_agent(draft.reported),
                evidence=per_agent(draft.counted),
                kept=evidence.kept,
                history=evidence.history,
            ),
            fired=fired,
            events=per_agent(events),
            edge=per_agent(draft.edge),
            lasts=per_agent(draft.lasts),
            blocked=per_agent(draft.blocked),
            fine_e6=per_agent(draft.fine),
            spared_e6=per_agent(draft.spared),
            forfeited=per_agent(draft.forfeited),
        )
