"""The values of the names that guards use, over arrays: what `oracle` and `controller` put in `Detected.names`."""

from __future__ import annotations

from functools import reduce
from typing import Any

import numpy as np
import numpy.typing as npt

from agoranomos.institutions.bind import Bound
from agoranomos.institutions.compiled.draws import uniform
from agoranomos.institutions.compiled.tables import GuardTable
from agoranomos.institutions.compiled.values import Bools, Ints, Rounds, Standings
from agoranomos.institutions.guards import Guard
from agoranomos.institutions.institution import EXPIRY, REPORTED, vocabulary_of


class Words:
    """Names and events of an institution over flat arrays [R * N], one row an agent."""

    def __init__(self, bound: Bound) -> None:
        institution = bound.institution
        self._bound = bound
        self._types = vocabulary_of(institution.manifest)
        self._asked = {name for guard in institution.guards for name in guard.names}
        self._counters = tuple(name for name, _, _ in institution.counter_updates)
        self._signals = tuple(bound.signals)
        self._events = [(name, self.table(guard)) for name, guard in institution.events]
        self._watched = [(state, institution.states.index(state)) for state in bound.watched]

    def table(self, guard: Guard, most: int | None = None) -> GuardTable:
        """The guard as a table; `most` bounds the values of one that counts."""
        return GuardTable(guard, self._types, self._bound.institution.states, self._bound.constants, most)

    def oracle(self, standings: Standings, rounds: Rounds, fired: Bools) -> dict[str, npt.NDArray[Any]]:
        """The names as the Oracle has them before it decides on events; no signal fires without evidence."""
        runs, firms = standings.state.shape
        asked = self._asked
        names: dict[str, npt.NDArray[Any]] = {
            "state": standings.state.ravel(),
            EXPIRY: standings.timer.ravel() == 1,
        }
        if "round" in asked:
            names["round"] = np.repeat(np.broadcast_to(rounds.round, runs), firms)
        if "rounds_in_state" in asked:
            names["rounds_in_state"] = standings.rounds_in_state.ravel() + 1
        if REPORTED in asked:
            reports = rounds.reports
            names[REPORTED] = reports.ravel() if reports is not None else np.zeros(runs * firms, bool)
        self._audited(names, rounds, firms)
        for state, index in self._watched:
            there = standings.state == index
            names[f"others.{state}"] = (there.sum(axis=1)[:, None] - there).ravel()
        for k, name in enumerate(self._counters):
            names[name] = standings.counters[:, :, k].ravel()
        self.extremes(names, standings.counters)
        for k, name in enumerate(self._signals):
            if name in asked:
                names[name] = fired[:, :, k].ravel()
        return names

    def _audited(self, names: dict[str, npt.NDArray[Any]], rounds: Rounds, firms: int) -> None:
        for audit in self._bound.audits:
            assert rounds.draws is not None
            draws = rounds.draws[:, :1] if audit.of_market else rounds.draws
            audited = uniform(draws, audit.salted) < np.uint64(audit.below)
            names[audit.name] = np.repeat(audited, firms) if audit.of_market else audited.ravel()

    def extremes(self, names: dict[str, npt.NDArray[Any]], counters: Ints) -> None:
        """Set `least.c` and `most.c` over all agents, int64[R, N, C], for those that some guard compares."""
        firms = counters.shape[1]
        for index, name in self._bound.compared:
            each = list(counters[:, :, index].T)
            names[f"least.{name}"] = np.repeat(reduce(np.minimum, each), firms)
            names[f"most.{name}"] = np.repeat(reduce(np.maximum, each), firms)

    def happened(self, names: dict[str, npt.NDArray[Any]], rows: Ints | None) -> Bools:
        """Which events happened, bool[R * N, V]; only `rows` have an evident round (None: all)."""
        count = len(names["state"])
        events = np.zeros((count, len(self._events)), bool)
        for k, (name, table) in enumerate(self._events):
            if rows is None:
                events[:, k] = table(names)
            elif len(rows):
                events[rows, k] = table(names, rows)
            names[name] = events[:, k]
        return events
