"""From the values of the interpreted `judge` to arrays: to go on from recorded standings, many runs at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from agoranomos.institutions.compiled.judge import CompiledJudge
from agoranomos.institutions.compiled.values import FREE, UNDEFINED, Ints, Rounds, Standings
from agoranomos.institutions.judgement import Observed, Standing
from agoranomos.markets.facts import Measured


def standings_from(judge: CompiledJudge, runs: Sequence[Sequence[Standing]]) -> Standings:
    """The standings of several runs, agent by agent each; notices are left out."""
    arrays = judge.start(len(runs))
    for r, standings in enumerate(runs):
        longest = max(standings, key=lambda own: len(own.window)).window
        arrays.kept[r] = len(longest)
        for measure, values in arrays.history.items():
            for age, measured in enumerate(reversed(longest), start=1):
                values[r, -age] = array_of(measured[measure])
        for firm, own in enumerate(standings):
            arrays.state[r, firm] = judge.bound.institution.states.index(own.state)
            arrays.counters[r, firm] = own.counters
            arrays.rounds_in_state[r, firm] = own.rounds_in_state
            arrays.timer[r, firm] = own.timer
            arrays.limit_e6[r, firm] = FREE if own.limit_e6 is None else own.limit_e6
            arrays.reported[r, firm] = own.reported
            arrays.evidence[r, firm] = len(own.window)
            for edge, crossed in own.crossed.items():
                arrays.crossed[r, firm, edge] = crossed
    return arrays


def rounds_from(judge: CompiledJudge, observed: Sequence[Observed]) -> Rounds:
    """What was observed in several runs, one round of each."""
    bound = judge.bound
    agents = bound.facts.agents
    return Rounds(
        round=np.array([own.round for own in observed], np.int64),
        measures={
            name: np.array([array_of(own.measures[name]) for own in observed], np.int64) for name in judge.needed
        },
        draws=np.array([own.draws for own in observed], np.uint64) if bound.draws else None,
        reports=np.array([[agent in own.reports for agent in agents] for own in observed], bool),
        disturbed=np.array([own.disturbed for own in observed], bool),
        run_draw=np.array([own.run_draw for own in observed], np.uint64),
    )


def array_of(value: Measured) -> Ints:
    """One measure of one round as an array; None as `UNDEFINED`."""
    return np.array(_defined(value), np.int64)


def _defined(value: Measured) -> Any:
    if isinstance(value, tuple):
        return [_defined(cell) for cell in value]
    return UNDEFINED if value is None else value


def measured_from(values: npt.NDArray[np.int64]) -> Measured:
    """One measure of one round as the interpreted `judge` reads it; `UNDEFINED` as None."""
    return _measured(values.tolist())


def _measured(value: Any) -> Measured:
    if isinstance(value, list):
        return tuple(_measured(cell) for cell in value)  # type: ignore[misc]
    return None if value == UNDEFINED else int(value)
