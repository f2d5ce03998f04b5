"""Recorded runs of one market as arrays, for the compiled `judge`: converted once, judged by many institutions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
import numpy.typing as npt

from agoranomos.institutions.bind import Bound
from agoranomos.institutions.compiled import Judged, Rounds, compile_judge
from agoranomos.institutions.compiled.conversion import array_of
from agoranomos.institutions.compiled.values import Ints
from agoranomos.institutions.draws import round_draws, run_draw
from agoranomos.institutions.fold import Conduct


@dataclass(frozen=True)
class Counted:
    """What was done to each agent of each run, int64[R, N]; `state` is an index, `disturbed` int64[R] counts rounds."""

    cases: Ints
    transitions: Ints
    blocked: Ints
    fines: Ints
    fines_e6: Ints
    suspensions: Ints
    caps: Ints
    forfeitures: Ints
    would_sit_out: Ints
    state: Ints
    disturbed: Ints

    def acts(self, run: int, seat: int) -> dict[str, int]:
        """The counts of one agent in one run, by the names of a `Tally`."""
        return {part.name: int(getattr(self, part.name)[run, seat]) for part in fields(self) if part.name in _ACTS}


_ACTS = ("cases", "transitions", "blocked", "fines", "fines_e6", "suspensions", "caps", "forfeitures")


class ConductArrays:
    """Runs that have the same market and as many rounds: R runs of T rounds."""

    def __init__(self, conducts: Sequence[Conduct]) -> None:
        self._conducts = tuple(conducts)
        self._agents = conducts[0].facts.agents
        self._measures: dict[str, Ints] = {}
        self._draws: npt.NDArray[np.uint64] | None = None
        self._disturbed = np.array([[one.disturbed for one in own.observed] for own in conducts], bool)
        self._reports = np.array(
            [[[agent in one.reports for agent in self._agents] for one in own.observed] for own in conducts], bool
        )

    @property
    def runs(self) -> int:
        """R."""
        return len(self._conducts)

    def judged_by(self, bound: Bound) -> Counted:
        """What the institution does to every agent over all rounds."""
        judge = compile_judge(bound)
        standings = judge.start(self.runs)
        tally = _Tallies(bound, self.runs)
        run_draws = np.array([run_draw(own.seed) for own in self._conducts], np.uint64) if bound.run_draw else None
        draws = self._all_draws() if bound.draws else None
        measures = {name: self._measure(name) for name in judge.needed}
        for place, one in enumerate(self._conducts[0].observed):
            disturbed = self._disturbed[:, place]
            rounds = Rounds(
                one.round,
                {name: values[:, place] for name, values in measures.items()},
                None if draws is None else draws[:, place],
                self._reports[:, place],
                disturbed,
                run_draws,
            )
            suspended = (standings.limit_e6 == 0) & ~disturbed[:, None]
            judged = judge.judge(standings, rounds)
            tally.add(judged, suspended)
            standings = judged.standings
        return tally.counted(standings.state.astype(np.int64), self._disturbed.sum(axis=1, dtype=np.int64))

    def _measure(self, name: str) -> Ints:
        """One measure of all rounds, int64[R, T, *axes]."""
        if name not in self._measures:
            self._measures[name] = np.array(
                [[array_of(one.measures[name]) for one in own.observed] for own in self._conducts], np.int64
            )
        return self._measures[name]

    def _all_draws(self) -> npt.NDArray[np.uint64]:
        """The draws of every agent in every round, uint64[R, T, N]: those on record, or those of the run's seed."""
        if self._draws is None:
            self._draws = np.array(
                [
                    [one.draws or round_draws(own.seed, one.round, self._agents) for one in own.observed]
                    for own in self._conducts
                ],
                np.uint64,
            )
        return self._draws


class _Tallies:
    """Counts what the compiled `judge` decides, as `fold.tallied` counts what the interpreted one does."""

    def __init__(self, bound: Bound, runs: int) -> None:
        institution = bound.institution
        accuses = [institution.manifest.events[name].accuses is not None for name, _ in institution.events]
        self._accusing = np.array(accuses, bool)
        edges = tuple(institution.edges)
        limits = [edge.spec.suspend or edge.spec.cap is not None for edge in edges]
        # The last place stands for no edge: its index is -1.
        self._fines = np.array([*(edge.index in bound.fines for edge in edges), False], bool)
        self._suspends = np.array([*(bool(edge.spec.suspend) for edge in edges), False], bool)
        self._limits = np.array([*limits, False], bool)
        self._counts: dict[str, Ints] = {
            name: np.zeros((runs, len(bound.facts.agents)), np.int64) for name in (*_ACTS, "would_sit_out")
        }

    def add(self, judged: Judged, suspended: npt.NDArray[np.bool_]) -> None:
        """One round of all runs."""
        edge = judged.edge
        limited = self._limits[edge]
        added: dict[str, npt.NDArray[Any]] = {
            "cases": judged.events[..., self._accusing].sum(axis=2),
            "transitions": edge >= 0,
            "blocked": (judged.blocked != 0).sum(axis=2),
            "fines": self._fines[edge],
            "fines_e6": judged.fine_e6,
            "suspensions": limited & self._suspends[edge],
            "caps": limited & ~self._suspends[edge],
            "forfeitures": (judged.forfeited > 0).sum(axis=2),
            "would_sit_out": suspended,
        }
        for name, values in added.items():
            self._counts[name] += values

    def counted(self, state: Ints, disturbed: Ints) -> Counted:
        """All counts."""
        return Counted(**self._counts, state=state, disturbed=disturbed)
