"""What the Oracle perceives of a round, over arrays: `institutions.perception.perceive`."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from agoranomos.institutions.compiled.draws import normal
from agoranomos.institutions.compiled.values import UNDEFINED, Draws, Ints, Rounds
from agoranomos.institutions.draws import MASK, NORMAL_BITS
from agoranomos.institutions.perception import PARTS, ReadingError


def perceive(errors: tuple[ReadingError, ...], rounds: Rounds) -> Rounds:
    """The rounds as the Oracle reads them; measures that are not given are left out."""
    if not errors:
        return rounds
    measures = dict(rounds.measures)
    for error in errors:
        if error.measure in measures:
            measures[error.measure] = _read(measures[error.measure], error, rounds)
    return replace(rounds, measures=measures)


def _read(values: Ints, error: ReadingError, rounds: Rounds) -> Ints:
    runs = len(values)
    cells = values.reshape(runs, -1)
    count = cells.shape[1]
    draws = _draws(error, rounds, values.shape[1] if values.ndim > 1 else 1, count)
    off = np.empty((runs, count), np.int64)
    for cell in range(count):
        salted = error.salted + PARTS * cell & MASK
        off[:, cell] = error.deviation_e6 * normal(draws[:, cell], salted) >> NORMAL_BITS
    return np.where(cells == UNDEFINED, UNDEFINED, cells + off).reshape(values.shape)


def _draws(error: ReadingError, rounds: Rounds, firms: int, cells: int) -> Draws:
    """The draw of each cell, uint64[R, cells]."""
    if error.steady:
        assert rounds.run_draw is not None
        return np.broadcast_to(rounds.run_draw[:, None], (len(rounds.run_draw), cells))
    assert rounds.draws is not None
    if error.by_firm:
        return np.repeat(rounds.draws, cells // firms, axis=1)
    return np.broadcast_to(rounds.draws[:, :1], (len(rounds.draws), cells))
